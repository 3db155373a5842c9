"""Finished rows written as the Parquet files of a part."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterable, Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.ledger.manifests import FOLDER, PartFile
from scraper.ledger.packing import unpack_all
from scraper.ledger.plans import Plan
from scraper.schema import arrow_schema

TABLES: Final = ("houses", "photos", "visits")
_GROUP_BYTES: Final = 16 << 20
"""Unpacked bytes of a row group: what is held in memory at once."""
_JOIN_ROWS: Final = 256

Piece = TypeVar("Piece", pa.RecordBatch, pa.Table)


def write_files(connection: sqlite3.Connection, plan: Plan, folder: Path) -> dict[str, PartFile]:
    """Write the planned rows below a local folder, a file a table; tables without rows have none.

    The same rows give the same bytes.
    """
    files = {}
    for table in TABLES:
        path = folder / f"{table}.parquet"
        if rows := _write(table, _batches(connection, plan, table), path):
            with path.open("rb") as source:
                digest = file_digest(source, "sha256").hexdigest()
            name = f"{FOLDER}{table}/{plan.part}.parquet"
            files[table] = PartFile(name, rows, path.stat().st_size, digest)
    return files


def _batches(connection: sqlite3.Connection, plan: Plan, table: str) -> Iterator[pa.RecordBatch]:
    found = connection.execute(
        f"SELECT {table} FROM finished "  # noqa: S608  # one of TABLES, never a page's text
        f"WHERE seq BETWEEN ? AND ? AND {table} IS NOT NULL ORDER BY seq",
        (plan.first, plan.last),
    )
    return unpack_all(table, (packed for (packed,) in found))


def _write(table: str, batches: Iterator[pa.RecordBatch], path: Path) -> int:
    rows = 0
    writer: pq.ParquetWriter | None = None
    try:
        for group in _row_groups(batches):
            if writer is None:
                writer = _writer(table, path)
            writer.write_table(group.cast(arrow_schema(table)))
            rows += group.num_rows
    finally:
        if writer is not None:
            writer.close()
    return rows


def _writer(table: str, path: Path) -> pq.ParquetWriter:
    schema = arrow_schema(table)
    # A dictionary of pictures would hold them all once more and save nothing.
    words = [name for name in schema.names if name != "image"] if table == "photos" else True
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=words)


def _row_groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    # A batch of one row costs many times its bytes, so a few are joined before many are gathered.
    joined = (
        pa.Table.from_batches(few).combine_chunks()
        for few in _gathered(batches, _JOIN_ROWS, _GROUP_BYTES)
    )
    for many in _gathered(joined, sys.maxsize, _GROUP_BYTES):
        yield pa.concat_tables(many).combine_chunks()


def _gathered(pieces: Iterable[Piece], most: int, size: int) -> Iterator[list[Piece]]:
    """The pieces in lists of at most `most`, each ended when it has `size` bytes."""
    gathered: list[Piece] = []
    held = 0
    for piece in pieces:
        gathered.append(piece)
        held += piece.nbytes
        if len(gathered) >= most or held >= size:
            yield gathered
            gathered, held = [], 0
    if gathered:
        yield gathered
