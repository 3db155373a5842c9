"""Taking back rows that turned out not to be trusted, after they were committed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from scraper.ledger.known import doubt
from scraper.ledger.packing import pack
from scraper.ledger.states import State
from scraper.ledger.store import Ledger

Doubted = tuple[str, str, str]
"""site, house_id and run_id of a row."""

_HOUSE: Final = """
SELECT number, hash, url, attempts FROM houses
WHERE site = ? AND house_id = ? AND state = ? AND run = ?
"""
_UNREAD: Final = "UPDATE houses SET state = ?, outcome = ?, reason = ?, run = ? WHERE number = ?"
_VISIT: Final = "INSERT INTO finished (house, run, bytes, visits) VALUES (?, ?, ?, ?)"


def take_back(ledger: Ledger, rows: Iterable[Doubted], reason: str) -> int:
    """Houses that count as read by these rows count as unread from now on; how many did.

    A later run visits them again. The rows stay where they are, in the ledger or in a sealed
    part; beside each comes a visit of its run with the outcome `unread`, and a row whose run says
    so of its house is left out by whoever reads parts. So it holds for sealed rows too, and for a
    ledger that is built again from the parts.
    """
    with ledger.database.transaction() as connection:
        now = ledger.database.word(connection, ledger.run_id)
        taken = [_take(ledger, connection, row, reason, now) for row in rows]
    ledger.note_planned()
    return sum(taken)


def _take(
    ledger: Ledger, connection: sqlite3.Connection, row: Doubted, reason: str, now: int
) -> bool:
    site, house_id, run_id = row
    number = ledger.database.word(connection, site)
    run = ledger.database.word(connection, run_id)
    found = connection.execute(_HOUSE, (number, house_id, int(State.OK), run)).fetchone()
    if found is None:
        return False
    house, hash_, url, attempts = found
    visit = pack("visits", [_visit(row, url, attempts, reason) | {"fetched_at": ledger.clock()}])
    connection.execute(_VISIT, (house, run, len(visit), visit))
    unread = int(State.UNREAD)
    connection.execute(_UNREAD, (unread, unread, reason, now, house))
    doubt(connection, house)
    ledger._tallies.move(connection, number, [hash_], State.OK, State.UNREAD)
    return True


def _visit(row: Doubted, url: str, attempts: int, reason: str) -> dict[str, object]:
    site, house_id, run_id = row
    return {
        "site": site,
        "house_id": house_id,
        "url": url,
        "outcome": "unread",
        "reason": reason,
        "attempts": attempts,
        "run_id": run_id,
    }
