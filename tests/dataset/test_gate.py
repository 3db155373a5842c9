"""The gate over a place: what it refuses stays out, until it is visited anew or accepted."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scraper.cli.main import main
from scraper.dataset import quality, read
from scraper.dataset.refusal import read_refusal
from scraper.dataset.version import versions
from scraper.errors import ExitCode
from scraper.place.open import open_place
from scraper.place.place import Place
from tests.dataset.conftest import Crawl

Run = Any


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A place with a published version; and one where a week of hundredfold prices was refused."""
    top = tmp_path_factory.mktemp("gate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUSECRAWL_STATE", str(top / "state"))
        place = open_place(str(top / "good"))
        seal(Crawl(place, "run-0", 0), range(60))
        assert publish(place) == ExitCode.COMPLETE
        bad = open_place(str(shutil.copytree(top / "good", top / "bad")))
        seal(Crawl(bad, "run-7", 7), range(40, 90), times=100)
        assert publish(bad) == ExitCode.ALARM
        yield top / "good", top / "bad"


@pytest.fixture
def folder(places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("HOUSECRAWL_STATE", str(tmp_path / "state"))
    return open_place(str(shutil.copytree(places[0], tmp_path / "homes")))


@pytest.fixture
def refused(places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("HOUSECRAWL_STATE", str(tmp_path / "state"))
    return open_place(str(shutil.copytree(places[1], tmp_path / "homes")))


def seal(run: Run, numbers: range, times: float = 1.0, **more: object) -> None:
    """Houses in five towns; of every eighth the size is not told."""
    rows = []
    for n in numbers:
        dice = random.Random(n)
        area = dice.uniform(800, 3000)
        price = area * (150 + 30 * (n % 5)) * dice.uniform(0.8, 1.25) * times
        rows.append(run.house(n, price, **{
            "status": "sold", "address": f"{n} Oak St", "city": f"Town {n % 5}", "state": "OH",
            "zip": "44000", "currency": "USD", "year_built": 1950 + n % 60,
            "living_area_sqft": None if n % 8 == 0 else area, **more,
        }))  # fmt: skip
    run.seal(rows)


def publish(place: Place, *more: str) -> int:
    return main(["publish", place.url, *more])


def prices(place: Place) -> dict[str, float]:
    houses = read(place.url)
    return dict(zip(houses["house_id"], houses["sold_price"], strict=True))


def test_nothing_of_a_refused_week_is_published_by_the_next_run(
    refused: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Houses without a size show no wrong price, and were read by the same crawl."""
    before = prices(refused)
    assert publish(refused) == ExitCode.COMPLETE
    assert "no new version" in capsys.readouterr().out
    assert prices(refused) == before
    assert [one.number for one in versions(refused)] == [1]
    assert read_refusal(refused) is not None


def test_without_taking_all_back_the_next_run_publishes_some_of_it(
    folder: Place, crawl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: only the rows that show it are taken back, as for findings of single rows."""
    everything = frozenset(["median", "range", "outliers", "jump", "drift", "model", "fill"])
    monkeypatch.setattr(quality, "ROWWISE", everything)
    seal(crawl(folder, 7), range(60, 110), times=100)
    assert publish(folder) == ExitCode.ALARM
    assert publish(folder) == ExitCode.COMPLETE
    assert max(prices(folder).values()) > 10_000_000


def test_what_is_accepted_is_published_with_its_reason(
    refused: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(refused, "--accept", "prices are in cents now") == ExitCode.COMPLETE
    version = versions(refused)[-1]
    assert version.number == 2
    assert version.accepted is not None
    assert version.accepted["reason"] == "prices are in cents now"
    assert {one["column"] for one in version.accepted["findings"]} >= {"price_per_sqft"}
    assert len(read(refused.url)) == 90
    assert sum(value > 10_000_000 for value in prices(refused).values()) == 50
    assert read_refusal(refused) is None
    capsys.readouterr()
    main(["versions", refused.url])
    assert "prices are in cents now" in " ".join(capsys.readouterr().out.split())
    history = read(refused.url, table="history")
    assert set(history["column"]) == {"sold_price"}
    assert len(history) == 20


def test_a_refused_house_that_is_read_again_is_published_as_it_is_now(
    refused: Place, crawl: Any
) -> None:
    seal(crawl(refused, 8), range(40, 90))
    assert publish(refused) == ExitCode.COMPLETE
    assert len(prices(refused)) == 90
    assert max(prices(refused).values()) < 10_000_000
    assert read_refusal(refused) is None


def test_a_row_is_taken_back_also_when_its_house_was_tried_in_vain_since(
    folder: Place, crawl: Any
) -> None:
    seal(crawl(folder, 7), range(40, 90), times=100)
    later = crawl(folder, 8)
    later.seal(visits=[later.visit(n, "failed") for n in range(80, 90)])
    assert publish(folder) == ExitCode.ALARM
    assert publish(folder) == ExitCode.COMPLETE
    assert max(prices(folder).values()) < 10_000_000


def test_another_site_of_the_place_is_not_taken_back(folder: Place, crawl: Any) -> None:
    run = crawl(folder, 7)
    seal(run, range(40, 90), times=100)
    seal(run, range(200, 230), site="other")
    assert publish(folder) == ExitCode.ALARM
    assert publish(folder) == ExitCode.COMPLETE
    assert set(read(folder.url)["site"]) == {"homefind", "other"}


def test_suspects_are_listed_and_published(folder: Place, crawl: Any) -> None:
    run = crawl(folder, 7)
    seal(run, range(60, 100))
    seal(run, range(100, 101), times=100)
    assert publish(folder) == ExitCode.COMPLETE
    listed = folder.read(quality.SUSPECTS).decode()
    assert f"{100:09x}" in listed
    assert f"{61:09x}" not in listed
