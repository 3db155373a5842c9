"""The manifest of a sealed part: written last, it makes the part exist."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import orjson
import pyarrow as pa

from scraper.errors import PlaceError
from scraper.place.parquet import batches
from scraper.place.place import Place

logger = logging.getLogger(__name__)

FORMAT: Final = 1
FOLDER: Final = "parts/"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class PartFile:
    """One table of a part."""

    name: str
    """Its name in the place: `parts/houses/<run_id>-<seq>.parquet`."""
    rows: int
    bytes: int
    sha256: str
    """Hash of the file, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a sealed part holds. It never changes, and neither do the files that it names."""

    run_id: str
    """The run that sealed it; rows of earlier runs may be among its rows."""
    seq: int
    """Number of the part in its run, counted from 1."""
    sealed_at: datetime
    """When it was sealed, UTC."""
    tables: Mapping[str, PartFile]
    """Table name to its file: `houses`, `photos`, `visits`; one without rows has none."""

    @property
    def part(self) -> str:
        """The name of the part: `<run_id>-<seq>`, never used twice."""
        return part_name(self.run_id, self.seq)

    @property
    def name(self) -> str:
        """The name of the manifest in the place."""
        return f"{FOLDER}{self.part}.json"

    def encode(self) -> bytes:
        """The manifest as the JSON that is written."""
        tables = {
            table: {"name": f.name, "rows": f.rows, "bytes": f.bytes, "sha256": f.sha256}
            for table, f in self.tables.items()
        }
        said = {
            "format": FORMAT,
            "run_id": self.run_id,
            "seq": self.seq,
            "sealed_at": self.sealed_at,
            "tables": tables,
        }
        return orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def part_name(run_id: str, seq: int) -> str:
    """The name of a part.

    >>> part_name("20260131T120000Z-1a2b3c", 7)
    '20260131T120000Z-1a2b3c-000007'
    """
    return f"{run_id}-{seq:06d}"


def decode(name: str, data: bytes) -> Manifest:
    """Read a manifest; ValueError for a torn or foreign one, `PlaceError` for a newer format."""
    try:
        said = orjson.loads(data)
        if int(said["format"]) > FORMAT:
            raise PlaceError(
                f"{name} has format {said['format']} and this housecrawl knows {FORMAT}: use the "
                "newer housecrawl"
            )
        tables = {
            str(table): PartFile(str(f["name"]), int(f["rows"]), int(f["bytes"]), str(f["sha256"]))
            for table, f in said["tables"].items()
        }
        sealed_at = datetime.fromisoformat(said["sealed_at"]).astimezone(UTC)
        return Manifest(str(said["run_id"]), int(said["seq"]), sealed_at, tables)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{name} is not a whole manifest: {error}") from error


def manifest_names(place: Place) -> list[str]:
    """Names of all manifests of a place, sorted."""
    return [
        name
        for name in place.names(FOLDER)
        if name.endswith(".json") and "/" not in name.removeprefix(FOLDER)
    ]


def read_manifest(place: Place, name: str) -> Manifest | None:
    """One manifest; None, with a warning in the log, when it is torn or gone."""
    try:
        return decode(name, place.read(name))
    except FileNotFoundError:
        return None
    except ValueError as error:
        logger.warning("%s: its houses are visited again by the next crawl", error)
        return None


def read_manifests(place: Place) -> list[Manifest]:
    """The manifests of all sealed parts, earliest sealed first; torn ones are left out."""
    found = (read_manifest(place, name) for name in manifest_names(place))
    return sorted(filter(None, found), key=lambda one: (one.sealed_at, one.run_id, one.seq))


def verify(place: Place, manifest: Manifest, *, content: bool = True) -> list[str]:
    """What is wrong with the files of a part, a sentence each: missing, cut, changed.

    `content`: also read them whole for their hash; without it only their sizes are looked at.
    """
    faults = (_fault(place, file, content=content) for file in manifest.tables.values())
    return [fault for fault in faults if fault]


def open_part(
    place: Place,
    manifest: Manifest,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    batch_rows: int = 4096,
) -> Iterator[pa.RecordBatch]:
    """The rows of a table of a part, in batches; none where the part has no row of that table.

    Raises `PlaceError` when the file is missing or no Parquet file.
    """
    file = manifest.tables.get(table)
    if file is None:
        return
    try:
        with place.open(file.name) as source:
            what = f"{place.url}/{file.name}"
            yield from batches(source, what, columns=columns, batch_rows=batch_rows)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise PlaceError(f"{place.url}: {file.name} is missing or torn ({error})") from error


def _fault(place: Place, file: PartFile, *, content: bool) -> str | None:
    try:
        with place.open(file.name) as source:
            size = source.seek(0, io.SEEK_END)
            if size != file.bytes:
                return f"{file.name} has {size} bytes instead of {file.bytes}"
            if not content:
                return None
            source.seek(0)
            digest = sha256()
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return f"{file.name} is missing"
    return None if digest.hexdigest() == file.sha256 else f"{file.name} has other bytes"
