"""The one connection that writes a ledger's file, shared by the threads of its process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from scraper.ledger.checkpoints import Checkpoints
from scraper.ledger.faults import sqlite_faults
from scraper.ledger.layout import bring_up, check

_CACHE_KIB: Final = 8 * 1024
"""Small enough to be full early: what a crawl holds must not rise as it gets on in its list."""
_OVERHEAD: Final = 5 * 8192
"""Bytes that a commit writes beside its rows: a few pages of the tables and indexes."""
_WAIT_MS: Final = 10_000


class Database:
    """A ledger's file, opened for writing. The caller holds the lock of its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.on_rollback: Callable[[], None] = lambda: None
        """Called when a transaction was undone, so that what is counted in memory is too."""
        self._guard = threading.RLock()
        self._words: dict[str, int] = {}
        with sqlite_faults(path):
            self._connection = _connect(path)
            try:
                bring_up(self._connection, path)
            except BaseException:
                self._connection.close()
                raise
        self._checkpoints = Checkpoints(path)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """All or nothing of what is done inside, for every thread and every kill.

        `durable`: it also outlives a power cut, with all that was committed before it.
        """
        with self._guard, sqlite_faults(self.path):
            if durable:
                self._connection.execute("PRAGMA synchronous = FULL")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._undo()
                raise
            finally:
                if durable:
                    self._connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own that sees the state of now, and holds nobody up."""
        with read_only(self.path) as connection:
            yield connection

    def word(self, connection: sqlite3.Connection, word: str) -> int:
        """The number of a site, an entry or a run, given to it when it is first met."""
        number = self._words.get(word)
        if number is None:
            connection.execute("INSERT OR IGNORE INTO words (word) VALUES (?)", (word,))
            found = connection.execute("SELECT number FROM words WHERE word = ?", (word,))
            number = self._words[word] = int(found.fetchone()[0])
        return number

    def wrote(self, size: int) -> None:
        """About so many bytes were committed."""
        self._checkpoints.wrote(size + _OVERHEAD)

    def close(self) -> None:
        """Move what is in the write-ahead log into the file, and close it."""
        self._checkpoints.stop()
        with self._guard, closing(self._connection), sqlite_faults(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _undo(self) -> None:
        self._words.clear()
        try:
            # SQLite has undone some faults, a full disk among them, by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        finally:
            self.on_rollback()


@contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads a ledger, also while another process writes it.

    Everything read inside is of one moment. Raises `PlaceError` for anything but a ledger.
    """
    with sqlite_faults(path), closing(_reader(path)) as connection:
        connection.execute("BEGIN")
        check(connection, path)
        yield connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in (
        f"busy_timeout = {_WAIT_MS}",
        "page_size = 8192",
        "journal_mode = WAL",
        # A power cut may take the last transactions: row and "done" vanish together.
        "synchronous = NORMAL",
        # The checkpoints' thread comes first; this bounds the log should it not get to its end.
        "wal_autocheckpoint = 4000",
        f"cache_size = -{_CACHE_KIB}",
        "journal_size_limit = 67108864",
    ):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
    return connection


def _reader(path: Path) -> sqlite3.Connection:
    uri = path.resolve().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # A folder that cannot be written has no room for the log's index, and no writer either.
        connection.close()
        connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
    except BaseException:
        connection.close()
        raise
    return connection
