"""A dataset of hand-written rows: two published versions, kept pages, records of runs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from scraper.archive.places import remember_place
from scraper.archive.writer import Writer
from scraper.dataset.publish import publish
from scraper.dataset.quality import remember
from scraper.dataset.release import write_releases
from scraper.house import FoundId
from scraper.ledger.parts import seal, write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place
from scraper.place.place import Place
from tests.archive.conftest import kept

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SITE = "homes"
GONER = "700000001"
"""The house that is to go."""
MARKS = (GONER, "77 Vanishing Lane")


def street(house_id: str) -> str:
    return "77 Vanishing Lane" if house_id == GONER else f"{house_id} Staying Street"


def url(house_id: str) -> str:
    return f"https://homes.example/h/{house_id}"


def crawl(place: Place, run_id: str, day: int, price: float) -> None:
    """A run that reads every house anew, and publishes."""
    now = START + timedelta(days=day)
    with Ledger.open(place, run_id=run_id, clock=lambda: now) as ledger:
        names = [f"70000000{n}" for n in range(6)]
        ledger.add_ids(SITE, [FoundId(one, url(one), "all", 0) for one in names])
        ledger.reopen(SITE, ["ok"])
        for lease in ledger.lease(SITE, 100):
            key = {"site": SITE, "house_id": lease.house_id, "url": lease.url}
            own = {"run_id": run_id, "fetched_at": now}
            row = {**key, **own, "address": street(lease.house_id), "sold_price": price,
                   "city": "Salem", "first_seen": now, "last_seen": now,
                   "final_url": lease.url, "facts": {"Lane": street(lease.house_id)}}  # fmt: skip
            photo = {**key, **own, "position": 0, "image": street(lease.house_id).encode(),
                     "outcome": "ok"}  # fmt: skip
            ledger.commit_house(lease, row, [photo], {**key, **own, "outcome": "ok"})
        seal(ledger, place, force=True)
        write_ids(ledger, place)
    version = publish(place)
    assert version is not None
    remember(place, version.number)


def build(url_of_place: str, url_of_archive: str) -> tuple[Place, Place]:
    """The dataset, and the archive of its pages."""
    place, archive = open_place(url_of_place), open_place(url_of_archive)
    crawl(place, "run-1", 1, 100_000.0)
    crawl(place, "run-2", 8, 200_000.0)
    write_releases(place)
    remember_place(place, archive)
    writer = Writer(archive, SITE, "run-2")
    for n in range(6):
        name = f"70000000{n}"
        body = f"<html><p>{street(name)}</p></html>"
        if n == 2:
            body += f'<a href="/h/{GONER}">a neighbour</a>'
        page = kept(1, START, site=SITE, house_id=name, url=url(name), body=body.encode())
        writer.add(replace(page, final_url=url(name)))
    writer.seal()
    findings = [{"check": "fill", "examples": [url(GONER), url("700000003")]}]
    for name in ("run.json", "runs/run-2-houses.json"):
        place.write(name, orjson.dumps({"run_id": "run-2", "findings": findings}))
    place.write("alarms/run-2/1.html", f"<p>{url(GONER)}</p>".encode())
    place.write("report.html", b"<p>a house on 77 Vanishing Lane</p>")
    return place, archive


@pytest.fixture(scope="session")
def pattern(tmp_path_factory) -> Path:
    """A folder with the dataset and its archive, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("pattern")
    build(str(folder / "data"), str(folder / "pages"))
    return folder


@pytest.fixture
def built(pattern: Path, tmp_path: Path) -> tuple[Place, Place]:
    shutil.copytree(pattern, tmp_path, dirs_exist_ok=True)
    place, archive = (open_place(str(tmp_path / name)) for name in ("data", "pages"))
    for name in list(place.names("archives/")):
        place.delete(name)
    remember_place(place, archive)
    return place, archive
