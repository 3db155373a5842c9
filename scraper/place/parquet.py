"""Reading Parquet files that somebody else may have written: none unpacks to more than it may.

A file of a kilobyte can name 200 million rows, or one long text ten thousand times: what it
unpacks to is looked at before it is, and every batch is checked before anything is done with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from os import SEEK_END
from typing import IO, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scraper.errors import PlaceError

ROWS_A_BYTE: Final = 20
"""Rows, and elements of lists, for each byte of a file; an ID list of constants has three."""
FREE_ROWS: Final = 100_000
"""Rows, and elements of lists, that any file may have."""
ELEMENTS: Final = 4_000_000
"""Elements of the lists of one row group."""
PACKED: Final = 50
"""Times that something large may be larger than its bytes in the file; texts shrink to a tenth."""
LARGE: Final = 64 * 2**20
"""Bytes of a row group from which it is looked at, of a batch, and that any file unpacks to."""

PICTURES: Final = "image"
"""A column whose whole is not bounded: it never shrinks, and nobody holds more than a batch."""

_DICTIONARIES: Final = frozenset({"RLE_DICTIONARY", "PLAIN_DICTIONARY"})
_TEXTS: Final = (pa.string(), pa.binary(), pa.large_string(), pa.large_binary())
_ENDLESS: Final = "DELTA_BYTE_ARRAY"
"""Each text says how much of the one before it begins with: a byte can stand for all of it."""


def batches(
    source: IO[bytes], what: str, *, columns: Sequence[str] | None = None, batch_rows: int = 4096
) -> Iterator[pa.RecordBatch]:
    """The rows of a file in batches, texts that repeat unpacked; `what` names it in errors.

    Raises `PlaceError` where it would unpack to more than it may, `pyarrow.ArrowInvalid` where it
    is torn or no Parquet file.
    """
    try:
        yield from _batches(source, what, columns, batch_rows)
    except OSError as error:
        # Arrow says so of torn pages; an error of the disk has a number.
        if error.errno is not None:
            raise
        raise pa.ArrowInvalid(str(error)) from error
    except pa.ArrowInvalid:
        raise
    except pa.ArrowException as error:  # what Arrow cannot read is no table of ours either
        raise pa.ArrowInvalid(str(error)) from error


def _batches(
    source: IO[bytes], what: str, columns: Sequence[str] | None, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    size = source.seek(0, SEEK_END)
    with pq.ParquetFile(source) as parquet:
        rows, schema = parquet.metadata.num_rows, parquet.schema_arrow
        groups = [
            [one for one in _pieces(parquet, number) if columns is None or one.column in columns]
            for number in range(parquet.metadata.num_row_groups)
        ]
    _check_rows(rows, size, what)
    for group in groups:
        _check_lists(group, size, what)
        _check_pieces(group, what)
    names = [name for name in schema.names if columns is None or name in columns]
    words = sorted({one.path for group in groups for one in group if one.text and one.repeats})
    source.seek(0)
    left = LARGE + PACKED * size
    with pq.ParquetFile(source, read_dictionary=words) as parquet:
        # Group by group: Arrow cannot put the words of two groups into one list.
        for number, group in enumerate(groups):
            few = _rows_at_once(group, batch_rows)
            for found in parquet.iter_batches(few, row_groups=[number], columns=names):
                left -= _unpacked(found.select([name for name in names if name != PICTURES]))
                if left < 0:
                    raise _too_much(found, size, what)
                for batch in _smaller(found):
                    yield _plain(batch, schema)


class _Piece(NamedTuple):
    """A column of a row group, or one of the columns inside a list, a map or a struct."""

    column: str
    path: str
    nested: bool
    """Whether it is inside a list, a map or a struct."""
    rows: int
    """Rows of the row group."""
    values: int
    """Values, and empty places for them."""
    packed: int
    """Bytes in the file."""
    bytes: int
    encodings: frozenset[str]
    text: bool

    @property
    def repeats(self) -> bool:
        """Whether a value is stored once however often it occurs."""
        return bool(self.encodings & _DICTIONARIES)


def _pieces(parquet: pq.ParquetFile, number: int) -> Iterator[_Piece]:
    metadata: Any = parquet.metadata
    group = metadata.row_group(number)
    for one in map(group.column, range(metadata.num_columns)):
        name, _, inside = one.path_in_schema.partition(".")
        yield _Piece(
            column=name,
            path=one.path_in_schema,
            nested=bool(inside),
            rows=group.num_rows,
            values=one.num_values,
            packed=one.total_compressed_size,
            bytes=one.total_uncompressed_size,
            encodings=frozenset(one.encodings),
            text=one.physical_type == "BYTE_ARRAY",
        )


def _check_rows(rows: int, size: int, what: str) -> None:
    if rows > max(FREE_ROWS, size * ROWS_A_BYTE):
        raise _refused(f"{what} says that its {size:,} bytes are {rows:,} rows, as no table is")


def _check_lists(group: Iterable[_Piece], size: int, what: str) -> None:
    lists = [one for one in group if one.nested]
    if sum(one.values for one in lists) > min(ELEMENTS, max(FREE_ROWS, size * ROWS_A_BYTE)):
        largest = max(lists, key=attrgetter("values"))
        raise _refused(
            f"{what} says that the lists of {largest.column} hold {largest.values:,} values in"
            f" {largest.packed:,} bytes"
        )


def _check_pieces(group: Sequence[_Piece], what: str) -> None:
    if endless := [one.column for one in group if _ENDLESS in one.encodings]:
        raise PlaceError(
            f"{what}: {endless[0]} is in the encoding {_ENDLESS}, which unpacks to any size: it is"
            " not read; write it with the encoding PLAIN or a dictionary"
        )
    packed, size = sum(one.packed for one in group), sum(one.bytes for one in group)
    lists = sum(one.bytes for one in group if one.nested)
    if lists > LARGE or size > max(LARGE, PACKED * packed):
        largest = max(group, key=attrgetter("bytes"))
        raise _refused(f"{what}: {packed:,} bytes of {largest.column} unpack to {size:,}")


def _rows_at_once(group: Sequence[_Piece], batch_rows: int) -> int:
    """Rows of a batch so that it stays small where values do not repeat."""
    size = sum(one.bytes for one in group)
    return batch_rows if size <= LARGE else max(1, min(batch_rows, group[0].rows * LARGE // size))


def _unpacked(found: pa.RecordBatch | pa.Array) -> int:
    """Bytes of what was found once every value stands where it belongs."""
    if isinstance(found, pa.RecordBatch | pa.StructArray):
        columns = found.columns if isinstance(found, pa.RecordBatch) else found.flatten()
        return sum(map(_unpacked, columns))
    if isinstance(found, pa.DictionaryArray):
        return _repeated(found)
    if isinstance(found, pa.MapArray):
        start, end = found.offsets[0].as_py(), found.offsets[-1].as_py()
        inside = (found.keys[start:end], found.items[start:end])
        return 4 * len(found) + sum(map(_unpacked, inside))
    if isinstance(found, pa.ListArray | pa.LargeListArray):
        return 4 * len(found) + _unpacked(found.flatten())
    return int(found.nbytes)


def _repeated(words: pa.DictionaryArray) -> int:
    if words.dictionary.type not in _TEXTS:
        return int(words.nbytes)
    lengths = pc.binary_length(words.dictionary).cast(pa.int64())
    return 4 * len(words) + (pc.sum(lengths.take(words.indices)).as_py() or 0)


def _smaller(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces that are `LARGE` at most once they are unpacked, or single rows."""
    if batch.num_rows <= 1 or _unpacked(batch) <= LARGE:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _smaller(batch.slice(0, half))
    yield from _smaller(batch.slice(half))


def _plain(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch in the types of the file and without a fault."""
    fields = [schema.field(name) for name in batch.schema.names]
    arrays = [
        array if array.type == field.type else array.cast(field.type)
        for field, array in zip(fields, batch.columns, strict=True)
    ]
    whole = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields, schema.metadata))
    whole.validate(full=True)
    return whole


def _too_much(batch: pa.RecordBatch, size: int, what: str) -> PlaceError:
    sizes = {name: _unpacked(batch.column(name)) for name in batch.schema.names}
    name = max(sizes, key=lambda one: sizes[one])
    return _refused(
        f"{what}: {batch.num_rows:,} rows of {name} unpack to {sizes[name]:,} bytes, and the file"
        f" has {size:,}"
    )


def _refused(found: str) -> PlaceError:
    return PlaceError(f"{found}: it is not read; get it again from where it came from")
