"""Taking back rows that are not to be trusted, after they were committed; and giving them back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from scraper.ledger.known import Known, doubt, learn
from scraper.ledger.packing import pack
from scraper.ledger.states import State
from scraper.ledger.store import Ledger

Doubted = tuple[str, str, str]
"""site, house_id and run_id of a row."""

ACCEPTED: Final = "accepted: "
"""How the reason of a visit begins whose row stands again, though it was taken back."""
_ANY_HOUSE: Final = """
SELECT number, hash, url, attempts, state, run FROM houses WHERE site = ? AND house_id = ?
"""
_STATE: Final = "UPDATE houses SET state = ?, outcome = ?, reason = ?, run = ? WHERE number = ?"
_VISIT: Final = "INSERT INTO finished (house, run, bytes, visits) VALUES (?, ?, ?, ?)"


def take_back(
    ledger: Ledger, rows: Iterable[Doubted], reason: str, *, outlived: bool = False
) -> int:
    """Houses that count as read by these rows count as unread from now on; how many did.

    A later run visits them again. The rows stay where they are, in the ledger or in a sealed
    part; beside each comes a visit of its run with the outcome `unread`, and a row whose run says
    so of its house is left out by whoever reads parts. So it holds for sealed rows too, and for a
    ledger that is built again from the parts.

    `outlived`: also rows of houses that a later run tried in vain; those stay as that run left
    them, and their rows are taken back all the same.
    """
    with ledger.database.transaction() as connection:
        now = ledger.database.word(connection, ledger.run_id)
        taken = [_take(ledger, connection, row, (reason, now), outlived) for row in rows]
    ledger.note_planned()
    return sum(taken)


def give_back(ledger: Ledger, rows: Iterable[Doubted], reason: str) -> int:
    """Rows that were taken back stand again, because somebody says so; how many houses do.

    Beside each comes a visit of its run with the outcome `ok` and the reason, which begins with
    `ACCEPTED`. A house that is unread counts as read; one that was tried since stays as it is.
    """
    with ledger.database.transaction() as connection:
        given = [_give(ledger, connection, row, reason) for row in rows]
    ledger.note_planned()
    return sum(given)


def _give(ledger: Ledger, connection: sqlite3.Connection, row: Doubted, reason: str) -> bool:
    site, house_id, run_id = row
    number = ledger.database.word(connection, site)
    run = ledger.database.word(connection, run_id)
    found = connection.execute(_ANY_HOUSE, (number, house_id)).fetchone()
    if found is None:
        return False
    house, hash_, url, attempts, state, _ = found
    told = _visit(row, url, attempts, f"{ACCEPTED}{reason}", "ok") | {"fetched_at": ledger.clock()}
    visit = pack("visits", [told])
    connection.execute(_VISIT, (house, run, len(visit), visit))
    if state == State.UNREAD:
        ok = int(State.OK)
        connection.execute(_STATE, (ok, ok, None, run, house))
        learn(connection, house, Known("none", told["fetched_at"]))
        ledger._tallies.move(connection, number, [hash_], State.UNREAD, State.OK)
    return True


def _take(
    ledger: Ledger,
    connection: sqlite3.Connection,
    row: Doubted,
    why: tuple[str, int],
    outlived: bool,
) -> bool:
    """`why`: the reason, and the number of the run that says so."""
    reason, now = why
    site, house_id, run_id = row
    number = ledger.database.word(connection, site)
    run = ledger.database.word(connection, run_id)
    found = connection.execute(_ANY_HOUSE, (number, house_id)).fetchone()
    if found is None:
        return False
    house, hash_, url, attempts, state, last = found
    stands = (state, last) == (State.OK, run)
    if not stands and not outlived:
        return False
    visit = pack("visits", [_visit(row, url, attempts, reason) | {"fetched_at": ledger.clock()}])
    connection.execute(_VISIT, (house, run, len(visit), visit))
    if not stands:
        return False
    unread = int(State.UNREAD)
    connection.execute(_STATE, (unread, unread, reason, now, house))
    doubt(connection, house)
    ledger._tallies.move(connection, number, [hash_], State.OK, State.UNREAD)
    return True


def _visit(
    row: Doubted, url: str, attempts: int, reason: str, outcome: str = "unread"
) -> dict[str, object]:
    site, house_id, run_id = row
    return {
        "site": site,
        "house_id": house_id,
        "url": url,
        "outcome": outcome,
        "reason": reason,
        "attempts": attempts,
        "run_id": run_id,
    }
