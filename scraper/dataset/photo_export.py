"""The photos of a version as a folder that people train on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.dataset.conform import conform, plain_schema
from scraper.dataset.formats import csv_lines
from scraper.dataset.picture import picture_name
from scraper.dataset.rows import rows
from scraper.dataset.shards import ParquetShards, Shard, Spot, TarShards, described, pictures
from scraper.dataset.version import latest
from scraper.dataset.whole_folder import Target, whole_folder
from scraper.errors import EmptyResultError
from scraper.ledger.manifests import read_manifests
from scraper.place.place import Place
from scraper.schema import arrow_schema

Form = Literal["files", "webdataset", "parquet"]
FORMS: Final = ("files", "webdataset", "parquet")
"""What an export of photos may be: a file a photo, tar shards, or Parquet files with the bytes."""
SHARD_BYTES: Final = 256 << 20
"""Size at which a shard ends."""
INDEX: Final = "photos.parquet"
"""The index of `files` and `webdataset`: the table without pictures, and where each of them is."""
DESCRIBED: Final = "_export.json"
"""What the folder holds; written last. Readers of a folder of Parquet files pass over a `_`."""
_AT_ONCE: Final = 256
_PLAIN: Final = pa.schema([f for f in arrow_schema("photos") if f.name != "image"])
_FILE: Final = pa.field("file", pa.string())
_SPOT: Final = (
    pa.field("shard", pa.string()),
    pa.field("offset", pa.int64()),
    pa.field("size", pa.int64()),
)


@dataclass(slots=True)
class Exported:
    """What an export holds."""

    photos: int = 0
    """Pictures."""
    rows: int = 0
    """Rows of the table, also those of photos that could not be had."""


def export_photos(
    place: Place,
    out: str,
    form: Form,
    *,
    version: int | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> Exported:
    """Write the photos of a version, None for the newest, into a new folder.

    `out`: a path, or `s3://bucket/prefix`. `files`: `<site>/<house_id>/<position>.jpg`, listed in
    `photos.parquet` and `photos.csv`. `webdataset`: tar files that end at `shard_bytes`, one
    sample a photo, and `photos.parquet`, which says where in them each JPEG lies. `parquet`: the
    table with the bytes, in files of the same size. Rows stream: what is held does not grow with
    the table. The folder appears whole or not at all; on S3 it is whole with `_export.json`.
    Raises `UsageError` where something is in the way or for an unknown version,
    `EmptyResultError` where nothing was crawled.
    """
    newest = latest(place)
    if newest is None and not read_manifests(place):
        raise EmptyResultError(f"{place.url} has no photos yet: crawl into it first")
    if version is None and newest is not None:
        version = newest.number
    counted = Exported()
    batches = _few(rows(place, "photos", version=version), counted)
    with whole_folder(out) as target:
        shards = _write(batches, target, form, shard_bytes)
        _describe(target, form, version, counted, shards)
    return counted


def _write(
    batches: Iterator[pa.RecordBatch], target: Target, form: Form, shard_bytes: int
) -> list[Shard]:
    if form == "files":
        _files(batches, target)
        return []
    if form == "webdataset":
        return _tars(batches, target, shard_bytes)
    with ParquetShards(target, shard_bytes, arrow_schema("photos")) as shards:
        for batch in batches:
            shards.add(conform(batch, arrow_schema("photos")))
    return shards.done


def _few(reader: pa.RecordBatchReader, counted: Exported) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        counted.rows += batch.num_rows
        counted.photos += batch.num_rows - batch.column("image").null_count
        for start in range(0, batch.num_rows, _AT_ONCE):
            yield batch.slice(start, _AT_ONCE)


def _files(batches: Iterator[pa.RecordBatch], target: Target) -> None:
    with _index(target, (_FILE,)) as index, _csv_index(target) as table:
        for batch in batches:
            names: list[str | None] = []
            for row, image in pictures(batch):
                names.append(None if image is None else _file(row))
                if image is not None:
                    with target.file(_file(row)) as path:
                        path.write_bytes(image)
            index.write_batch(_indexed(batch, {"file": names}, index.schema))
            table.writerows(
                [name, *line]
                for name, line in zip(names, csv_lines(batch.select(_PLAIN.names)), strict=True)
            )


def _tars(batches: Iterator[pa.RecordBatch], target: Target, limit: int) -> list[Shard]:
    with _index(target, _SPOT) as index, TarShards(target, limit) as shards:
        for batch in batches:
            spots: list[Spot | None] = []
            for row, image in pictures(batch):
                key = _file(row).removesuffix(".jpg")
                spots.append(None if image is None else shards.add(key, image, row))
            where = {
                name: [None if spot is None else getattr(spot, name) for spot in spots]
                for name in ("shard", "offset", "size")
            }
            index.write_batch(_indexed(batch, where, index.schema))
    return shards.done


def _file(row: dict[str, object]) -> str:
    return picture_name(row).removeprefix("photos/")


@contextmanager
def _index(target: Target, first: tuple[pa.Field, ...]) -> Iterator[pq.ParquetWriter]:
    schema = pa.schema([*first, *_PLAIN])
    with ExitStack() as stack:
        path = stack.enter_context(target.file(INDEX))
        yield stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))


@contextmanager
def _csv_index(target: Target) -> Iterator[Any]:
    with (
        target.file(str(Path(INDEX).with_suffix(".csv"))) as path,
        path.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(["file", *_PLAIN.names])
        yield writer


def _indexed(batch: pa.RecordBatch, first: dict[str, list[Any]], schema: pa.Schema) -> Any:
    said = [pa.array(values, schema.field(name).type) for name, values in first.items()]
    rest = conform(batch.select(_PLAIN.names), _PLAIN)
    return pa.RecordBatch.from_arrays([*said, *rest.columns], schema=schema)


def _describe(
    target: Target, form: Form, version: int | None, counted: Exported, shards: list[Shard]
) -> None:
    said = {
        "format": 1,
        "form": form,
        "version": version,
        "photos": counted.photos,
        "rows": counted.rows,
        "columns": plain_schema("photos").names,
        "shards": described(shards),
    }
    with target.file(DESCRIBED) as path:
        path.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
