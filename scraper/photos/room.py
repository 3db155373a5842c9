"""The memory in which a photo waits for the process that decodes it."""

from __future__ import annotations

import os
import tempfile
from mmap import ACCESS_READ, mmap
from typing import Final

_SYSTEM_HAS: Final = hasattr(os, "memfd_create")


class Room:
    """Memory of two processes: one puts a photo there, the other reads it where it is.

    By a pipe the system would copy it twice, page by page. It takes as much memory as the largest
    photo that was put there, and is given back when the object goes.
    """

    def __init__(self, size: int) -> None:
        """`size`: bytes of the largest photo."""
        self.size = max(1, size)
        self.file = _anonymous()
        """Its descriptor, for the other process."""
        os.ftruncate(self.file, self.size)
        self._memory = mmap(self.file, self.size)

    def put(self, data: bytes) -> None:
        """Have a photo there, in place of the one before; ValueError where it is too large."""
        if len(data) > self.size:
            raise ValueError(f"{len(data):,} bytes do not fit into {self.size:,}")
        self._memory[: len(data)] = data

    def close(self) -> None:
        """Give it back; more than once does no harm."""
        if not self._memory.closed:
            self._memory.close()
            os.close(self.file)

    def __del__(self) -> None:
        self.close()


def seen(file: int, size: int) -> mmap:
    """The same memory in the other process, to read."""
    return mmap(file, size, access=ACCESS_READ)


def _anonymous() -> int:
    """A file without a name that is held in memory, or on the disk where the system has no such."""
    if _SYSTEM_HAS:
        return os.memfd_create("photo")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
