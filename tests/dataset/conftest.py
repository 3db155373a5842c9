"""Sealed parts as a crawl leaves them, written by hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scraper.ledger.manifests import Manifest, PartFile
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.schema import Row, arrow_schema

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Crawl:
    """A run that seals parts into a place."""

    place: Place
    run_id: str
    day: int
    sealed: int = field(default=0)

    @property
    def now(self) -> datetime:
        return START + timedelta(days=self.day, seconds=self.sealed)

    def house(self, number: int, price: float | None = 500_000, **more: object) -> Row:
        return {
            "site": "homefind",
            "house_id": f"{number:09x}",
            "url": f"https://homefind.example/h/{number:09x}",
            "home_type": "Condo",
            "sold_price": price,
            "fetched_at": self.now,
            "run_id": self.run_id,
            **more,
        }

    def photo(self, number: int, position: int, image: bytes = b"\xff\xd8") -> Row:
        return {
            "site": "homefind",
            "house_id": f"{number:09x}",
            "position": position,
            "image": image,
            "outcome": "ok",
            "fetched_at": self.now,
            "run_id": self.run_id,
        }

    def visit(self, number: int, outcome: str = "ok") -> Row:
        return {
            "site": "homefind",
            "house_id": f"{number:09x}",
            "outcome": outcome,
            "fetched_at": self.now,
            "run_id": self.run_id,
        }

    def seal(
        self, houses: Sequence[Row] = (), photos: Sequence[Row] = (), visits: Sequence[Row] = ()
    ) -> Manifest:
        """Seal rows; a visit is added for each house."""
        self.sealed += 1
        tables = {
            "houses": houses,
            "photos": photos,
            "visits": [*visits, *({**self.visit(0), "house_id": h["house_id"]} for h in houses)],
        }
        files = {name: self._write(name, rows) for name, rows in tables.items() if rows}
        manifest = Manifest(self.run_id, self.sealed, self.now, files)
        assert self.place.write_new(manifest.name, manifest.encode())
        return manifest

    def _write(self, table: str, rows: Sequence[Row]) -> PartFile:
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([*rows], arrow_schema(table)), buffer)
        data = buffer.getvalue()
        name = f"parts/{table}/{self.run_id}-{self.sealed:06d}.parquet"
        self.place.write(name, data)
        return PartFile(name, len(rows), len(data), sha256(data).hexdigest())


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty dataset, once of each kind of place."""
    if request.param == "folder":
        return open_place(str(tmp_path / "50% größer & 'neu'" / "all homes"))
    return open_place(str(request.getfixturevalue("s3_place")))


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    """An empty dataset in a folder."""
    return open_place(str(tmp_path / "homes"))


@pytest.fixture
def crawl() -> Callable[[Place, int], Crawl]:
    """Makes the run of a day, counted from 1, in a place."""
    return lambda place, day: Crawl(place, f"run-{day}", day)
