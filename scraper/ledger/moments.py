"""Moments as the whole microseconds since 1970 that the ledger's file keeps."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def to_ticks(moment: datetime) -> int:
    """Microseconds since 1970 of a moment with a zone.

    >>> to_ticks(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    return (moment - _EPOCH) // _TICK


def from_ticks(ticks: int) -> datetime:
    """The moment in UTC.

    >>> from_ticks(1000005).isoformat()
    '1970-01-01T00:00:01.000005+00:00'
    """
    return _EPOCH + ticks * _TICK


def utc_now() -> datetime:
    """The moment of the call, UTC; never before that of an earlier call of this process.

    The system's clock is read once: one that is set meanwhile does not make a later page older.
    """
    return _START + timedelta(seconds=_elapsed() - _STARTED)


def _elapsed() -> float:
    # Where there is one, the clock that goes on while the machine sleeps.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


_START: Final = datetime.now(UTC)
_STARTED: Final = _elapsed()
