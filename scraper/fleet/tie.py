"""A crawl that does not outlive the worker that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

from scraper.errors import ExitCode

PARENT: Final = "HOUSECRAWL_PARENT"
"""The variable by which a worker tells its crawl who started it: the number of its process."""
_SET_PDEATHSIG: Final = 1
"""`prctl(2)`: the signal that a process gets when its parent dies. Linux has it."""


def tie_to_parent() -> None:
    """Get SIGTERM when the worker dies that started this process; nothing without a worker."""
    parent = os.environ.pop(PARENT, "")
    if not parent.isdecimal() or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        # It died before it could be tied to.
        sys.exit(ExitCode.INCOMPLETE)
