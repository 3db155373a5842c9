"""Adding to the ID list."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from scraper.house import FoundId
from scraper.ledger.tallies import hash_of

BATCH: Final = 10_000
"""IDs held in memory at once."""

Known = tuple[FoundId, int, int]
"""An ID with its first and last moment of being listed, in ticks."""

_ADD: Final = """
INSERT INTO houses (site, house_id, url, entry, position, first_seen, last_seen, hash, shown)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (site, house_id) DO UPDATE SET
    url = iif(excluded.last_seen >= last_seen, excluded.url, url),
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen),
    shown = coalesce(excluded.shown, shown)
"""


@dataclass(frozen=True, slots=True)
class Added:
    """What a listing brought."""

    new: int
    """IDs that were not in the list."""
    known: int
    """IDs that were, repeats within the listing included."""


def batches(found: Iterable[Known]) -> Iterator[list[Known]]:
    """The IDs in batches that fit in memory."""
    left = iter(found)
    while batch := list(islice(left, BATCH)):
        yield batch


def insert(
    connection: sqlite3.Connection, site: int, batch: list[Known], entry: Callable[[str], int]
) -> list[int]:
    """Insert or refresh a batch; the hashes of the new IDs.

    Where and at which position an ID was first listed stays; its URL follows the last listing.
    """
    before = _last_number(connection)
    connection.executemany(
        _ADD,
        [
            (
                site,
                one.house_id,
                one.url,
                entry(one.where),
                one.position,
                first,
                last,
                hash_of(one.house_id),
                one.shown,
            )
            for one, first, last in batch
        ],
    )
    rows = connection.execute("SELECT hash FROM houses WHERE number > ?", (before,))
    return [number for (number,) in rows]


def _last_number(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM houses").fetchone()[0])
