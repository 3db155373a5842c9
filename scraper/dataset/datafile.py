"""The Parquet files that a Delta table is made of: read and written in pieces, never held whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.dataset.conform import conform
from scraper.dataset.statistics import Statistics, columns_with_nan, statistics
from scraper.errors import StorageError
from scraper.place.place import Place

FILE_BYTES: Final = 100 * 2**20
"""Size at which a file ends, as delta-rs has it."""
BATCH_ROWS: Final = 4096
"""Rows of a file that are read at once."""
GROUP_ROWS: Final = 32_768
GROUP_BYTES: Final = 16 * 2**20
"""Rows and unpacked bytes at which a row group ends: what is held in memory at once."""
_ZSTD_LEVEL: Final = 3
CHANGE: Final = "_change_type"
"""The column of the change data feed that says what became of a row."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a table."""

    path: str
    """Its name below the folder of the table."""
    rows: int
    bytes: int
    values: Statistics = field(default_factory=dict)
    """What the log is to say of its values; nothing of a file that is there already."""


def read_file(
    place: Place, folder: str, file: DataFile, schema: pa.Schema
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Batches of a file in a schema, each with the number of its first row.

    Raises `StorageError` where the file is missing or torn.
    """
    start, name = 0, folder + file.path
    try:
        # Buffered: a store is asked for a row group at once and not for each of its columns.
        with place.open(name) as source, pq.ParquetFile(source, pre_buffer=True) as parquet:
            there = [one for one in schema.names if one in parquet.schema_arrow.names]
            # One group after the other: of more, what is packed would be held of all.
            for group in range(parquet.num_row_groups):
                for batch in parquet.iter_batches(BATCH_ROWS, [group], columns=there):
                    yield start, conform(batch, schema)
                    start += batch.num_rows
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise StorageError(f"{place.url}/{name} is missing or torn ({error})") from error


class Writer:
    """Writes rows to new files of a table; they belong to it when a commit names them."""

    def __init__(self, place: Place, folder: str, schema: pa.Schema, prefix: str) -> None:
        """Take the table's folder, and what the names of the files begin with below it."""
        self.files: list[DataFile] = []
        """What was written, complete when the block has ended."""
        self._place, self._folder, self._schema, self._prefix = place, folder, schema, prefix
        self._held: list[pa.RecordBatch] = []
        self._with_nan: set[str] = set()
        self._size = self._count = self._rows = 0
        self._local = TemporaryDirectory()
        self._parquet: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._end()
        finally:
            if self._parquet is not None:
                with suppress(OSError):
                    self._parquet.close()
            self._local.cleanup()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows, in the schema of the file."""
        if not batch.num_rows:
            return
        self._held.append(batch)
        self._with_nan |= columns_with_nan(batch)
        self._size += batch.nbytes
        self._count += batch.num_rows
        if self._count >= GROUP_ROWS or self._size >= GROUP_BYTES:
            self._flush()
            if self._path.stat().st_size >= FILE_BYTES:
                self._end()

    @property
    def _path(self) -> Path:
        return Path(self._local.name) / "rows.parquet"

    def _flush(self) -> None:
        if not self._held:
            return
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(
                self._path, self._schema, compression="zstd", compression_level=_ZSTD_LEVEL
            )
        self._parquet.write_table(pa.Table.from_batches(self._held, self._schema))
        self._rows += self._count
        self._held, self._size, self._count = [], 0, 0

    def _end(self) -> None:
        self._flush()
        if self._parquet is None:
            return
        self._parquet.close()
        self._parquet = None
        path = f"{self._prefix}{uuid4()}.zstd.parquet"
        self._place.upload(self._folder + path, str(self._path))
        values = statistics(pq.read_metadata(self._path), self._with_nan)
        self.files.append(DataFile(path, self._rows, self._path.stat().st_size, values))
        self._rows, self._with_nan = 0, set()


def with_type(batch: pa.RecordBatch, change: str) -> pa.RecordBatch:
    """The rows with what became of them, as the change data feed of Delta has it."""
    return batch.append_column(CHANGE, pa.array([change] * batch.num_rows, pa.string()))


def change_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of a file of changes."""
    return schema.append(pa.field(CHANGE, pa.string()))
