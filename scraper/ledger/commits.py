"""Keeping what a visit brought, together with the house's state."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from scraper.house import Lease, Outcome
from scraper.ledger.known import NOT_TRUSTED, UNCHANGED, Known, Seen, learn, put_back, row_digest
from scraper.ledger.packing import pack, pack_row
from scraper.ledger.states import STATE_OF, State
from scraper.ledger.tallies import PHOTOS, add
from scraper.schema import Row


@dataclass(frozen=True, slots=True)
class Brought:
    """What a visit brought, packed."""

    state: State
    """The state that it means when it is final."""
    reason: str | None
    """Why there is no row; None where there is one."""
    visit: bytes
    row: bytes | None = None
    photos: bytes | None = None
    outcomes: Counter[str] | None = None
    """Photos by outcome."""
    known: Known | None = None
    """What a final visit says of the house to the refreshes after it."""

    @property
    def bytes(self) -> int:
        """Size of everything."""
        return len(self.visit) + len(self.row or b"") + len(self.photos or b"")


@dataclass(frozen=True, slots=True)
class Held:
    """A house as the ledger has it while it is leased."""

    number: int
    site: int
    hash: int
    tries: int


def house_brought(
    lease: Lease, visit: Row, row: Row, photos: Sequence[Row], seen: Seen | None = None
) -> Brought:
    """A house's rows, packed; ValueError when one is of another house or does not fit."""
    _check_key(lease, [visit, row, *photos])
    packed, kept = pack_row("houses", row)
    return Brought(
        State.OK,
        None,
        pack("visits", [visit]),
        packed,
        pack("photos", list(photos)) if photos else None,
        Counter(str(photo.get("outcome") or "ok") for photo in photos),
        Known("row", visit.get("fetched_at"), seen, row.get("status"), row_digest(kept)),
    )


def visit_brought(lease: Lease, visit: Row, seen: Seen | None = None) -> Brought:
    """A visit without a row, packed; ValueError when its row is none or does not fit.

    Its house is as it was (outcome ok, reason `unchanged`), or it gave none.
    """
    _check_key(lease, [visit])
    state = STATE_OF.get(cast(Outcome, visit.get("outcome")), State.OK)
    at = visit.get("fetched_at")
    if state is State.OK:
        if visit.get("outcome") != "ok" or visit.get("reason") != UNCHANGED:
            raise ValueError(f"outcome {visit.get('outcome')!r} is none of a visit without a house")
        return Brought(state, None, pack("visits", [visit]), known=Known("same", at, seen))
    reason = str(visit.get("reason") or "")
    doubted = state is State.UNREAD and reason.startswith(NOT_TRUSTED)
    known = Known("gone" if state is State.GONE else "doubted" if doubted else "none", at)
    return Brought(state, reason, pack("visits", [visit]), known=known)


def _check_key(lease: Lease, rows: Iterable[Row]) -> None:
    for row in rows:
        if (row.get("site"), row.get("house_id")) != (lease.site, lease.house_id):
            raise ValueError(
                f"a row of {row.get('site')} {row.get('house_id')} was handed over for the lease "
                f"of {lease.site} {lease.house_id}"
            )


def held(connection: sqlite3.Connection, lease: Lease) -> Held | None:
    """The leased house; None where the lease is over: committed, given back, of a dead process."""
    row = connection.execute(
        """
        SELECT number, site, hash, tries FROM houses
        WHERE site = (SELECT number FROM words WHERE word = ?) AND house_id = ?
          AND state = ? AND attempts = ?
        """,
        (lease.site, lease.house_id, int(State.LEASED), lease.attempts),
    ).fetchone()
    return Held(*row) if row else None


def end(
    connection: sqlite3.Connection, house: Held, state: State, brought: Brought, run: int
) -> None:
    """Let a leased house go into a state; what a final visit brought is kept until it is sealed."""
    connection.execute(
        """
        UPDATE houses SET state = ?, tries = tries + 1, outcome = ?, reason = ?, run = ?
        WHERE number = ?
        """,
        (int(state), int(brought.state), brought.reason, run, house.number),
    )
    if state is State.AGAIN:
        put_back(connection, house.number)
        return
    if brought.known is not None:
        learn(connection, house.number, brought.known)
    connection.execute(
        "INSERT INTO finished (house, run, bytes, houses, visits, photos) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (house.number, run, brought.bytes, brought.row, brought.visit, brought.photos),
    )
    for outcome, n in (brought.outcomes or {}).items():
        add(connection, house.site, PHOTOS + outcome, n)
