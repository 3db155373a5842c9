"""Memory that is free, given back to the system."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import pyarrow as pa


def give_back() -> None:
    """Let the system have what was taken and is free, as after a part was sealed.

    Arrow and the C library keep what was freed for the next time. That is tens of megabytes, and
    more or less of them after each part: a crawl would seem to grow, and its machine has less.
    """
    pa.default_memory_pool().release_unused()
    if (trim := _trim()) is not None:
        trim(0)


@cache
def _trim() -> Any:
    """The C library's own way; None where it has none, as on macOS and with musl."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
