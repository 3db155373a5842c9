"""An object of a bucket as a file that can be sought in."""

from __future__ import annotations

import io
from typing import Protocol


class Ranged(Protocol):
    """What gives bytes of an object."""

    def range(self, name: str, start: int, end: int, etag: str) -> bytes:
        """Bytes `start` to `end`, the last not included, of an object that is still the same."""


class Ranges(io.RawIOBase):
    """An object read by ranges: what is not asked for is not fetched."""

    def __init__(self, place: Ranged, name: str, size: int, etag: str) -> None:
        self._place, self._name, self._size, self._etag = place, name, size, etag
        self._at = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere; nothing is fetched for it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readall(self) -> bytes:
        """All that is left, by one request."""
        # The inherited one asks for 8 KiB at a time, each of them a request here.
        if self._at >= self._size:
            return b""
        data = self._place.range(self._name, self._at, self._size, self._etag)
        self._at += len(data)
        return data

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer has no len()
        """The next bytes, as many as fit."""
        end = min(self._size, self._at + len(buffer))
        if end <= self._at:
            return 0
        data = self._place.range(self._name, self._at, end, self._etag)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
