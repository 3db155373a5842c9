"""The memory in which a photo waits for the process that decodes it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import Final

from scraper.photos.reasons import PhotoError

_SYSTEM_HAS: Final = hasattr(os, "memfd_create")


class Room:
    """A file in memory that two processes have: one puts a photo there, the other takes it.

    Through a pipe the system would make new pages for every photo, and wake both sides for each
    piece. It takes as much memory as the largest photo yet, given back when the object goes.
    """

    def __init__(self) -> None:
        self.file = _anonymous()
        """Its descriptor, for the other process."""

    def put(self, data: bytes) -> None:
        """Have a photo there, in place of the one before; PhotoError where it does not fit."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.pwrite(self.file, left, len(data) - len(left)) :]
        except OSError as error:
            reason = f"no room to decode it: {error.strerror}: {len(data):,} bytes"
            raise PhotoError(reason) from error

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):
            os.close(self.file)


def taken(file: int, size: int) -> bytes:
    """The first bytes of what lies in a room, in the other process."""
    return os.pread(file, size, 0)


def _anonymous() -> int:
    """A file without a name: in memory, or on the disk where the system has no such to give."""
    with suppress(OSError):  # it may be forbidden
        if _SYSTEM_HAS:
            return os.memfd_create("photo")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
