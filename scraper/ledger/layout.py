"""The tables of a ledger file, and how an older file becomes a current one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scraper.errors import PlaceError

APPLICATION_ID: Final = 0x48635231
"""Marks the file as a ledger: "HcR1", kept in SQLite's header."""

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        # Sites, entries of searches and runs, each word once: ten million houses name few of them.
        "CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)",
        "CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE houses (
            number INTEGER PRIMARY KEY,
            site INTEGER NOT NULL,
            house_id TEXT NOT NULL,
            url TEXT NOT NULL,
            entry INTEGER,
            position INTEGER,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            hash INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            tries INTEGER NOT NULL DEFAULT 0,
            outcome INTEGER,
            reason TEXT,
            run INTEGER,
            part INTEGER,
            UNIQUE (site, house_id)
        )
        """,
        # Partial: what is done leaves them, so they stay small at ten million houses.
        "CREATE INDEX unfinished ON houses (site, state, number, hash) WHERE state <= 6",
        "CREATE INDEX reasons ON houses (site, outcome, reason, state) WHERE reason IS NOT NULL",
        # AUTOINCREMENT: a part is a range of `seq`, so a number must never come twice.
        """
        CREATE TABLE finished (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            house INTEGER NOT NULL,
            run INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            houses BLOB,
            visits BLOB NOT NULL,
            photos BLOB
        )
        """,
        """
        CREATE TABLE tallies (
            site INTEGER NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (site, what)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE parts (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL,
            seq INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            sealed_at INTEGER,
            UNIQUE (run, seq)
        )
        """,
    ),
    (
        # What a refresh goes by; empty where a row came from elsewhere and was not looked at yet.
        """
        CREATE TABLE known (
            house INTEGER PRIMARY KEY,
            status TEXT,
            visited INTEGER,
            mode TEXT,
            body TEXT,
            digest BLOB,
            reader TEXT,
            etag TEXT,
            modified TEXT,
            visits INTEGER NOT NULL DEFAULT 0,
            changes INTEGER NOT NULL DEFAULT 0,
            missed INTEGER NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE due (
            house INTEGER PRIMARY KEY, site INTEGER NOT NULL, rank INTEGER NOT NULL,
            why TEXT NOT NULL
        )
        """,
        "CREATE INDEX due_rank ON due (site, rank)",
        # The number of a house that was erased may come again.
        """
        CREATE TRIGGER erased AFTER DELETE ON houses BEGIN
            DELETE FROM known WHERE house = old.number;
            DELETE FROM due WHERE house = old.number;
        END
        """,
    ),
    # Finished rows may be kept as JSON, which older versions cannot read.
    (),
    (
        # What a list shows of a house now, and what it showed at the house's last visit.
        "ALTER TABLE houses ADD COLUMN shown INTEGER",
        "ALTER TABLE known ADD COLUMN showed INTEGER",
    ),
)
"""What each version adds to the one before: version N is a file with the first N steps done."""


def bring_up(
    connection: sqlite3.Connection, path: Path, steps: Sequence[Sequence[str]] = STEPS
) -> None:
    """Give the file the current version's tables, in one transaction.

    Raises `PlaceError` for a file that is something else or of a newer version.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, path, len(steps))
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        if version < len(steps):
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(steps)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `PlaceError` unless the file is a ledger of the current version."""
    if _version(connection, path, len(STEPS)) < len(STEPS):
        raise PlaceError(
            f"{path} is a ledger of an older version: the next crawl brings it up to date"
        )


def _version(connection: sqlite3.Connection, path: Path, current: int) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if mark != APPLICATION_ID and (tables or version or mark):
        raise PlaceError(f"{path} is an SQLite file but not a ledger: move it away or name another")
    if version > current:
        raise PlaceError(
            f"{path} is a ledger of version {version} and this housecrawl knows {current}: "
            "use the newer housecrawl"
        )
    return version
