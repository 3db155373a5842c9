"""Old versions are removed by age; what a kept version needs stays, what is erased stays erased."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from scraper.cli.main import main
from scraper.dataset.publish import publish
from scraper.dataset.reader import read
from scraper.dataset.rollback import rollback
from scraper.dataset.vacuum import vacuum
from scraper.dataset.version import find, versions
from scraper.errors import UsageError
from scraper.place.open import open_place
from scraper.place.place import Place
from tests.dataset.conftest import Crawl

Crawls = Callable[[Place, int], Any]
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dataset of `months`, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("months") / "homes"
    _make(open_place(str(folder)))
    return folder


@pytest.fixture
def months(pattern: Path, tmp_path: Path) -> Place:
    """Five versions, of 200, 150, 100, 10 and 5 days ago: house 1 has the version's number."""
    return open_place(str(shutil.copytree(pattern, tmp_path / "homes")))


def _make(place: Place) -> None:
    for number, age in enumerate((200, 150, 100, 10, 5), start=1):
        run = Crawl(place, f"run-{number}", number)
        run.seal([run.house(1, number), run.house(number + 1, number)], [run.photo(1, 0)])
        publish(place)
        _age(place, number, age)


def _age(place: Place, number: int, days: int) -> None:
    """Let a version and what its publish replaced be of so many days ago."""
    then = NOW - timedelta(days=days)
    version = find(place, number)
    said = orjson.loads(version.encode()) | {"published_at": then}
    place.write(version.name, orjson.dumps(said))
    for table, at in version.tables.items():
        name = f"tables/{table}/_delta_log/{at:020d}.json"
        lines = [orjson.loads(line) for line in place.read(name).splitlines()]
        real = NOW.timestamp() - datetime.now(UTC).timestamp()
        for line in lines:
            if "remove" in line:
                line["remove"]["deletionTimestamp"] = int((then.timestamp() - real) * 1000)
        place.write(name, b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _price(place: Place, **which: Any) -> float:
    rows = read(place, **which).set_index("house_id")
    assert rows.index.is_unique
    return float(rows.loc[f"{1:09x}", "sold_price"])


def _files(place: Place) -> set[str]:
    return {name for name in place.names("tables/houses/") if "_delta_log" not in name}


@pytest.mark.full
def test_the_same_in_a_bucket(s3_place: str) -> None:
    place = open_place(s3_place)
    _make(place)
    test_what_a_version_that_stood_lately_needs_stays(place)


def test_what_a_version_that_stood_lately_needs_stays(months: Place) -> None:
    before = _files(months)
    found = vacuum(months, 30, NOW)
    # Version 3 stood until ten days ago.
    assert (found.versions, found.kept) == ((1, 2), (3, 4, 5))
    assert found.files
    assert before - _files(months)
    for number in (3, 4, 5):
        assert _price(months, version=number) == number
        assert len(read(months, "photos", version=number)) == 1
    assert _price(months) == 5
    for number in (1, 2):
        with pytest.raises(UsageError, match=f"version {number} were removed by a vacuum"):
            read(months, version=number)
        with pytest.raises(UsageError, match="vacuum"):
            rollback(months, number)
    assert len(read(months, "history")) > 0, "the history comes from the parts"
    assert vacuum(months, 30, NOW).versions == ()


def test_the_newest_two_stay_whatever_their_age(months: Place) -> None:
    found = vacuum(months, 30, NOW + timedelta(days=400))
    assert found.kept == (4, 5)
    assert [_price(months, version=number) for number in (4, 5)] == [4, 5]


def test_a_dry_run_removes_nothing(months: Place) -> None:
    before = [*months.names()]
    told = vacuum(months, 30, NOW, dry_run=True)
    assert [*months.names()] == before
    assert told.versions == (1, 2)
    assert _price(months, version=1) == 1
    assert set(vacuum(months, 30, NOW).files) == set(told.files)


def test_what_a_rollback_brought_back_stays(months: Place, crawl: Crawls) -> None:
    version = rollback(months, 1)
    found = vacuum(months, 30, NOW + timedelta(days=400))
    assert found.kept == (5, version.number)
    assert _price(months) == 1
    run = crawl(months, 9)
    run.seal([run.house(1, 9)])
    assert publish(months) is not None
    assert _price(months) == 9


def test_publishing_goes_on_after_a_vacuum(months: Place, crawl: Crawls) -> None:
    vacuum(months, 30, NOW)
    run = crawl(months, 9)
    run.seal([run.house(1, 9)])
    version = publish(months)
    assert version is not None
    assert (version.number, version.new, version.changed) == (6, 0, 1)
    assert _price(months, version=5) == 5


def test_a_date_is_the_version_that_stood_then(months: Place) -> None:
    day = (NOW - timedelta(days=100)).date()
    assert _price(months, as_of=day) == 3
    assert _price(months, as_of=str(day - timedelta(days=1))) == 2
    assert _price(months, as_of=NOW - timedelta(days=100, seconds=1)) == 2
    assert _price(months, as_of="2100-01-01") == 5
    for wrong, said in (
        ({"as_of": "2025-01-01"}, "had no version on 2025-01-01 23:59 UTC"),
        ({"as_of": "yesterday"}, "'yesterday' is no date"),
        ({"as_of": str(day), "version": 2}, "name one of them"),
    ):
        with pytest.raises(UsageError, match=said):
            read(months, **wrong)
    vacuum(months, 30, NOW)
    with pytest.raises(UsageError, match="version 2 were removed"):
        read(months, as_of=str(day - timedelta(days=1)))


def test_the_commands(folder: Place, crawl: Crawls, tmp_path: Any, capsys: Any) -> None:
    for day in (1, 2, 3):
        run = crawl(folder, day)
        run.seal([run.house(1, day)])
        publish(folder)
    out = str(tmp_path / "houses.csv")
    today = str(versions(folder)[0].published_at.date())
    assert main(["vacuum", folder.url, "--days", "0"]) == 2
    assert main(["vacuum", folder.url, "--days", "9", "--dry-run"]) == 0
    assert main(["vacuum", folder.url, "--days", "9"]) == 0
    assert "versions none removed" in capsys.readouterr().out
    assert main(["export", folder.url, out, "--as-of", today]) == 0
    assert main(["export", folder.url, out, "--as-of", "2001-01-01"]) == 2
    assert "had no version" in capsys.readouterr().err
    vacuum(folder, 9, datetime.now(UTC) + timedelta(days=30))
    assert main(["export", folder.url, out, "--version", "1"]) == 2
    assert main(["rollback", folder.url, "1"]) == 2
    assert capsys.readouterr().err.count("removed by a vacuum") == 2
    assert main(["rollback", folder.url, "2"]) == 0
    assert main(["versions", folder.url]) == 0
    assert "run-1 (vacuumed)" in capsys.readouterr().out
    assert _price(folder) == 2
