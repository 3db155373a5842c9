"""A table of the dataset as one plain file, on this machine or on S3."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final, Literal

import pyarrow as pa

from scraper.dataset.course import NEEDED, course_rows
from scraper.dataset.formats import write_csv, write_feather, write_parquet, write_zip
from scraper.dataset.rows import rows
from scraper.dataset.version import latest
from scraper.errors import EmptyResultError, UsageError
from scraper.ledger.manifests import read_manifests
from scraper.place.folder import disk_faults, written_whole
from scraper.place.place import Place
from scraper.place.s3 import S3Place

Columns = Literal["plain", "course"]
WRITERS: Final = {
    ".feather": write_feather,
    ".ftr": write_feather,
    ".parquet": write_parquet,
    ".csv": write_csv,
    ".zip": write_zip,
}
"""Ending of a file's name to what writes it."""


def export(
    place: Place,
    out: str,
    *,
    table: str = "houses",
    columns: Columns = "plain",
    version: int | None = None,
) -> int:
    """Write a table to a file that ends in one of `WRITERS`; the rows written.

    `out`: a path, or `s3://bucket/key`. The file appears whole or not at all.
    Raises `UsageError` for another ending, a missing folder, an unknown table or version, or the
    course's columns of another table than houses; `EmptyResultError` where nothing was crawled.
    """
    _check(place, out, table, columns)
    wanted = rows(place, table, version=version, columns=NEEDED if columns == "course" else None)
    counted = _Counted(course_rows(wanted) if columns == "course" else wanted)
    if out.startswith("s3://"):
        _to_s3(counted, table, out)
    else:
        with written_whole(Path(out)) as temporary:
            WRITERS[Path(out).suffix.lower()](counted.reader, table, temporary)
    return counted.rows


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, reader: pa.RecordBatchReader) -> None:
        self.rows = 0
        self.reader = pa.RecordBatchReader.from_batches(reader.schema, map(self._count, reader))

    def _count(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        self.rows += batch.num_rows
        return batch


def _check(place: Place, out: str, table: str, columns: Columns) -> None:
    suffix = PurePosixPath(out).suffix.lower()
    if suffix not in WRITERS:
        ending = f"ends in {suffix}" if suffix else "has no ending"
        raise UsageError(f"{out} {ending}: the file's format is one of {', '.join(WRITERS)}")
    if columns == "course" and table != "houses":
        raise UsageError(
            f"the course's columns are those of houses: leave --columns out for {table}"
        )
    if not out.startswith("s3://"):
        _check_folder(Path(out))
    if table != "ids" and latest(place) is None and not read_manifests(place):
        raise EmptyResultError(f"{place.url} has no houses yet: crawl into it first")


def _check_folder(path: Path) -> None:
    with disk_faults(path):
        if path.is_dir():
            raise UsageError(f"{path} is a folder: name a file")
        if not path.parent.is_dir():
            raise UsageError(f"{path.parent} is no folder: make it first, or check its name")


def _to_s3(counted: _Counted, table: str, out: str) -> None:
    folder, _, name = out.rpartition("/")
    target = S3Place.parse(folder)
    with TemporaryDirectory() as local:
        path = Path(local) / name
        WRITERS[path.suffix.lower()](counted.reader, table, path)
        target.upload(name, str(path))
