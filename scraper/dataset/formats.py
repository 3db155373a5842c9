"""Rows as one plain file: Feather, Parquet, CSV or ZIP. All stream, none holds the rows."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Final, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.dataset.conform import conform, subschema
from scraper.dataset.picture import picture_name
from scraper.schema import arrow_schema

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters at which a spreadsheet takes a text for a formula (OWASP, CSV injection)."""
_LINE_END: Final = "\r\n"
"""As RFC 4180 has it; the writer then quotes both characters in a text, with one only that one."""
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The time of a ZIP's members: the same rows give the same bytes."""


def write_parquet(rows: pa.RecordBatchReader, table: str, path: Path) -> None:
    """Write rows as Parquet, zstd."""
    schema = file_schema(rows.schema, table)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in rows:
            writer.write_batch(conform(batch, schema))


def write_feather(rows: pa.RecordBatchReader, table: str, path: Path) -> None:
    """Write rows as Feather (Arrow's file format), zstd."""
    schema = file_schema(rows.schema, table)
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as out:
        for batch in rows:
            out.write_batch(conform(batch, schema))


def write_csv(rows: pa.RecordBatchReader, table: str, path: Path) -> None:
    """Write rows as CSV, UTF-8: lists and maps as JSON, no pictures, no formulas."""
    assert table
    with path.open("w", encoding="utf-8", newline="") as out:
        _csv(rows, out)


def write_zip(rows: pa.RecordBatchReader, table: str, path: Path) -> None:
    """Write rows as a ZIP of one CSV, and for photos of their JPEG files, named in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        if "image" in rows.schema.names:
            _pack_photos(rows, pack)
            return
        with pack.open(_member(f"{table}.csv"), "w", force_zip64=True) as raw:
            _csv(rows, _text(raw))


def file_schema(schema: pa.Schema, table: str) -> pa.Schema:
    """The schema of a file: that of the table for the table's own columns, with its metadata.

    Rows in the course's form have columns that the table has not: those keep their schema.
    """
    known = arrow_schema(table)
    return subschema(known, schema.names) if set(schema.names) <= set(known.names) else schema


def neutral(text: str) -> str:
    """The text, made harmless for a spreadsheet that would take it for a formula.

    >>> neutral("=HYPERLINK(A1)"), neutral("Oak St")
    ("'=HYPERLINK(A1)", 'Oak St')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(batch: pa.RecordBatch) -> Iterator[list[object]]:
    """The rows as a CSV says them: lists and maps as JSON, no formulas."""
    cells = ([_cell(value) for value in _values(column)] for column in batch.columns)
    for line in zip(*cells, strict=True):
        yield [*line]


def _csv(rows: pa.RecordBatchReader, out: TextIO) -> None:
    columns = [name for name in rows.schema.names if name != "image"]
    writer = csv.writer(out, lineterminator=_LINE_END)
    writer.writerow(columns)
    for batch in rows:
        writer.writerows(csv_lines(batch.select(columns)))
    out.flush()


def _values(column: pa.Array) -> list[object]:
    if pa.types.is_map(column.type):
        return [None if pairs is None else dict(pairs) for pairs in column.to_pylist()]
    if pa.types.is_float32(column.type):
        # Seven digits are all it holds: 2.1, and not 2.0999999046325684.
        return [None if value is None else float(f"{value:.7g}") for value in column.to_pylist()]
    values: list[object] = column.to_pylist()
    return values


def _cell(value: object) -> object:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_iso)
    if isinstance(value, float):
        # 3.0 and 3 are the same number, and a count reads better without the point.
        return int(value) if value.is_integer() else value
    return value.isoformat() if isinstance(value, date | datetime) else value


def _iso(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()


def _pack_photos(rows: pa.RecordBatchReader, pack: zipfile.ZipFile) -> None:
    """The pictures while they pass; the CSV that names them is small and waits for the end."""
    text = io.StringIO()
    columns = [name for name in rows.schema.names if name != "image"]
    writer = csv.writer(text, lineterminator=_LINE_END)
    writer.writerow(["file", *columns])
    for batch in rows:
        names = [picture_name(row) for row in batch.select(columns).to_pylist()]
        images = batch.column("image")
        for at, line in enumerate(csv_lines(batch.select(columns))):
            image = images[at].as_py()
            writer.writerow([names[at] if image else "", *line])
            if image:
                # A JPEG does not shrink any more.
                pack.writestr(_member(names[at]), image, zipfile.ZIP_STORED)
    pack.writestr(_member("photos.csv"), text.getvalue(), zipfile.ZIP_DEFLATED)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _LONG_AGO)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _text(raw: IO[bytes]) -> TextIO:
    return io.TextIOWrapper(raw, encoding="utf-8", newline="")
