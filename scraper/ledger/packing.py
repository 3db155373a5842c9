"""Rows as bytes: what the ledger keeps of a finished house until it is sealed.

One plain row is kept as JSON, all others in Arrow's own format. Either way dates, times, lists and
maps come back as they went in, and a value that does not fit its column is refused when it is
stored and not when a part is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import orjson
import pyarrow as pa

from scraper.ledger.fitting import as_text, fitted
from scraper.schema import TABLES, Row, arrow_schema

_ZSTD: Final = pa.Codec("zstd", compression_level=1)
_LENGTH: Final = 4
"""Bytes in front of packed rows that say how long they are unpacked; 0: not compressed."""
_TEXT: Final = 1 << 31
"""What is added to the length of a row that is kept as JSON."""
_AT_ONCE: Final = 256
"""Rows kept as JSON that become one batch."""


def pack(table: str, rows: list[Row]) -> bytes:
    """The rows of a table as bytes.

    Raises ValueError that names the column whose value does not fit, or that the table lacks.
    """
    _check_columns(table, rows)
    plainly = _packed_plainly(table, rows[0]) if len(rows) == 1 else None
    return plainly[0] if plainly is not None else _packed_by_arrow(table, rows)


def pack_row(table: str, row: Row) -> tuple[bytes, Row]:
    """A row as bytes, and as it comes back from them; ValueError as of `pack`."""
    _check_columns(table, [row])
    plainly = _packed_plainly(table, row)
    if plainly is not None:
        return plainly
    packed = _packed_by_arrow(table, [row])
    return packed, unpack(table, packed).to_pylist()[0]


def _packed_plainly(table: str, row: Row) -> tuple[bytes, Row] | None:
    plain = fitted(table, row)
    text = as_text(table, plain) if plain is not None else None
    return (_compressed(text, _TEXT), plain) if plain is not None and text is not None else None


def _packed_by_arrow(table: str, rows: list[Row]) -> bytes:
    schema = _plain(table)
    try:
        batch = _batch(table, rows)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise ValueError(_misfit(table, schema, rows) or f"{table}: {error}") from error
    data = batch.serialize()
    if table == "photos":
        # JPEG does not shrink; trying costs more than writing it.
        return b"".join((bytes(_LENGTH), data))
    return _compressed(data, 0)


def unpack(table: str, packed: bytes) -> pa.RecordBatch:
    """The rows again, dictionary columns as plain text."""
    return next(unpack_all(table, [packed]))


def unpack_all(table: str, packed: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    """The rows of several, in their order, as fewer batches where that is cheaper."""
    rows: list[Any] = []
    for one in packed:
        size = int.from_bytes(one[:_LENGTH], "little")
        data = pa.py_buffer(one)[_LENGTH:]
        if size:
            data = _ZSTD.decompress(data, decompressed_size=size & ~_TEXT)
        if size & _TEXT:
            rows.append(orjson.loads(memoryview(data)))
        if rows and (len(rows) == _AT_ONCE or not size & _TEXT):
            yield _read(table, rows)
            rows = []
        if not size & _TEXT:
            yield pa.ipc.read_record_batch(data, _plain(table))
    if rows:
        yield _read(table, rows)


def _read(table: str, rows: list[Any]) -> pa.RecordBatch:
    """Rows out of JSON, column by column: at half the cost of row by row."""
    schema = _plain(table)
    columns = [pa.array([row.get(f.name) for row in rows], type=f.type) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _batch(table: str, rows: list[Any]) -> pa.RecordBatch:
    return pa.RecordBatch.from_struct_array(pa.array(rows, type=_struct(table)))


def _compressed(data: Any, mark: int) -> bytes:
    length = (len(memoryview(data)) | mark).to_bytes(_LENGTH, "little")
    return b"".join((length, _ZSTD.compress(data, asbytes=True)))


@cache
def _plain(table: str) -> pa.Schema:
    # A batch on its own does not carry the words of a dictionary column.
    return pa.schema(
        [
            pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
            for f in arrow_schema(table)
        ]
    )


@cache
def _struct(table: str) -> pa.DataType:
    return pa.struct(list(_plain(table)))


@cache
def _names(table: str) -> frozenset[str]:
    return frozenset(arrow_schema(table).names)


@cache
def _words(table: str) -> Mapping[str, frozenset[str]]:
    """Columns kept as a dictionary, and the few words that each may hold."""
    return {
        column.name: frozenset(column.unit.split(", "))
        for column in TABLES[table]
        if pa.types.is_dictionary(column.type)
    }


def _check_columns(table: str, rows: list[Row]) -> None:
    for row in rows:
        if strangers := row.keys() - _names(table):
            raise ValueError(f"table {table} has no column {min(strangers)!r}")
        for name, words in _words(table).items():
            if (value := row.get(name)) is not None and value not in words:
                raise ValueError(f"column {name} of {table} has no category {value!r:.80}")


def _misfit(table: str, schema: pa.Schema, rows: list[Row]) -> str | None:
    for row in rows:
        for name, value in row.items():
            field = schema.field(name)
            try:
                pa.array([value], type=field.type)
            except (pa.ArrowException, TypeError, ValueError, OverflowError):
                return f"column {name} of {table} is {field.type} and cannot hold {value!r:.80}"
    return None
