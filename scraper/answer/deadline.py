"""A limit to the processor time that reading one page may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from scraper.answer.fault import AnswerError, Fault

_AGAIN: Final = 0.05
"""Seconds until the alarm goes off anew, where code swallowed it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let the code inside use so many seconds of processor time; AnswerError where it needs more.

    Waiting and other processes' work do not count. The clock is that of a signal (SIGVTALRM), which
    only a main thread is told of: in another thread there is no limit. Not to be nested.

    >>> with within(5):
    ...     sum(range(10))
    45
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    running = True

    def ring(number: int, frame: FrameType | None) -> None:
        del number
        if running and not _is_deaf(frame):
            raise AnswerError(Fault(f"not read within {seconds:g} s of processor time"))

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _is_deaf(frame: FrameType | None) -> bool:
    """Whether an error raised here would only be printed: inside what runs when objects die."""
    while frame is not None:
        if frame.f_code.co_name == "__del__" or frame.f_globals.get("__name__") == "weakref":
            return True
        frame = frame.f_back
    return False
