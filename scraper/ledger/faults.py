"""What a fault of the disk or of the file under the ledger means for the person who waits."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scraper.errors import HousecrawlError, PlaceError, StorageError

_FOR_NOW: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
    }
)
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NEVER: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
)


@contextmanager
def sqlite_faults(path: Path) -> Iterator[None]:
    """Turn a fault of SQLite into the error that says what to do next."""
    try:
        yield
    except sqlite3.Error as error:
        meaning = _of_sqlite(path, error)
        if meaning is None:
            raise
        raise meaning from error


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn a fault of the disk, met while a file was written, into such an error."""
    try:
        yield
    except OSError as error:
        raise _of_disk(path, error) from error


def _of_sqlite(path: Path, error: sqlite3.Error) -> HousecrawlError | None:
    # The low byte is the kind of fault, the rest its detail: https://www.sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BROKEN:
        return PlaceError(
            f"{path} is not a ledger or is damaged ({error}): move it away, and the next run "
            "builds it again from the sealed parts"
        )
    if code in _FOR_NOW:
        return StorageError(
            f"the ledger {path} cannot be used just now ({error}): make room or make it "
            "writable, then run the same command again"
        )
    return None


def _of_disk(path: Path, error: OSError) -> HousecrawlError:
    what = error.strerror or str(error)
    if error.errno in _NEVER:
        return PlaceError(f"{path.parent} cannot hold the ledger ({what}): name a writable place")
    return StorageError(
        f"{path} cannot be written just now ({what}): make room, then run the same command again"
    )
