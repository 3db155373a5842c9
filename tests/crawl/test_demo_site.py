"""The demo crawl against the demo site's truth, judged by the data and the server's log."""

from pathlib import Path

import pandas as pd
import pyarrow.feather
import pytest

from scraper.dataset import read
from scraper.demo.compare import compare
from scraper.demo.site import DemoSite


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> tuple[DemoSite, Path]:
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("crawl")
    with DemoSite(houses=120, seed=5, robots_delay=0.3) as site:
        command = [sys.executable, "-m", "scraper.cli.main", "run"]
        file = site.site_file(folder)
        file.write_text(file.read_text("utf-8") + '[terms]\nlicence = "CC0-1.0"\n', "utf-8")
        command += ["--site", str(file), "--dataset", str(folder / "data")]
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
        assert said.returncode == 0, said.stderr
        assert "Traceback" not in said.stderr
        yield site, folder / "data"


def test_every_house_is_there_once_and_equals_the_truth(crawled) -> None:
    site, place = crawled
    houses, photos = read(str(place)), read(str(place), table="photos")
    assert not houses.duplicated(["site", "house_id"]).any()
    comparison = compare(site, houses, photos)
    assert comparison.complete, comparison.lines()
    assert (houses["fetch_mode"] == "browser").any()
    assert (houses["fetch_mode"] == "http").any()


def test_nothing_disallowed_was_asked_for(crawled) -> None:
    site, _ = crawled
    assert site.disallowed
    assert site.log.requests("/private") == []


def test_a_house_that_gave_no_row_is_a_visit_with_a_reason(crawled) -> None:
    site, place = crawled
    visits = read(str(place), table="visits").set_index("house_id")
    assert set(visits.index) == set(site.listed)
    assert (visits.loc[sorted(site.gone), "outcome"] == "gone").all()
    assert (visits.loc[sorted(site.disallowed), "outcome"] == "denied").all()
    assert visits.loc[visits["outcome"] != "ok", "reason"].str.len().min() > 5


def test_photos_are_small_upright_and_joined(crawled) -> None:
    _, place = crawled
    photos = read(str(place), table="photos")
    stored = photos[photos["outcome"] == "ok"]
    assert (stored[["width", "height"]].max(axis=1) <= 320).all()
    assert stored["image"].map(lambda data: data[:2] == b"\xff\xd8").all()
    failed = photos[photos["outcome"] != "ok"]
    assert len(failed)
    assert failed["reason"].notna().all()
    assert set(photos["house_id"]) <= set(read(str(place))["house_id"])


def test_plain_pandas_reads_the_releases(crawled) -> None:
    _, place = crawled
    parquet = pd.read_parquet(place / "releases" / "houses.parquet")
    feather = pd.read_feather(place / "releases" / "houses.feather")
    assert len(parquet) == len(feather) == len(read(str(place)))
    schema = pyarrow.feather.read_table(place / "releases" / "houses.feather").schema
    assert schema.field("lot_size_sqft").metadata[b"unit"] == b"square feet"


def test_the_report_is_there(crawled) -> None:
    _, place = crawled
    report = (place / "report.html").read_text()
    assert "<html" in report[:2000]
    assert "<dt>Licence</dt><dd>CC0-1.0</dd>" in report
