"""Rows that are read again from pages that were kept: no house is visited for them."""

from __future__ import annotations

from typing import Final

from scraper.house import Lease
from scraper.ledger.commits import house_brought
from scraper.ledger.known import forget
from scraper.ledger.moments import from_ticks
from scraper.ledger.states import State
from scraper.ledger.store import Ledger
from scraper.schema import Row

AGAIN: Final = "-archive"
"""How the name of a run ends that reads kept pages again: so its rows are known from others."""

_HOUSE: Final = """
SELECT houses.number, houses.hash, houses.site, houses.state, word AS run
FROM houses LEFT JOIN words ON words.number = houses.run
WHERE site = (SELECT number FROM words WHERE word = ?) AND house_id = ?
"""
_KEPT: Final = """
INSERT INTO finished (house, run, bytes, houses, visits) VALUES (?, ?, ?, ?, ?)
"""
_RECOVERED: Final = (
    "UPDATE houses SET state = ?, outcome = ?, reason = NULL, run = ? WHERE number = ?"
)


def is_again(run_id: str) -> bool:
    """Whether a run reads kept pages again: its rows have no photos of their own.

    >>> is_again("20260131T120000Z-1a2b3c-archive"), is_again("20260131T120000Z-1a2b3c")
    (True, False)
    """
    return run_id.endswith(AGAIN)


def lease_again(ledger: Ledger, site: str, house_id: str) -> Lease | None:
    """What is known of a house, as a lease that holds nothing.

    None for one that is not in the list any more, or gone.
    """
    with ledger.database.transaction() as connection:
        row = connection.execute(
            "SELECT url, attempts, first_seen, last_seen FROM houses WHERE house_id = ? AND "
            "site = (SELECT number FROM words WHERE word = ?) AND state NOT IN (?, ?)",
            (house_id, site, int(State.GONE), int(State.LEASED)),
        ).fetchone()
    if row is None:
        return None
    url, attempts, first_seen, last_seen = row
    return Lease(site, house_id, url, attempts, from_ticks(first_seen), from_ticks(last_seen))


def keep_again(ledger: Ledger, lease: Lease, page_run: str, row: Row, visit: Row) -> bool:
    """Keep a row that was read again, and its visit; whether the house is still in the list.

    `page_run`: the run that fetched the page. A house whose last visit that was counts as read
    from now on; one that was tried since, without an end, stays open as it is. A kill leaves the
    house as it was. Raises ValueError for a row that does not fit its table.
    """
    brought = house_brought(lease, visit, row, [])
    with ledger.database.transaction() as connection:
        found = connection.execute(_HOUSE, (lease.site, lease.house_id)).fetchone()
        if found is None:
            return False
        number, hash_, site, state, last_run = found
        run = ledger.database.word(connection, ledger.run_id)
        connection.execute(_KEPT, (number, run, brought.bytes, brought.row, brought.visit))
        forget(connection, [number])
        if state == State.OK or last_run == page_run or is_again(last_run or ""):
            ok = int(State.OK)
            connection.execute(_RECOVERED, (ok, ok, run, number))
            ledger._tallies.move(connection, site, [hash_], State(state), State.OK)
    ledger.note_planned()
    return True
