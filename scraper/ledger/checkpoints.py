"""Moving the write-ahead log into the ledger's file, away from the thread that commits."""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

_EVERY: Final = 4 << 20
"""Bytes written between two checkpoints."""


class Checkpoints:
    """A thread that moves the log into the file whenever some megabytes were written.

    Without it a commit now and then waits tens of milliseconds, and with it an event loop.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = 0
        self._due = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="ledger-checkpoints", daemon=True)
        self._thread.start()

    def wrote(self, size: int) -> None:
        """About so many bytes were written."""
        self._written += size
        if self._written >= _EVERY:
            self._written = 0
            self._due.set()

    def stop(self) -> None:
        """End the thread."""
        self._ended = True
        self._due.set()
        self._thread.join()

    def _run(self) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            while self._due.wait() and not self._ended:
                self._due.clear()
                try:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                except sqlite3.Error as error:
                    # The committing connection meets the same fault and tells whom it concerns.
                    logger.debug("no checkpoint: %s", error)
