"""A refresh whose place is a bucket: what changed is a version, and nothing changed is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import boto3
import pytest

from scraper.dataset import read
from scraper.dataset.version import versions
from scraper.demo.model import Catalogue
from scraper.demo.seeded import Seeded
from scraper.demo.site import DemoSite
from scraper.place.open import open_place

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]
PLACE = "s3://refreshed/homes/weekly"
ALL_DUE = ("-s", "REFRESH_ACTIVE_DAYS=0", "-s", "REFRESH_REST_DAYS=0")


class Plain:
    """A dozen houses that plain HTTP reads, without photos."""

    def catalogue(self) -> Catalogue:
        whole = Seeded(12, 5).catalogue()
        houses = {
            one: replace(house, javascript=False, photos=(), flaky=False)
            for one, house in whole.houses.items()
        }
        return replace(whole, houses=houses)


def _state() -> tuple[int, list[str]]:
    """The newest version, and every object that a version or a table is made of."""
    place = open_place(PLACE, create=False)
    names = [*place.names("versions/"), *place.names("tables/houses/")]
    return versions(place)[-1].number, names


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory, s3_endpoint: str) -> Iterator[SimpleNamespace]:
    """A first crawl, a refresh of a week later, and one of right then."""
    boto3.client("s3").create_bucket(Bucket="refreshed")
    folder = tmp_path_factory.mktemp("s3")
    with DemoSite(source=Plain()) as site:
        site.behaviour.etags = True
        file = str(site.site_file(folder))

        def do(command: str, *more: str) -> subprocess.CompletedProcess[str]:
            module = [sys.executable, "-m", "scraper.cli.main"]
            return subprocess.run(
                [*module, command, "--site", file, "--dataset", PLACE, *more],
                cwd=folder,
                env={**os.environ, "HOUSECRAWL_STATE": str(folder / "state")},
                capture_output=True,
                text=True,
                check=False,
                timeout=240,
            )

        found = SimpleNamespace(first=do("run"), before=_state())
        site.pass_week()
        found.second, found.after = do("refresh", *ALL_DUE), _state()
        found.rows, found.truth = read(PLACE).set_index("house_id"), site.truth
        # A house that no list shows is gone when no list shows it again.
        found.third, found.settled = do("refresh", *ALL_DUE), _state()
        found.fourth, found.same = do("refresh", *ALL_DUE), _state()
        yield found


def test_what_a_week_changed_is_a_version(weeks: SimpleNamespace) -> None:
    assert weeks.first.returncode == weeks.second.returncode == 0, weeks.second.stderr
    assert (weeks.before[0], weeks.after[0]) == (1, 2)
    for house_id, truth in weeks.truth.items():
        row = weeks.rows.loc[house_id]
        for column in ("sold_price", "listed_price"):
            assert row[column] == truth[column] or truth[column] is None
    assert len(read(PLACE, version=1)) <= len(weeks.rows)


def test_nothing_changed_is_no_version_and_not_one_object(weeks: SimpleNamespace) -> None:
    assert weeks.fourth.returncode == 0, weeks.fourth.stderr
    assert "no new version" in weeks.fourth.stdout
    assert weeks.same == weeks.settled
