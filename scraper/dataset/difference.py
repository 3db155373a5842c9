"""In how many rows each column of a table differs, before and after a change.

Rows come in pieces and in another order after than before, and may be more than memory holds: kept
are 4 bytes a value, in a file that the system may put out of memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.conform import plain_schema
from scraper.ledger.known import NOT_SAID
from scraper.schema import KEYS, TABLES

Words = np.ndarray[Any, np.dtype[np.uint64]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)


def said_columns(table: str) -> tuple[str, ...]:
    """The columns that say something of a house: not its key, not how it was read, and not the
    texts that values came from.
    """
    raw = {f"{column.name}_raw" for column in TABLES[table] if column.has_raw}
    left_out = {*KEYS[table], *NOT_SAID, *raw}
    return tuple(column.name for column in TABLES[table] if column.name not in left_out)


class Difference:
    """Counts the rows of a table in which columns differ; rows are called by increasing numbers.

    `before` for all rows first, in any order and pieces; `after` then, in the order of the numbers.
    Two different values are taken for the same once in 4,000 million times.
    """

    def __init__(self, table: str, numbers: Numbers) -> None:
        """Take the numbers of all rows that will come."""
        self.columns = said_columns(table)
        """The columns that are compared."""
        self._numbers, self._schema, self._seen = numbers, plain_schema(table), 0
        self._counts = np.zeros(len(self.columns), np.int64)
        self._file = TemporaryFile()  # noqa: SIM115  # closed by __exit__
        shape = (max(1, len(numbers)), len(self.columns))
        self._before = np.memmap(self._file, np.uint32, "w+", shape=shape)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        del self._before
        self._file.close()

    def before(self, rows: pa.RecordBatch, numbers: Numbers) -> None:
        """Rows as they were, and their numbers."""
        self._before[np.searchsorted(self._numbers, numbers)] = self._values(rows)

    def after(self, rows: pa.RecordBatch) -> None:
        """The next rows, as they are now."""
        until = self._seen + rows.num_rows
        differs = self._before[self._seen : until] != self._values(rows)
        self._counts += differs.sum(axis=0)
        self._seen = until

    def counts(self) -> dict[str, int]:
        """Column to rows in which it differs, those without any left out."""
        pairs = zip(self.columns, self._counts.tolist(), strict=True)
        return {column: count for column, count in pairs if count}

    def _values(self, rows: pa.RecordBatch) -> np.ndarray[Any, np.dtype[np.uint32]]:
        found = [_words(rows[name]) >> _HALF for name in self.columns]
        return np.stack(found, axis=1).astype(np.uint32)


def added(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Counts of several changes together.

    >>> added([{"status": 1, "city": 2}, {"status": 4}])
    {'city': 2, 'status': 5}
    """
    names = sorted({name for one in counts for name in one})
    return {name: sum(one.get(name, 0) for one in counts) for name in names}


def _words(array: pa.Array) -> Words:
    """A number for each value, the same for the same value within a process."""
    kind = array.type
    if pa.types.is_map(kind):
        pairs = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
        return _lists(array.cast(pa.list_(pairs)), ordered=False)
    if pa.types.is_list(kind):
        return _lists(array, ordered=True)
    if pa.types.is_struct(kind):
        words = np.zeros(len(array), np.uint64)
        for child in array.flatten():
            words = _mixed(words + _words(child))
        return words
    if pa.types.is_string(kind):
        return _mixed(np.fromiter(map(hash, array.to_pylist()), np.int64).view(np.uint64))
    if pa.types.is_date32(kind):
        array = array.cast(pa.int32())
    # As floats even where none is missing: the type must not depend on what a batch holds.
    values = array.cast(pa.float64()).to_numpy(zero_copy_only=False) + 0.0
    return _mixed(values.view(np.uint64))


def _lists(array: pa.Array, *, ordered: bool) -> Words:
    """A number for each list; null and an empty one have the same."""
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    words = _words(array.flatten())
    if ordered:
        at = np.arange(len(words)) - np.repeat(starts, lengths)
        words = _mixed(words + at.astype(np.uint64))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(words, dtype=np.uint64)])
    return _mixed(sums[ends] - sums[starts])


def _mixed(words: Words) -> Words:
    words = words * _ODD
    words = (words ^ (words >> _HALF)) * _MIX
    mixed: Words = words ^ (words >> _HALF)
    return mixed
