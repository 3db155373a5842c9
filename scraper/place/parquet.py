"""Reading Parquet files that somebody else may have written: none unpacks to more than it may.

A file of a kilobyte can name 200 million rows, or one long text ten thousand times: what it
unpacks to is looked at before it is, and every batch is checked before anything is done with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import SEEK_END
from typing import IO, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scraper.errors import PlaceError

ROWS_A_BYTE: Final = 20
"""Rows for each byte of a file; an ID list of constants has three."""
FREE_ROWS: Final = 100_000
"""Rows that any file may have."""
PACKED: Final = 100
"""Times that a large piece may be larger than its bytes in the file; texts shrink to a tenth."""
LARGE: Final = 64 * 2**20
"""Bytes of a piece from which it is looked at, and of the lists of one batch."""
MOST_TEXT: Final = 256 * 2**20
"""Bytes of one column of a batch."""
FEWEST: Final = 8
"""Rows of the smallest batches."""

_DICTIONARIES: Final = frozenset({"RLE_DICTIONARY", "PLAIN_DICTIONARY"})


def batches(
    source: IO[bytes], what: str, *, columns: Sequence[str] | None = None, batch_rows: int = 4096
) -> Iterator[pa.RecordBatch]:
    """The rows of a file in batches, dictionaries unpacked; `what` names it in errors.

    Raises `PlaceError` where it would unpack to more than it may, `pyarrow.ArrowInvalid` where it
    is torn or no Parquet file.
    """
    with pq.ParquetFile(source) as parquet:
        _check_rows(parquet.metadata.num_rows, source, what)
        pieces = [one for one in _pieces(parquet) if columns is None or one.column in columns]
        schema = parquet.schema_arrow
        names = [name for name in schema.names if columns is None or name in columns]
    words, rows = _words(pieces, schema), _rows_at_once(pieces, batch_rows)
    _check_pieces(pieces, what)
    lists = [name for name in names if any(one.nested and one.column == name for one in pieces)]
    flat = [name for name in names if name not in lists]
    source.seek(0)
    with pq.ParquetFile(source, read_dictionary=words) as parquet:
        if rows == batch_rows or not flat:
            whole = (_plain(one, schema, what) for one in parquet.iter_batches(rows, columns=names))
        else:
            # The words of a row group come anew with each batch: columns without lists take big
            # ones, beside the small ones of the lists.
            big = (_plain(x, schema, what) for x in parquet.iter_batches(batch_rows, columns=flat))
            few = (_plain(x, schema, what) for x in parquet.iter_batches(rows, columns=lists))
            whole = (batch.select(names) for batch in _beside(big, few))
        yield from whole


def _beside(
    big: Iterator[pa.RecordBatch], small: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The columns of two readers of the same rows, as many rows at once as `LARGE` allows."""
    left = next(small, None)
    for rows in big:
        start = 0
        while start < rows.num_rows:
            held, most, size = [], rows.num_rows - start, 0
            while left is not None and most and size < LARGE:
                held.append(left.slice(0, most))
                size += held[-1].nbytes
                most -= held[-1].num_rows
                left = left.slice(held[-1].num_rows)
                left = left if left.num_rows else next(small, None)
            lists = pa.concat_batches(held)
            yield _side_by_side(rows.slice(start, lists.num_rows), lists)
            start += lists.num_rows


def _side_by_side(one: pa.RecordBatch, other: pa.RecordBatch) -> pa.RecordBatch:
    schema = pa.schema([*one.schema, *other.schema], one.schema.metadata)
    return pa.RecordBatch.from_arrays([*one.columns, *other.columns], schema=schema)


class _Piece(NamedTuple):
    """A column of a row group."""

    column: str
    nested: bool
    """Whether it is inside a list or a map."""
    packed: int
    """Bytes in the file."""
    bytes: int
    repeats: bool
    """Whether a value is stored once however often it occurs."""


def _pieces(parquet: pq.ParquetFile) -> Iterator[_Piece]:
    metadata: Any = parquet.metadata
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            one = metadata.row_group(group).column(number)
            name, _, inside = one.path_in_schema.partition(".")
            size, repeats = one.total_uncompressed_size, bool({*one.encodings} & _DICTIONARIES)
            yield _Piece(name, bool(inside), one.total_compressed_size, size, repeats)


def _check_rows(rows: int, source: IO[bytes], what: str) -> None:
    size = source.seek(0, SEEK_END)
    if rows > max(FREE_ROWS, size * ROWS_A_BYTE):
        raise PlaceError(
            f"{what} says that its {size:,} bytes are {rows:,} rows, as no table is: it is not"
            " read; get it again from where it came from"
        )


def _check_pieces(pieces: Iterable[_Piece], what: str) -> None:
    for one in pieces:
        if one.bytes > LARGE and (one.nested or one.bytes > PACKED * one.packed):
            raise PlaceError(
                f"{what}: {one.packed:,} bytes of {one.column} unpack to {one.bytes:,}: it is not"
                " read; get it again from where it came from"
            )


def _words(pieces: Iterable[_Piece], schema: pa.Schema) -> list[str]:
    """Columns whose values repeat: read as words and numbers they can be measured first."""
    kinds = pa.types.is_string, pa.types.is_binary
    found = {one.column for one in pieces if one.repeats and not one.nested}
    return [name for name in sorted(found) if any(is_(schema.field(name).type) for is_ in kinds)]


def _rows_at_once(pieces: Iterable[_Piece], batch_rows: int) -> int:
    """Rows of a batch so that lists and maps stay small, whatever repeats in them."""
    largest = max((one.bytes for one in pieces if one.nested and one.repeats), default=0)
    return max(FEWEST, min(batch_rows, LARGE // largest)) if largest else batch_rows


def _plain(batch: pa.RecordBatch, schema: pa.Schema, what: str) -> pa.RecordBatch:
    """The batch with its words in place, where they are not too many, and without a fault."""
    fields = [schema.field(name) for name in batch.schema.names]
    columns = zip(fields, batch.columns, strict=True)
    arrays = [_said(array, field.type, f"{what}: {field.name}") for field, array in columns]
    whole = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields, schema.metadata))
    whole.validate(full=True)
    return whole


def _said(array: pa.Array, type_: pa.DataType, what: str) -> pa.Array:
    if array.type == type_:
        return array
    lengths = pc.binary_length(array.dictionary).cast(pa.int64())
    size = pc.sum(lengths.take(array.indices)).as_py() or 0
    if size > MOST_TEXT:
        raise PlaceError(f"{what} unpacks to {size:,} bytes at once: it is not read")
    return array.cast(type_)
