"""Parquet files without the rows of erased houses."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.ledger.suppressed import Suppressed
from scraper.place.place import Place

KEY: Final = ("site", "house_id")
_BATCH: Final = 8192
_PICTURES: Final = 256
"""Rows at once of a table with pictures."""
_GROUP_BYTES: Final = 16 << 20


def erased_rows(place: Place, name: str, suppressed: Suppressed) -> int:
    """Rows of erased houses in a Parquet file; only its keys are read."""
    with place.open(name) as source, pq.ParquetFile(source) as parquet:
        batches = parquet.iter_batches(_BATCH, columns=list(KEY))
        return sum(_mask(batch, suppressed).count(True) for batch in batches)


def write_without(place: Place, name: str, suppressed: Suppressed, path: Path) -> int:
    """Write the other rows of a Parquet file to a local one; how many, none for no file."""
    rows = 0
    writer: pq.ParquetWriter | None = None
    with place.open(name) as source, pq.ParquetFile(source) as parquet:
        for group in _groups(parquet, suppressed):
            writer = writer or _writer(group.schema, path)
            writer.write_table(group)
            rows += group.num_rows
    if writer is not None:
        writer.close()
    return rows


def _groups(parquet: pq.ParquetFile, suppressed: Suppressed) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    size = _PICTURES if "image" in parquet.schema_arrow.names else _BATCH
    for batch in parquet.iter_batches(size):
        kept = _kept(batch, suppressed)
        if kept.num_rows:
            held.append(kept)
        if sum(one.nbytes for one in held) >= _GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _kept(batch: pa.RecordBatch, suppressed: Suppressed) -> pa.RecordBatch:
    """The rows that stay."""
    erased = _mask(batch, suppressed)
    plain = batch.cast(plain_texts(batch.schema))
    return plain.filter(pa.array([not one for one in erased])) if any(erased) else plain


def plain_texts(schema: pa.Schema) -> pa.Schema:
    """A schema with plain texts for the text views of Delta tables.

    pyarrow 26 can neither filter nor write those.

    >>> plain_texts(pa.schema([("a", pa.list_(pa.string_view()))])).field("a").type.value_type
    DataType(string)
    """
    return pa.schema([field.with_type(_plain(field.type)) for field in schema], schema.metadata)


def _plain(kind: pa.DataType) -> pa.DataType:
    if kind == pa.string_view():
        return pa.string()
    if kind == pa.binary_view():
        return pa.binary()
    if pa.types.is_map(kind):
        return pa.map_(_plain(kind.key_type), _plain(kind.item_type))
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([one.with_type(_plain(one.type)) for one in kind])
    return kind


def _mask(batch: pa.RecordBatch, suppressed: Suppressed) -> list[bool]:
    pairs = list(zip(*(batch.column(name).to_pylist() for name in KEY), strict=True))
    known = {pair: suppressed.has(str(pair[0]), str(pair[1])) for pair in set(pairs)}
    return [known[pair] for pair in pairs]


def _writer(schema: pa.Schema, path: Path) -> pq.ParquetWriter:
    words = [name for name in schema.names if name != "image"]
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=words)


def generation(name: str) -> tuple[str, int]:
    """A name without its mark of rewriting, and how often what it names was rewritten.

    >>> generation("run.e2"), generation("run")
    (('run', 2), ('run', 0))
    """
    stem, dot, number = name.rpartition(".e")
    return (stem, int(number)) if dot and number.isdigit() else (name, 0)


def rewritten(name: str) -> str:
    """The name that comes after a name: no name is used for other rows.

    >>> rewritten("run"), rewritten("run.e1")
    ('run.e1', 'run.e2')
    """
    stem, number = generation(name)
    return f"{stem}.e{number + 1}"


def digest(path: Path) -> str:
    """Hash of a local file, hexadecimal."""
    with path.open("rb") as source:
        return file_digest(source, "sha256").hexdigest()
