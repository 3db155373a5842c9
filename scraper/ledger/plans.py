"""Which finished rows go into which part, written down before the part is.

A plan is durable before the first byte of its part is written, so whatever a kill or a power cut
leaves behind, the same rows go into the part of the same name, or are known to be in it already.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scraper.ledger.database import Database
from scraper.ledger.known import forget_parts
from scraper.ledger.manifests import FOLDER, part_name
from scraper.ledger.moments import to_ticks
from scraper.ledger.states import State

_PLAN_AGAIN: Final = "UPDATE parts SET sealed_at = NULL WHERE number = ?"
_LOST: Final = "UPDATE parts SET first = 0, last = -1 WHERE number = ?"
_PURGE_ROWS: Final = 100
_PURGE_BYTES: Final = 2 << 20
"""What leaves the ledger's file in one step: small, so that commits in between do not wait."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A part that is to be, or was, sealed from the rows `first` to `last`."""

    number: int
    run_id: str
    seq: int
    first: int
    last: int
    is_sealed: bool = False

    @property
    def is_withdrawn(self) -> bool:
        """Whether the part was lost after its rows had left the ledger."""
        return self.last < 0

    @property
    def part(self) -> str:
        """The name of the part."""
        return part_name(self.run_id, self.seq)

    @property
    def manifest_name(self) -> str:
        """The name of its manifest in the place."""
        return f"{FOLDER}{self.part}.json"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How big a part may get."""

    rows: int
    """Finished visits."""
    bytes: int
    """Bytes of them as the ledger keeps them: about the size of the part with photos."""

    def are_reached(self, rows: int, size: int) -> bool:
        """Whether so many visits and bytes fill a part."""
        return rows >= self.rows or size >= self.bytes


def read_plans(connection: sqlite3.Connection) -> list[Plan]:
    """All parts that the ledger knows, in the order in which it met them."""
    rows = connection.execute(
        "SELECT number, run, seq, first, last, sealed_at IS NOT NULL FROM parts ORDER BY number"
    )
    return [Plan(*row) for row in rows]


def open_plans(connection: sqlite3.Connection) -> list[Plan]:
    """The parts that were planned and are not sealed."""
    rows = connection.execute(
        "SELECT number, run, seq, first, last FROM parts WHERE sealed_at IS NULL ORDER BY number"
    )
    return [Plan(*row) for row in rows]


def unplanned(connection: sqlite3.Connection) -> tuple[int, int]:
    """Finished visits that no plan covers: how many, and their bytes."""
    row = connection.execute(
        "SELECT count(*), coalesce(sum(bytes), 0) FROM finished WHERE seq > ?",
        (_planned_to(connection),),
    ).fetchone()
    return int(row[0]), int(row[1])


def unsealed(connection: sqlite3.Connection) -> int:
    """Finished visits that are in no sealed part."""
    row = connection.execute(
        """
        SELECT count(*) FROM finished WHERE NOT EXISTS (
            SELECT 1 FROM parts WHERE sealed_at IS NOT NULL AND finished.seq BETWEEN first AND last
        )
        """
    ).fetchone()
    return int(row[0])


def make_plan(connection: sqlite3.Connection, run_id: str, bounds: Bounds) -> Plan | None:
    """Plan the next part, as full as the bounds allow; None when nothing is left to seal."""
    first = last = rows = size = 0
    found = connection.execute(
        "SELECT seq, bytes FROM finished WHERE seq > ? ORDER BY seq", (_planned_to(connection),)
    )
    for seq, bytes_ in found:
        if rows and (rows >= bounds.rows or size + bytes_ > bounds.bytes):
            break
        first, last = first or seq, seq
        rows, size = rows + 1, size + bytes_
    if not rows:
        return None
    used = connection.execute("SELECT coalesce(max(seq), 0) FROM parts WHERE run = ?", (run_id,))
    seq = int(used.fetchone()[0]) + 1
    number = connection.execute(
        "INSERT INTO parts (run, seq, first, last) VALUES (?, ?, ?, ?)", (run_id, seq, first, last)
    ).lastrowid
    assert number is not None
    return Plan(number, run_id, seq, first, last)


def mark_sealed(connection: sqlite3.Connection, plan: Plan, sealed_at: datetime) -> None:
    """The rows of the plan belong to the part from now on, and no longer to the ledger."""
    connection.execute(
        "UPDATE parts SET sealed_at = ? WHERE number = ?", (to_ticks(sealed_at), plan.number)
    )


def drop(connection: sqlite3.Connection, plan: Plan) -> None:
    """Forget a plan without rows."""
    connection.execute("DELETE FROM parts WHERE number = ?", (plan.number,))


def purge(database: Database, plan: Plan) -> None:
    """Take the rows of a sealed part out of the ledger's file, step by step."""
    while True:
        with database.transaction() as connection:
            step = _next_step(connection, plan)
            if not step:
                return
            # A visit that found nothing new leaves its house to the part that holds its row.
            connection.executemany(
                "UPDATE houses SET part = ?1 WHERE number = ?2 AND (?3 OR state <> ?4)",
                [(plan.number, house, has_row, int(State.OK)) for _, house, has_row in step],
            )
            connection.execute(
                "DELETE FROM finished WHERE seq BETWEEN ? AND ?", (step[0][0], step[-1][0])
            )


def withdraw(connection: sqlite3.Connection, plans: Iterable[Plan]) -> int:
    """Undo sealed parts that are torn or gone; how many houses are to be visited again for them.

    Where the rows are still in the ledger the part is only planned again.
    """
    lost = list(plans)
    numbers = json.dumps([plan.number for plan in lost])
    forget_parts(connection, numbers)
    reopened = connection.execute(
        """
        UPDATE houses SET state = ?, tries = 0, part = NULL
        WHERE part IN (SELECT value FROM json_each(?)) AND state <> ?
          AND number NOT IN (SELECT house FROM finished)
        """,
        (int(State.AGAIN), numbers, int(State.LEASED)),
    ).rowcount
    for plan in lost:
        # The entry stays in both cases: the name of a part is never used for other rows.
        again = bool(_next_step(connection, plan))
        connection.execute(_PLAN_AGAIN if again else _LOST, (plan.number,))
    return reopened


def _planned_to(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(last), 0) FROM parts").fetchone()[0])


def _next_step(connection: sqlite3.Connection, plan: Plan) -> list[tuple[int, int, bool]]:
    step: list[tuple[int, int, bool]] = []
    size = 0
    rows = connection.execute(
        "SELECT seq, house, bytes, houses IS NOT NULL FROM finished "
        "WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?",
        (plan.first, plan.last, _PURGE_ROWS),
    )
    for seq, house, bytes_, has_row in rows:
        if step and size + bytes_ > _PURGE_BYTES:
            break
        step.append((seq, house, bool(has_row)))
        size += bytes_
    return step
