"""What is known of a house's last visits: by it a refresh tells what is due and what is new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Literal

import pyarrow as pa

from scraper.house import Lease
from scraper.ledger.moments import to_ticks
from scraper.page import Page
from scraper.schema import Row

UNCHANGED: Final = "unchanged"
"""The reason of a visit with the outcome ok that brought no row."""
NOT_TRUSTED: Final = "not to be trusted: "
"""How the reason of a visit begins whose page was read, and whose row is not believed."""
NOT_SAID: Final = frozenset(
    ["run_id", "first_seen", "last_seen", "extractor_version", "fetched_at", "final_url",
     "fetch_mode", "http_status", "body_sha256", "robots_rule", "sources", "confidence",
     "disputed"]
)  # fmt: skip
"""Columns of a row that tell how it was read, and nothing of the house."""
LATER: Final = 1 << 40
"""What is added to the rank of a house that is to be tried again, after all others."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as the next visit compares it."""

    mode: str
    """The way it was asked for."""
    body: str
    """SHA-256 of its body."""
    reader: str
    """What read it: the extraction's version and the site file."""
    etag: str | None = None
    """Its `ETag`, where the next visit can ask by it."""
    modified: str | None = None
    """Its `Last-Modified`."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a final visit says of its house."""

    what: Literal["row", "same", "gone", "doubted", "none"]
    """There is a row; it is as it was; the house is gone; its row is not believed; none of this."""
    at: object = None
    """When the outcome was known: a datetime, UTC."""
    seen: Seen | None = None
    status: object = None
    """The row's status."""
    digest: bytes | None = None
    """Digest of the row."""


def seen_of(page: Page, reader: str) -> Seen:
    """How a page looked.

    Only a page that plain HTTP read can be asked for on condition: of others the first answer is
    a frame that stays the same whatever is in it.
    """
    plain = page.fetch_mode == "http" and page.url == page.final_url
    headers = page.headers if plain else {}
    return Seen(
        page.fetch_mode, page.sha256, reader, headers.get("etag"), headers.get("last-modified")
    )


def row_digest(row: Row) -> bytes:
    """The digest of a row as its table gives it back: the same for rows that say the same.

    >>> row_digest({"sold_price": 1.0, "run_id": "a"}) == row_digest({"sold_price": 1.0})
    True
    """
    said = repr(sorted((n, v) for n, v in row.items() if n not in NOT_SAID and v is not None))
    return blake2b(said.encode(), digest_size=16).digest()


def learn(connection: sqlite3.Connection, house: int, known: Known) -> None:
    """Keep what a final visit says; the house is due no more."""
    connection.execute("DELETE FROM due WHERE house = ?", (house,))
    at = to_ticks(known.at) if isinstance(known.at, datetime) else None
    connection.execute(
        """
        INSERT INTO known (house, visited, showed)
        SELECT number, ?2, shown FROM houses WHERE number = ?1
        ON CONFLICT DO UPDATE SET visited = ?2, showed = excluded.showed
        """,
        (house, at),
    )
    if known.what == "doubted":
        doubt(connection, house)
    if known.what == "gone":
        forget(connection, [house])
    if known.what == "row":
        connection.execute(
            """
            UPDATE known SET visits = visits + (status IS NOT NULL OR digest IS NOT NULL),
                changes = changes + coalesce(digest <> ?2, 0), status = ?3, digest = ?2
            WHERE house = ?1
            """,
            (house, known.digest, known.status),
        )
    if known.what == "same":
        connection.execute("UPDATE known SET visits = visits + 1 WHERE house = ?", (house,))
    if known.seen is not None:
        _see(connection, house, known.seen)


def _see(connection: sqlite3.Connection, house: int, seen: Seen) -> None:
    connection.execute(
        "UPDATE known SET mode = ?, body = ?, reader = ?, etag = ?, modified = ? WHERE house = ?",
        (seen.mode, seen.body, seen.reader, seen.etag, seen.modified, house),
    )


def put_back(connection: sqlite3.Connection, house: int) -> None:
    """Let a house that is to be tried again come after the others that are due."""
    connection.execute(
        "UPDATE due SET rank = rank + ? WHERE house = ? AND rank < ?", (LATER, house, LATER)
    )


def forget(connection: sqlite3.Connection, houses: Iterable[int]) -> None:
    """Let the next visits bring rows, whatever their pages say."""
    connection.executemany(
        "UPDATE known SET digest = NULL, body = NULL, etag = NULL, modified = NULL WHERE house = ?",
        [(one,) for one in houses],
    )


def doubt(connection: sqlite3.Connection, house: int) -> None:
    """The same for a house whose row was taken back: it is due at once."""
    connection.execute(
        "INSERT INTO known (house, visited) VALUES (?, 0) ON CONFLICT DO UPDATE SET visited = 0",
        (house,),
    )
    forget(connection, [house])


def forget_parts(connection: sqlite3.Connection, parts: str) -> None:
    """The same for the houses whose rows are in parts that were lost: a JSON list of numbers."""
    rows = connection.execute(
        "SELECT number FROM houses WHERE part IN (SELECT value FROM json_each(?))", (parts,)
    )
    forget(connection, [number for (number,) in rows.fetchall()])


def forget_site(connection: sqlite3.Connection, site: int) -> None:
    """The same for all houses of a site."""
    connection.execute(
        "UPDATE known SET digest = NULL, body = NULL, etag = NULL, modified = NULL "
        "WHERE house IN (SELECT number FROM houses WHERE site = ?)",
        (site,),
    )


def look_up(connection: sqlite3.Connection, lease: Lease) -> tuple[Seen, bytes | None] | None:
    """How a house's page looked last, and the digest of its row; None where that is not known."""
    row = connection.execute(
        """
        SELECT mode, body, reader, etag, modified, digest
        FROM known JOIN houses ON number = house
        WHERE site = (SELECT number FROM words WHERE word = ?) AND house_id = ?
        """,
        (lease.site, lease.house_id),
    ).fetchone()
    if row is None or row[5] is None:
        return None
    return Seen(row[0] or "", row[1] or "", row[2] or "", row[3], row[4]), row[5]


def lacks(connection: sqlite3.Connection, site: int) -> bool:
    """Whether there are houses with a row of which nothing is known."""
    found = connection.execute(
        "SELECT 1 FROM houses LEFT JOIN known ON number = house "
        "WHERE site = ? AND state = 7 AND digest IS NULL LIMIT 1",
        (site,),
    )
    return found.fetchone() is not None


def learn_rows(connection: sqlite3.Connection, site: int, batch: pa.RecordBatch) -> None:
    """Take over what rows of the dataset say of the houses of which nothing is known.

    `batch`: in the types of the table `houses`, all of its columns.
    """
    connection.executemany(_LEARN, [_learned(site, row) for row in batch.to_pylist()])


_LEARN: Final = """
INSERT INTO known (house, status, visited, mode, body, digest)
SELECT number, ?3, ?4, ?5, ?6, ?7 FROM houses WHERE site = ?1 AND house_id = ?2 AND state = 7
ON CONFLICT DO UPDATE SET
    status = excluded.status, visited = coalesce(visited, excluded.visited),
    digest = excluded.digest
WHERE digest IS NULL
"""


def _learned(site: int, row: dict[str, Any]) -> tuple[object, ...]:
    at = row["fetched_at"]
    gone = row["status"] == "gone"
    return (
        site,
        row["house_id"],
        row["status"],
        to_ticks(at) if at else None,
        row["fetch_mode"],
        None,
        None if gone else row_digest(row),
    )
