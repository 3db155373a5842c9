"""What is no photo, not a whole one, or too much of one, is refused with its reason."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
from PIL import Image
from scrapy.pipelines.files import FSFilesStore

from scraper.photos.downsample import downsample
from scraper.photos.naming import checked_name, name_of
from scraper.photos.reasons import PhotoError


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a picture: nothing was sent"),
        (b"<!DOCTYPE html><title>Access denied</title>", "a page of HTML"),
        (b"\xef\xbb\xbf \n<html>", "a page of HTML"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="9"/>', "an SVG drawing"),
        (b'<?xml version="1.0"?><svg/>', "an SVG drawing"),
        (b"%PDF-1.7", "not a picture: expected JPEG"),
        (b"MZ\x90", "not a picture"),
        (b"\xff\xd8\xff", ""),
        (b"\x89PNG\r\n\x1a\n", ""),
        (b"GIF89a", ""),
        (b"RIFF\x10\0\0\0WEBPVP8 ", ""),
        (b"\0" * 4096, "not a picture"),
    ],
)
def test_what_is_no_picture_is_refused(data, reason):
    with pytest.raises(PhotoError) as caught:
        downsample(data)
    assert reason in caught.value.reason
    assert "\n" not in caught.value.reason


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM", "TGA", "EPS", "PCX", "JPEG2000"])
def test_other_formats_are_refused(encoded, kind):
    with pytest.raises(PhotoError, match="not a picture"):
        downsample(encoded(64, 64, kind=kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
def test_a_part_of_a_photo_is_refused(encoded, kind, part):
    data = encoded(kind=kind)

    with pytest.raises(PhotoError):
        downsample(data[: int(len(data) * part)])


def test_a_part_of_a_photo_that_is_drafted_is_refused(encoded):
    data = encoded(2000, 1500)

    with pytest.raises(PhotoError, match="damaged"):
        downsample(data[: len(data) // 2])


def test_a_bomb_is_refused_before_it_is_decoded(png_bomb):
    assert len(png_bomb) < 100_000
    with pytest.raises(PhotoError, match="too large: 13000 x 13000 pixels, at most 40,000,000"):
        downsample(png_bomb)


def test_pillows_own_limit_is_an_error_with_a_reason(png_bomb, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    with pytest.raises(PhotoError, match="too large"):
        downsample(png_bomb)


def test_the_limit_of_pixels_is_the_one_given(encoded):
    data = encoded(300, 300)

    assert downsample(data, max_pixels=90_000).width == 300
    with pytest.raises(PhotoError, match="too large: 300 x 300"):
        downsample(data, max_pixels=89_999)


def test_a_bomb_of_text_in_a_png_is_refused(scene):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("a", "x" * (80 << 20), zip=True)
    data = BytesIO()
    scene(64, 64).save(data, "PNG", pnginfo=info)
    assert len(data.getvalue()) < 200_000

    with pytest.raises(PhotoError, match="damaged"):
        downsample(data.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_damage_gives_a_photo_or_a_reason(encoded, kind):
    whole = encoded(160, 120, kind=kind)
    chance = random.Random(7)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        assert photo_or_reason(bytes(data))


def photo_or_reason(data):
    try:
        return downsample(data).image
    except PhotoError as error:
        return error.reason


def test_names_come_from_content_only(encoded):
    name = name_of(encoded())

    assert checked_name(name) == name
    assert name != name_of(b"another")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "0" * 64,
        "0" * 63 + ".jpg",
        "A" * 64 + ".jpg",
        "0" * 64 + ".jpg\n",
        "../" + "0" * 64 + ".jpg",
        "0" * 64 + ".jpg/../x",
        "0" * 64 + ".php",
        "a" * 300 + ".jpg",
        "/etc/passwd",
        "..\\" + "0" * 64 + ".jpg",
        "\u0660" * 64 + ".jpg",
    ],
)
def test_no_other_name_is_written(name):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        checked_name(name)


def test_stock_scrapys_store_leaves_its_folder(tmp_path):
    """The control: names that a site chose lead anywhere."""
    basedir = tmp_path / "store"
    written = FSFilesStore(str(basedir))._get_filesystem_path("../../x.jpg")
    assert not written.resolve().is_relative_to(basedir.resolve())
