"""What is left of a house in the bytes of a place, unpacked."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.feather as pf
import pyarrow.parquet as pq


def traces(files: Iterable[tuple[str, bytes]], marks: Iterable[str]) -> dict[str, int]:
    """Names of the files in which a mark stands, and how often."""
    found = {}
    for name, data in files:
        texts = list(_texts(name, data))
        count = sum(text.count(mark.encode()) for text in texts for mark in marks)
        if count:
            found[name] = count
    return found


def in_folder(top: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(top.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(top)), path.read_bytes()


def _texts(name: str, data: bytes) -> Iterator[bytes]:
    yield data
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    if name.endswith(".parquet") and data:
        yield repr(pq.read_table(io.BytesIO(data)).to_pylist()).encode()
    if name.endswith(".feather"):
        yield repr(pf.read_table(io.BytesIO(data)).to_pylist()).encode()
