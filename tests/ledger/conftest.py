"""A place, rows and ledgers to judge the ledger with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest

from scraper.house import FoundId, Lease
from scraper.ledger.store import Ledger
from scraper.place.place import Place

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)


class FolderPlace(Place):
    """A folder as a place, with nothing that the ledger does not need."""

    def __init__(self, root: Path, url: str = "") -> None:
        self.root = root
        self._url = url or str(root)
        root.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return self._url

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        return (self.root / name).open("rb")

    def write(self, name: str, data: bytes) -> None:
        path = self._made(name)
        aside = path.with_name(path.name + ".tmp")
        aside.write_bytes(data)
        aside.replace(path)

    def write_new(self, name: str, data: bytes) -> bool:
        path = self._made(name)
        aside = path.with_name(path.name + ".tmp")
        aside.write_bytes(data)
        try:
            os.link(aside, path)
        except FileExistsError:
            return False
        finally:
            aside.unlink()
        return True

    def upload(self, name: str, path: str) -> None:
        target = self._made(name)
        aside = target.with_name(target.name + ".tmp")
        shutil.copyfile(path, aside)
        aside.replace(target)

    def names(self, prefix: str = "") -> Iterator[str]:
        found = (p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file())
        return iter(sorted(name for name in found if name.startswith(prefix)))

    def delete(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    @property
    def table_url(self) -> str:
        return str(self.root)

    @property
    def storage_options(self) -> dict[str, str]:
        return {}

    def _made(self, name: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


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
        "facts": {"Heating": "Gas", "Flooring": "Oak – worn"},
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


@pytest.fixture
def made() -> SimpleNamespace:
    """The makers of IDs, rows and commits, and the place's class."""
    return SimpleNamespace(
        found=found,
        house_row=house_row,
        photo_rows=photo_rows,
        visit_row=visit_row,
        commit=commit,
        FolderPlace=FolderPlace,
        NOW=NOW,
    )


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    """An empty place."""
    return FolderPlace(tmp_path / "homes")


@pytest.fixture
def opened(place: FolderPlace) -> Iterator[Callable[..., Ledger]]:
    """Opens the ledger of the place under a run ID; whatever is open is closed in the end."""
    ledgers: list[Ledger] = []

    def open_(run_id: str = "R", **more: object) -> Ledger:
        ledgers.append(Ledger.open(place, run_id=run_id, **more))  # type: ignore[arg-type]
        return ledgers[-1]

    yield open_
    for ledger in ledgers:
        ledger._lock.release()
        ledger.database._connection.close()
