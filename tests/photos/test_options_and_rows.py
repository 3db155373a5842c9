from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from scraper.errors import SettingError
from scraper.photos.downsample import downsample
from scraper.photos.options import Options
from scraper.photos.row import Shown, failed_row, stored_row
from scraper.schema import arrow_schema

SHOWN = Shown("homes", "12", 3, "https://homes.example/3.jpg", datetime(2026, 1, 31, tzinfo=UTC))


def test_the_defaults_are_those_of_the_contract():
    options = Options.from_settings({})

    assert (options.size, options.quality) == (320, 85)
    assert (options.max_bytes, options.max_pixels) == (25 * 1024 * 1024, 40_000_000)
    assert options.processes >= 1


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("PHOTO_SIZE", "256", "size", 256),
        ("PHOTO_QUALITY", 75, "quality", 75),
        ("PHOTO_CONCURRENCY", "4", "concurrency", 4),
        ("PHOTO_WORKERS", "3", "processes", 3),
        ("PHOTO_MAX_BYTES", "2048", "max_bytes", 2048),
        ("PHOTO_MAX_PIXELS", "5000", "max_pixels", 5000),
        ("PHOTO_SECONDS", "5", "seconds", 5),
    ],
)
def test_settings_are_read(name, value, field, read):
    assert getattr(Options.from_settings({name: value}), field) == read


@pytest.mark.parametrize("name", ["PHOTO_SIZE", "PHOTO_QUALITY", "PHOTO_WORKERS"])
@pytest.mark.parametrize("value", ["big", "", -1, "3.5", True, 10**12])
def test_a_setting_that_cannot_be_used_is_named(name, value):
    with pytest.raises(SettingError, match=f"{name}={value}: expected a whole number from"):
        Options.from_settings({name: value})


def test_a_stored_photo_is_a_row_of_the_table(encoded):
    data = encoded()
    row = stored_row(SHOWN, downsample(data))

    kept = pa.Table.from_pylist([row], schema=arrow_schema("photos")).to_pylist()[0]
    assert set(row) <= set(kept)
    assert kept["outcome"] == "ok"
    assert kept["reason"] is None
    assert (kept["width"], kept["original_width"], kept["position"]) == (320, 640, 3)
    assert kept["image"].startswith(b"\xff\xd8")


def test_a_lost_photo_is_a_row_with_its_reason():
    row = failed_row(SHOWN, "unread", "not a picture: nothing was sent", 0)

    kept = pa.Table.from_pylist([row], schema=arrow_schema("photos")).to_pylist()[0]
    assert (kept["outcome"], kept["original_bytes"]) == ("unread", 0)
    assert kept["reason"].startswith("not a picture")
    assert kept["image"] is None
    assert kept["url"] == SHOWN.url
