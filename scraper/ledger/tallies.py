"""Counts that are kept while houses move, so that asking for them costs nothing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Final
from zlib import crc32

from scraper.ledger.states import State

Part = tuple[int, int]
"""(index, count): the index-th of count parts of the ID list, counted from 0."""

PHOTOS: Final = "photos:"
"""What the tally of photos with an outcome starts with."""


def hash_of(house_id: str) -> int:
    """The number that says which part of the list a house belongs to, for ever.

    >>> hash_of("000000042") % 100
    94
    """
    return crc32(house_id.encode())


class Tallies:
    """How many houses of a site are in each state: in the file, and in memory for asked parts."""

    def __init__(self) -> None:
        self._parts: dict[tuple[int, Part], Counter[State]] = {}

    def forget(self) -> None:
        """Count the asked parts anew when they are next asked for."""
        self._parts.clear()

    def move(
        self,
        connection: sqlite3.Connection,
        site: int,
        houses: Iterable[int],
        old: State | None,
        new: State,
    ) -> None:
        """Houses, given by their hashes, went from a state to another; None: they are added."""
        hashes = list(houses)
        if not hashes or old is new:
            return
        if old is not None:
            add(connection, site, old.name, -len(hashes))
        add(connection, site, new.name, len(hashes))
        for (of_site, part), counts in self._parts.items():
            if of_site == site:
                inside = sum(number % part[1] == part[0] for number in hashes)
                counts[new] += inside
                if old is not None:
                    counts[old] -= inside

    def of_part(self, connection: sqlite3.Connection, site: int, part: Part) -> Counter[State]:
        """Houses of a part by state: counted at the first call, kept from then on."""
        if (site, part) not in self._parts:
            rows = connection.execute(
                "SELECT state, count(*) FROM houses WHERE site = ? AND hash % ? = ? GROUP BY state",
                (site, part[1], part[0]),
            )
            self._parts[site, part] = Counter({State(state): n for state, n in rows})
        return self._parts[site, part]


def add(connection: sqlite3.Connection, site: int, what: str, by: int) -> None:
    """Add to a tally of the file."""
    connection.execute(
        "INSERT INTO tallies VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        (site, what, by),
    )


def recount(connection: sqlite3.Connection) -> None:
    """Count all houses anew, after many have moved at once; the photos stay as they are."""
    connection.execute("DELETE FROM tallies WHERE what NOT LIKE ?", (f"{PHOTOS}%",))
    rows = connection.execute("SELECT site, state, count(*) FROM houses GROUP BY 1, 2").fetchall()
    for site, state, n in rows:
        add(connection, site, State(state).name, n)
