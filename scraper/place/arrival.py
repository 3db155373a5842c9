"""Whether an object arrived at a store with the bytes that were sent."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PART: Final = 16 << 20
"""Bytes of the parts that a big object is sent in."""
MULTIPART: Final = 2 * PART
"""Bytes from which on an object is sent in parts."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, as a store names it."""

    size: int
    etag: str
    """MD5 of an object sent at once; of the MD5s of its parts, and their number, otherwise.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
    """
    sha256: bytes

    @property
    def checksum(self) -> str:
        """The SHA-256 as S3 wants it.

        >>> sent(b"").checksum
        '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
        """
        return base64.b64encode(self.sha256).decode()


def sent(data: bytes) -> Sent:
    """Bytes sent at once.

    >>> sent(b"").etag
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    return _sent([data], multipart=False)


def sent_file(path: Path) -> Sent:
    """A file, sent in parts where it is big."""
    return _sent(_parts(path), multipart=path.stat().st_size >= MULTIPART)


def _sent(parts: Iterable[bytes], *, multipart: bool) -> Sent:
    whole, size, md5s = hashlib.sha256(), 0, []
    at_once = hashlib.md5(usedforsecurity=False)
    for part in parts:
        whole.update(part)
        at_once.update(part)
        md5s.append(hashlib.md5(part, usedforsecurity=False).digest())
        size += len(part)
    of_parts = hashlib.md5(b"".join(md5s), usedforsecurity=False).hexdigest()
    etag = f"{of_parts}-{len(md5s)}" if multipart else at_once.hexdigest()
    return Sent(size, etag, whole.digest())


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while part := source.read(PART):
            yield part
