"""The same crawl to a folder and to S3 gives the same tables, value by value."""

from pathlib import Path

import pandas as pd
import pytest

from scraper.dataset import read
from scraper.demo.site import DemoSite

OF_THE_RUN = ["run_id", "fetched_at", "first_seen", "last_seen", "seconds", "attempts"]
"""What differs from run to run."""
OF_THE_ORDER = ["where", "position"]
"""A house that two lists show belongs to the one that was answered first."""


@pytest.mark.parametrize("table", ["houses", "photos", "visits", "ids"])
def test_the_same_tables(both: tuple[str, str], table: str) -> None:
    here, there = (_sorted(read(place, table=table)) for place in both)
    assert len(here)
    pd.testing.assert_frame_equal(here, there)


@pytest.fixture(scope="module")
def both(tmp_path_factory, s3_endpoint) -> tuple[str, str]:
    """One site, crawled to a folder and to S3."""
    import subprocess
    import sys

    import boto3

    boto3.client("s3").create_bucket(Bucket="whole-crawl")
    folder = tmp_path_factory.mktemp("places")
    places = (str(folder / "data"), "s3://whole-crawl/a/prefix")
    with DemoSite(houses=30, seed=3) as site:
        for place in places:
            command = [sys.executable, "-m", "scraper.cli.main", "run"]
            command += ["--site", str(site.site_file(Path(folder))), "--dataset", place]
            said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
            assert said.returncode == 0, said.stderr
    return places


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    differing = OF_THE_RUN + (OF_THE_ORDER if "where" in table else [])
    kept = table.drop(columns=[name for name in differing if name in table])
    keys = [name for name in ("house_id", "position") if name in kept]
    return kept.sort_values(keys).reset_index(drop=True)
