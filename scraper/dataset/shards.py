"""Photos in files of bounded size: tar shards as WebDataset reads them, and Parquet files."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.dataset.whole_folder import Target

_BLOCK: Final = tarfile.BLOCKSIZE
ROW_GROUP: Final = 128
"""Pictures of one row group: a reader of some of them reads few others."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A file with photos."""

    name: str
    """Its name in the folder."""
    photos: int
    """Pictures in it."""
    bytes: int
    """Its size."""
    sha256: str
    """Hash of it, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a picture lies."""

    shard: str
    """The file."""
    offset: int
    """Byte in it where the JPEG begins."""
    size: int
    """Bytes of the JPEG."""


class Shards:
    """Writes pictures into one file after the other, none much larger than `limit` bytes."""

    def __init__(self, target: Target, limit: int, ending: str) -> None:
        """Write into `target` files named `photos-000000` and so on, with an ending."""
        self._target, self._limit, self._ending = target, limit, ending
        self.done: list[Shard] = []
        self._open = ExitStack()
        self._path: Path | None = None
        self._photos = 0

    def _begin(self) -> Path:
        self._path = self._open.enter_context(self._target.file(self._name))
        return self._path

    @property
    def _name(self) -> str:
        return f"photos-{len(self.done):06d}.{self._ending}"

    def _end(self) -> None:
        """Close the file and note what it is; the next one is begun by the next picture."""
        if self._path is None:
            return
        path, self._path = self._path, None
        name = self._name
        self._shut()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.done.append(Shard(name, self._photos, path.stat().st_size, digest))
        self._photos = 0
        self._open.close()

    def _shut(self) -> None:
        """Close what writes into the file."""

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._end()
        else:
            self._shut()


class TarShards(Shards):
    """Tar files of samples: `<site>/<house_id>/<position>.jpg` and `.json`, one after the other."""

    _tar: tarfile.TarFile | None = None

    def __init__(self, target: Target, limit: int) -> None:
        """Write into `target`."""
        super().__init__(target, limit, "tar")

    def __enter__(self) -> TarShards:
        return self

    def add(self, key: str, image: bytes, row: dict[str, object]) -> Spot:
        """Add a photo; where it lies."""
        text = json.dumps(row, ensure_ascii=False, default=_said).encode()
        if self._tar is None:
            self._tar = tarfile.open(self._begin(), "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        tar, name = self._tar, self._name
        _member(tar, f"{key}.jpg", image)
        # A picture ends its member, filled up to a whole block.
        start = tar.offset - -(-len(image) // _BLOCK) * _BLOCK
        _member(tar, f"{key}.json", text)
        self._photos += 1
        if tar.offset >= self._limit:
            self._end()
        return Spot(name, start, len(image))

    def _shut(self) -> None:
        if self._tar is not None:
            self._tar.close()
            self._tar = None


class ParquetShards(Shards):
    """Parquet files of the table's own columns, the bytes of the pictures among them."""

    _writer: pq.ParquetWriter | None = None

    def __init__(self, target: Target, limit: int, schema: pa.Schema) -> None:
        """Write into `target` rows of a schema."""
        super().__init__(target, limit, "parquet")
        self._schema = schema
        self._bytes = 0

    def __enter__(self) -> ParquetShards:
        return self

    def add(self, rows: pa.RecordBatch) -> None:
        """Add some rows, in row groups of `ROW_GROUP`."""
        for start in range(0, rows.num_rows, ROW_GROUP):
            some = rows.slice(start, ROW_GROUP)
            if self._writer is None:
                # A JPEG does not shrink any more, and the rest is small.
                self._writer = pq.ParquetWriter(
                    self._begin(),
                    self._schema,
                    compression={n: "zstd" for n in self._schema.names if n != "image"}
                    | {"image": "none"},
                    use_dictionary=[n for n in self._schema.names if n != "image"],
                )
            self._writer.write_batch(some)
            self._photos += some.num_rows - some.column("image").null_count
            self._bytes += some.nbytes
            if self._bytes >= self._limit:
                self._end()

    def _shut(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            self._bytes = 0


def described(shards: list[Shard]) -> list[dict[str, Any]]:
    """The shards for a JSON file."""
    return [asdict(shard) for shard in shards]


def pictures(rows: pa.RecordBatch) -> Iterator[tuple[dict[str, object], bytes | None]]:
    """Each row of photos without its picture, and the picture, one at a time."""
    images = rows.column("image")
    others = rows.select([name for name in rows.schema.names if name != "image"])
    for at, row in enumerate(others.to_pylist()):
        yield row, images[at].as_py()


def _member(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    # No time and no owner: the same rows give the same bytes.
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(data))


def _said(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
