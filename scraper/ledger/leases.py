"""Which houses are visited next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from scraper.house import Lease
from scraper.ledger.moments import from_ticks
from scraper.ledger.states import OPEN, State
from scraper.ledger.tallies import Part

Candidate = tuple[int, str, str, int, int, int, int]
"""number, house_id, url, attempts, first_seen, last_seen, hash"""

_FROM: Final = """
SELECT number, house_id, url, attempts, first_seen, last_seen, hash
FROM houses INDEXED BY unfinished
WHERE site = :site AND state = :state AND state <= 6
  AND number > :after AND number <= :until AND hash % :parts = :part
"""
_LATER_RUN: Final = " AND run IS NOT :run"
_ORDER: Final = " ORDER BY number LIMIT :limit"
_END: Final = 2**62


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of the list."""

    site: int
    part: Part
    run: int
    """The run that asks: what it gave up itself it does not get again."""


class Search:
    """Finds candidates in the order of the list, without passing the same houses every time."""

    def __init__(self) -> None:
        self._after: dict[tuple[int, Part, State], int] = {}
        self._dry: set[tuple[Ask, State]] = set()

    def something_opened(self) -> None:
        """Houses came (back) into an open state: nothing counts as exhausted any more."""
        self._dry.clear()

    def find(
        self, connection: sqlite3.Connection, ask: Ask, state: State, limit: int
    ) -> list[Candidate]:
        """Up to `limit` houses in a state, going on behind the last one and round the end."""
        if (ask, state) in self._dry:
            return []
        key = (ask.site, ask.part, state)
        after = self._after.get(key, 0)
        found = _select(connection, ask, state, (after, _END), limit)
        if after and len(found) < limit:
            found += _select(connection, ask, state, (0, after), limit - len(found))
        if len(found) < limit:
            self._dry.add((ask, state))
        if found:
            self._after[key] = found[-1][0]
        return found


def _select(
    connection: sqlite3.Connection, ask: Ask, state: State, between: tuple[int, int], limit: int
) -> list[Candidate]:
    later = "" if state in OPEN else _LATER_RUN
    return connection.execute(
        _FROM + later + _ORDER,
        {
            "site": ask.site,
            "state": int(state),
            "after": between[0],
            "until": between[1],
            "part": ask.part[0],
            "parts": ask.part[1],
            "run": ask.run,
            "limit": limit,
        },
    ).fetchall()


def reopen_dead(connection: sqlite3.Connection, site: int) -> list[int]:
    """Open a site's houses that a dead process held, their attempt counted; their hashes."""
    rows = connection.execute(
        """
        UPDATE houses INDEXED BY unfinished SET state = ?
        WHERE site = ? AND state = ? AND state <= 6 RETURNING hash
        """,
        (int(State.AGAIN), site, int(State.LEASED)),
    )
    return [number for (number,) in rows.fetchall()]


def reopen(connection: sqlite3.Connection, site: int, state: State) -> list[int]:
    """Open a site's houses that ended in a state, with all their tries; their hashes."""
    rows = connection.execute(
        "UPDATE houses SET state = ?, tries = 0 WHERE site = ? AND state = ? RETURNING hash",
        (int(State.AGAIN), site, int(state)),
    )
    return [number for (number,) in rows.fetchall()]


def take(connection: sqlite3.Connection, some: Iterable[Candidate]) -> None:
    """Lease the candidates, an attempt each."""
    connection.executemany(
        "UPDATE houses SET state = 2, attempts = attempts + 1 WHERE number = ?",
        [(one[0],) for one in some],
    )


def lease_of(site: str, one: Candidate) -> Lease:
    """The lease of a candidate that was taken."""
    _, house_id, url, attempts, first_seen, last_seen, _ = one
    return Lease(site, house_id, url, attempts + 1, from_ticks(first_seen), from_ticks(last_seen))
