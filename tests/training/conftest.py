"""Sealed parts as a crawl leaves them."""

from __future__ import annotations

import io
from collections.abc import Callable
from hashlib import sha256

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scraper.ledger.manifests import Manifest, PartFile
from scraper.place.place import Place
from scraper.schema import Row, arrow_schema

MOMENT = pd.Timestamp("2026-03-02T09:00:00Z").to_pydatetime()


def _seal(place: Place, **tables: list[Row]) -> Manifest:
    files = {}
    for table, rows in tables.items():
        full = [{"site": "homefind", "run_id": "run-1", "fetched_at": MOMENT} | row for row in rows]
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(full, arrow_schema(table)), buffer)
        name = f"parts/{table}/run-1-000001.parquet"
        place.write(name, buffer.getvalue())
        digest = sha256(buffer.getvalue()).hexdigest()
        files[table] = PartFile(name, len(rows), len(buffer.getvalue()), digest)
    manifest = Manifest("run-1", 1, MOMENT, files)
    place.write_new(manifest.name, manifest.encode())
    return manifest


@pytest.fixture(scope="session")
def seal() -> Callable[..., Manifest]:
    """Seals rows of tables into a place as one run."""
    return _seal
