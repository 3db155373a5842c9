"""A place, rows and ledgers to judge the ledger with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scraper.house import FoundId, Lease
from scraper.ledger.parts import Manifest, open_part, read_manifests, seal
from scraper.ledger.store import Ledger
from scraper.place.folder import FolderPlace

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)


def found(count: int, start: int = 0) -> Iterator[FoundId]:
    """IDs as a listing shows them."""
    for n in range(start, start + count):
        yield FoundId(f"{n:09d}", f"https://homes.example/h/{n:09d}", "alder-point", n)


def house_row(lease: Lease, **more: object) -> dict[str, object]:
    """A row of the table houses with every kind of value."""
    return {
        "site": lease.site,
        "house_id": lease.house_id,
        "url": lease.url,
        "home_type": "Condo",
        "sold_price": 1_250_000.0,
        "sold_price_raw": "$1,250,000",
        "sold_on": date(2024, 2, 29),
        "year_built": 1987,
        "bedrooms": 2.5,
        "photo_urls": ["https://homes.example/ph/1.jpg", "https://homes.example/ph/2.jpg"],
        "price_history": [{"date": date(2020, 1, 2), "event": "Sold", "price": 900_000.0}],
        "facts": {"Heating": "Gas", "Flooring": "Oak \u2014 worn"},
        "first_seen": lease.first_seen,
        "last_seen": lease.last_seen,
        "fetched_at": NOW,
        "run_id": "R",
        **more,
    }


def photo_rows(lease: Lease, count: int = 2, size: int = 50) -> list[dict[str, object]]:
    """Rows of the table photos."""
    return [
        {
            "site": lease.site,
            "house_id": lease.house_id,
            "position": n,
            "url": f"https://homes.example/ph/{n}.jpg",
            "width": 320,
            "image": bytes([n % 256]) * size,
            "outcome": "ok",
            "fetched_at": NOW,
        }
        for n in range(count)
    ]


def visit_row(lease: Lease, outcome: str = "ok", reason: str | None = None) -> dict[str, object]:
    """A row of the table visits."""
    return {
        "site": lease.site,
        "house_id": lease.house_id,
        "url": lease.url,
        "outcome": outcome,
        "reason": reason,
        "attempts": lease.attempts,
        "seconds": 0.25,
        "fetched_at": NOW,
        "run_id": "R",
    }


def commit(ledger: Ledger, lease: Lease, **more: object) -> bool:
    """Commit a house with two photos."""
    return ledger.commit_house(lease, house_row(lease, **more), photo_rows(lease), visit_row(lease))


def stored(place: FolderPlace, table: str = "houses") -> list[dict[str, object]]:
    """All rows of a table in the sealed parts, by house."""
    rows = [
        row
        for manifest in read_manifests(place)
        for batch in open_part(place, manifest, table)
        for row in batch.to_pylist()
    ]
    return sorted(rows, key=lambda row: (row["site"], row["house_id"], row.get("position") or 0))


def stored_parts(place: FolderPlace) -> list[Manifest]:
    """The sealed parts that have houses."""
    return [one for one in read_manifests(place) if "houses" in one.tables]


def crawl(ledger: Ledger, place: FolderPlace, rows: int = 4) -> None:
    """Visit what is open, three at a time; every seventh house is gone. Seal, in small parts."""
    while leases := ledger.lease("homes", 3):
        for lease in leases:
            if int(lease.house_id) % 7 == 3:
                ledger.commit_visit(lease, visit_row(lease, "gone", "HTTP 404"), final=True)
            else:
                commit(ledger, lease)
            seal(ledger, place, rows=rows)
    seal(ledger, place, rows=rows, force=True)


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The makers of IDs, rows and commits."""
    return SimpleNamespace(
        found=found,
        house_row=house_row,
        photo_rows=photo_rows,
        visit_row=visit_row,
        commit=commit,
        die=die,
        stored=stored,
        stored_parts=stored_parts,
        crawl=crawl,
        NOW=NOW,
    )


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    """An empty place."""
    return FolderPlace(tmp_path / "homes")


@pytest.fixture
def opened(place: FolderPlace) -> Iterator[Callable[..., Ledger]]:
    """Opens the ledger of the place under a run ID, at a fixed time; closes what is open at last.

    `die(ledger)` leaves it the way a killed process does.
    """
    ledgers: list[Ledger] = []

    def open_(
        run_id: str = "R", clock: Callable[[], datetime] = lambda: NOW, **more: Any
    ) -> Ledger:
        ledgers.append(Ledger.open(place, run_id=run_id, clock=clock, **more))
        return ledgers[-1]

    yield open_
    for ledger in ledgers:
        die(ledger)


def die(ledger: Ledger) -> None:
    """Leave a ledger without a word, as a kill does."""
    ledger._lock.release()
    ledger.database._checkpoints.stop()
    ledger.database._connection.close()


def child(program: str, *arguments: object) -> subprocess.Popen[str]:
    """A process that runs a program which may use what this file has, as `made`."""
    start = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('made', {__file__!r})\n"
        "made = importlib.util.module_from_spec(spec); spec.loader.exec_module(made)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", start + program, *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def run_child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts child processes; none is left behind."""
    children: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: object) -> subprocess.Popen[str]:
        children.append(child(program, *arguments))
        return children[-1]

    yield start
    for one in children:
        one.kill()
        one.communicate()
