"""One process a ledger: a lock of the operating system, gone the moment its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
import time
import weakref
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from scraper.errors import LedgerInUseError
from scraper.ledger.faults import disk_faults

_PATIENCE: Final = 0.3
"""Seconds to wait for somebody who only looks whether the lock is held."""


class Lock:
    """The right to write a ledger, held until `release` or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        _held.add(self)

    @classmethod
    def take(cls, path: Path, *, place: str, run_id: str, now: datetime) -> Self:
        """Take the lock; `LedgerInUseError` says who has it, since when, and for which place."""
        with disk_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _taken(descriptor):
            os.close(descriptor)
            raise LedgerInUseError(_who_says(path, place))
        holder = {
            "pid": os.getpid(),
            "since": now.isoformat(timespec="seconds"),
            "run_id": run_id,
            "place": place,
        }
        try:
            with disk_faults(path):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)

    @property
    def is_held(self) -> bool:
        """Whether it was not given back yet."""
        return self._descriptor >= 0

    def release(self) -> None:
        """Give it back; a second call does nothing."""
        if self.is_held:
            os.close(self._descriptor)
            self._descriptor = -1


def holder(path: Path) -> dict[str, object] | None:
    """Who holds the lock now: pid, since, run_id, place; None when nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _note(path)
    finally:
        os.close(descriptor)
    return None


def add_note(path: Path, **more: object) -> None:
    """Say more of the holder in its note; for the process that holds the lock."""
    with disk_faults(path):
        descriptor = os.open(path, os.O_RDWR)
        try:
            os.pwrite(descriptor, json.dumps({**_note(path), **more}).encode(), 0)
        finally:
            os.close(descriptor)


def _taken(descriptor: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _note(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _who_says(path: Path, place: str) -> str:
    note = _note(path)
    return (
        f"{note.get('place', place)} is in use by process {note.get('pid', '?')} since "
        f"{note.get('since', '?')} (run {note.get('run_id', '?')}): wait until it ends, or stop it "
        "and run the same command again"
    )


_held: weakref.WeakSet[Lock] = weakref.WeakSet()


def _forget_in_child() -> None:
    # A forked child shares the lock: were it to live on, a dead crawl would still hold it.
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_forget_in_child)
