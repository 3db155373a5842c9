"""Whole crawls with an archive: read again without a request, mended, erased, kept out."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from scraper.archive.files import latest
from scraper.dataset import read
from scraper.demo.site import DemoSite
from scraper.place.open import open_place
from tests.erasure.traces import in_folder, traces

BAD = '\n[house.labels]\n"Year built" = "heating"\n'
"""What a site file may get wrong: the year in another column."""


@dataclass
class Crawled:
    """What was seen after each step."""

    site: DemoSite
    folder: Path
    rows: dict[str, pd.DataFrame] = field(default_factory=dict)
    photos: dict[str, pd.DataFrame] = field(default_factory=dict)
    runs: dict[str, dict] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)
    traces: dict[str, dict[str, int]] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    erased: str = ""

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def crawl(self, step: str, stage: str, file: Path, *more: str) -> None:
        common = ["-a", f"site={file}", "-s", f"DATASET={self.data}"]
        common += ["-s", f"ARCHIVE={self.folder / 'pages'}"]
        self._run(step, "scraper.cli.scrapy", "crawl", stage, *common, *more)

    def housecrawl(self, step: str, *arguments: str) -> None:
        self._run(step, "scraper.cli.main", *arguments)

    def _run(self, step: str, module: str, *arguments: str) -> None:
        before = len(self.site.log)
        said = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert said.returncode == 0, said.stderr
        assert "Traceback" not in said.stderr, said.stderr
        self.asked[step] = [one.path for one in self.site.log.requests()[before:]]
        self.rows[step] = read(self.data).sort_values("house_id").reset_index(drop=True)
        self.photos[step] = read(self.data, "photos")
        self.runs[step] = json.loads((self.folder / "data" / "run.json").read_text())
        self.ids[step] = set(read(self.data, "ids")["house_id"])


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> Crawled:
    folder = tmp_path_factory.mktemp("archived")
    with DemoSite(houses=16, seed=3) as site:
        good = site.site_file(folder)
        bad = folder / "bad.toml"
        bad.write_text(good.read_text() + BAD)
        told = Crawled(site, folder)
        told.crawl("ids", "ids", bad)
        told.crawl("first", "houses", bad)
        told.crawl("same", "houses", bad, "-a", "from=archive")
        told.traces["agents"] = traces(in_folder(folder), site.private)
        told.crawl("mended", "houses", good, "-a", "from=archive")
        told.erased = str(told.rows["mended"]["house_id"][3])
        row = told.rows["mended"].iloc[3]
        marks = [told.erased, str(row["address"])]
        told.traces["before"] = traces(in_folder(folder), marks)
        told.housecrawl("erased", "erase", told.data, "--id", told.erased)
        told.traces["after"] = traces(in_folder(folder), marks)
        told.crawl("ids again", "ids", good)
        told.crawl("houses again", "houses", good)
        told.crawl("archive again", "houses", good, "-a", "from=archive")
        for path in (folder / "data" / "erasures" / "suppressed").iterdir():
            path.unlink()
        told.crawl("without the list", "ids", good)
    return told


def test_every_house_page_is_kept_and_nothing_else(crawled: Crawled) -> None:
    stats = crawled.runs["first"]["stats"]
    assert stats["archive/kept"] == stats["houses/ok"] == len(crawled.rows["first"])
    assert stats.get("archive/left_out", 0) == 0
    assert {"http", "browser"} == set(crawled.rows["first"]["fetch_mode"])


def test_no_agent_is_in_any_byte_of_dataset_or_archive(crawled: Crawled) -> None:
    assert crawled.site.private
    assert crawled.traces["agents"] == {}


def test_an_unchanged_archive_gives_the_same_rows_and_no_version(crawled: Crawled) -> None:
    assert crawled.asked["same"] == []
    pd.testing.assert_frame_equal(crawled.rows["same"], crawled.rows["first"])
    assert crawled.runs["same"]["version"] is None
    stats = crawled.runs["same"]["stats"]
    assert stats["again/same"] == stats["again/read"] == len(crawled.rows["first"])


def test_a_mended_site_file_recovers_the_columns(crawled: Crawled) -> None:
    assert crawled.asked["mended"] == []
    before, after = crawled.rows["same"], crawled.rows["mended"]
    assert crawled.runs["mended"]["version"] == 2
    assert after["year_built"].notna().sum() > before["year_built"].notna().sum()
    changed = after["run_id"].str.endswith("-archive")
    assert changed.any()
    for column in ("fetched_at", "body_sha256", "fetch_mode", "http_status", "robots_rule",
                   "sold_price", "usage_signals"):  # fmt: skip
        pd.testing.assert_series_equal(after[column], before[column])


def test_photos_stay_as_they_are(crawled: Crawled) -> None:
    keys = ["house_id", "position"]
    before, after = (
        crawled.photos[step].sort_values(keys).reset_index(drop=True)
        for step in ("first", "mended")
    )
    assert len(before)
    pd.testing.assert_frame_equal(before, after)


def test_an_erased_house_is_gone_from_every_byte(crawled: Crawled) -> None:
    assert len(crawled.traces["before"]) > 8
    assert crawled.traces["after"] == {}
    assert crawled.erased not in set(crawled.rows["erased"]["house_id"])
    assert len(crawled.rows["erased"]) == len(crawled.rows["mended"]) - 1


def test_and_does_not_come_back(crawled: Crawled) -> None:
    for step in ("ids again", "houses again", "archive again"):
        assert not [path for path in crawled.asked[step] if crawled.erased in path], step
        assert crawled.erased not in crawled.ids[step]
        assert crawled.erased not in set(crawled.rows[step]["house_id"])


def test_without_the_list_it_would(crawled: Crawled) -> None:
    """The control: the site still lists it."""
    assert crawled.erased in crawled.ids["without the list"]


def test_the_archive_has_the_houses_that_stay(crawled: Crawled) -> None:
    entries = latest(open_place(str(crawled.folder / "pages")), "demo")
    assert entries
    assert crawled.erased not in {entry.house_id for entry in entries}
