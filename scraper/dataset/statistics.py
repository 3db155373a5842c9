"""What the log of a Delta table says of the values of a file, from the footer of the file.

https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics: readers leave out
files in which no row can be. What is not certain is not said: then a file is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

INDEXED: Final = 32
"""The first columns of a table of which something is said: `delta.dataSkippingNumIndexedCols`
where a table names no other number; fields of structs, lists and maps count, and are left out."""
_LONGEST: Final = 64
"""Bytes of a text that are kept, as delta-rs has it."""
_LAST: Final = "\U0010ffff"
_SURROGATES: Final = range(0xD800, 0xE000)
_MILLISECOND: Final = timedelta(milliseconds=1)

Value = bool | int | float | str
Statistics = Mapping[str, Mapping[str, Value]]
"""`minValues`, `maxValues` and `nullCount`, each by column."""


def statistics(footer: pq.FileMetaData, with_nan: Collection[str] = ()) -> Statistics:
    """The least and greatest value of each column of a file, and how many are missing.

    `with_nan`: columns with a value that is no number. Parquet passes over those, and to readers
    they are greater than all numbers: nothing is said of the range of such a column.
    """
    found: dict[str, dict[str, Value]] = {"minValues": {}, "maxValues": {}, "nullCount": {}}
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    for at in range(min(INDEXED, footer.num_columns)):
        chunks = [group.column(at) for group in groups]
        name, said = chunks[0].path_in_schema, [chunk.statistics for chunk in chunks]
        nested = footer.schema.column(at).max_definition_level > 1 or "." in name
        if nested or not all(one is not None and one.has_null_count for one in said):
            continue
        found["nullCount"][name] = sum(one.null_count for one in said)
        ranges = [one for one in said if one.num_values]
        if not ranges or name in with_nan or not all(one.has_min_max for one in ranges):
            continue
        if (least := at_least(min(one.min for one in ranges))) is not None:
            found["minValues"][name] = least
        if (most := at_most(max(one.max for one in ranges))) is not None:
            found["maxValues"][name] = most
    return found


def columns_with_nan(batch: pa.RecordBatch) -> frozenset[str]:
    """The columns of which something is said that have a value which is no number."""
    floats = [f.name for f in list(batch.schema)[:INDEXED] if pa.types.is_floating(f.type)]
    return frozenset(name for name in floats if pc.any(pc.is_nan(batch[name])).as_py())


def at_least(value: object) -> Value | None:
    """A value that no greater one is less than, as the log writes it; None where it has no form.

    >>> at_least("a" * 100) == "a" * 64, at_least(datetime(2026, 1, 2, 3, 4, 5, 678_999, UTC))
    (True, '2026-01-02T03:04:05.678Z')
    >>> at_least(1.5), at_least(date(2026, 1, 2)), at_least(float("-inf")), at_least(b"bytes")
    (1.5, '2026-01-02', None, None)
    """
    if isinstance(value, str):
        return _start(value)
    return _moment(value) if isinstance(value, datetime) else _plain(value)


def at_most(value: object) -> Value | None:
    """A value that no smaller one is greater than, as the log writes it; None where there is none.

    >>> at_most("b" * 100) == "b" * 63 + "c", at_most(datetime(2026, 1, 2, 3, 4, 5, 678_999, UTC))
    (True, '2026-01-02T03:04:05.679Z')
    """
    if isinstance(value, str):
        return _after(value)
    if isinstance(value, datetime):
        try:
            return _moment(value + (_MILLISECOND - timedelta.resolution))
        except OverflowError:
            return None
    return _plain(value)


def _start(text: str) -> str:
    return text.encode()[:_LONGEST].decode(errors="ignore")


def _after(text: str) -> str | None:
    """The text, or where it is long the next greater one after all that begin as it does."""
    start = _start(text)
    if start == text:
        return text
    start = start.rstrip(_LAST)
    if not start:
        return None
    following = ord(start[-1]) + 1
    if following in _SURROGATES:
        following = _SURROGATES.stop
    return start[:-1] + chr(following)


def _moment(value: datetime) -> str | None:
    if value.tzinfo is None:
        return None
    utc = value.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def _plain(value: object) -> Value | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, int) else None
