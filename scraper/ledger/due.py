"""Which houses a refresh visits, and in which order: planned once, durable until all are done."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from scraper.errors import AlarmError
from scraper.house import Lease
from scraper.ledger import leases
from scraper.ledger.commits import end, held, visit_brought
from scraper.ledger.known import LATER
from scraper.ledger.moments import to_ticks
from scraper.ledger.states import OUTCOME_OF, State
from scraper.ledger.store import Ledger

DAY: Final = 86_400_000_000
"""A day in the ledger's ticks."""
FEW: Final = 3
VANISHED: Final = 0.3
"""Houses, and share of all with a row, that may be missing from complete lists at once."""
VANISHED_TWICE: Final = "in no list, twice in a row"
_PLAN: Final = "refresh:"
_COUNTED: Final = "vanished:"

_FIND: Final = """
WITH houses_of AS (
    SELECT number, site, state, run, last_seen, coalesce(status, '') AS status,
        coalesce(missed, 0) AS missed, coalesce(visited, first_seen) AS visited,
        1.0 * (coalesce(visits, 0) - coalesce(changes, 0) + 1) / (coalesce(visits, 0) + 2) AS calm,
        shown <> showed AS differs
    FROM houses LEFT JOIN known ON house = number
    WHERE site = :site
), aged AS (
    SELECT *, 2 * calm * iif(state = 7 AND status NOT IN ('sold', 'off_market', 'gone'),
        :active, :rest) AS pause, :now - visited AS age
    FROM houses_of
), due_now AS (
    SELECT number, site, age, pause,
        CASE
            WHEN state = 0 OR (state = 8 AND missed > 0 AND last_seen >= :listed) THEN 1
            WHEN state = 7 AND missed > 0 THEN 2
            WHEN state IN (1, 3, 4) OR (state = 5 AND age = :now) THEN 3
            WHEN state = 8 AND missed > 0 THEN NULL
            WHEN state = 7 AND differs THEN 4
            WHEN age < pause THEN NULL
            WHEN state = 7 AND status NOT IN ('sold', 'off_market', 'gone') THEN 5
            ELSE 6
        END AS class
    FROM aged
)
INSERT OR REPLACE INTO due (house, site, rank, why)
SELECT number, site, row_number() OVER (ORDER BY class, age / max(pause, 1) DESC, number),
    CASE class WHEN 1 THEN 'new' WHEN 2 THEN 'vanished' WHEN 3 THEN 'open'
        WHEN 4 THEN 'changed' WHEN 5 THEN 'active' ELSE 'rest' END
FROM due_now WHERE class IS NOT NULL
ORDER BY class, age / max(pause, 1) DESC, number LIMIT :pages
"""
_DIFFER: Final = """
SELECT coalesce(sum(shown <> showed), 0), count(*) FROM houses JOIN known ON house = number
WHERE site = ? AND state = 7
"""
_TAKE_OVER: Final = """
UPDATE known SET showed = (SELECT shown FROM houses WHERE number = house)
WHERE house IN (SELECT number FROM houses WHERE site = ?1) AND (showed IS NULL OR ?2)
"""
_AGAIN: Final = """
INSERT OR IGNORE INTO due (house, site, rank, why)
SELECT number, site, :later + number, 'open' FROM houses JOIN known ON house = number
WHERE site = :site AND state = 5 AND visited = 0
"""
"""Houses whose rows were taken back since the plan was made: they are its houses still."""
_NEXT: Final = """
SELECT number, house_id, url, attempts, first_seen, last_seen, hash, state
FROM due CROSS JOIN houses ON number = house
WHERE due.site = ? AND state <> 2 ORDER BY rank LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """When houses are due."""

    active_days: float
    """Days after which a house that is offered, pending or of unknown status is due again."""
    rest_days: float
    """The same for sold, off-market and gone ones, and for those without a row."""
    pages: int
    """Houses that are visited at most; 0 for all that are due."""
    listed: bool = True
    """Whether a house is due of which a list shows another price or state than at its visit."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A refresh as it was planned."""

    run_id: str
    """The run that planned it."""
    due: Mapping[str, int] = field(default_factory=dict)
    """Houses by why they are visited: new, vanished, open, changed, active, rest."""
    gone: int = 0
    """Houses that are gone because they vanished twice."""

    @property
    def houses(self) -> int:
        """Houses that are visited."""
        return sum(self.due.values())


def open_plan(connection: sqlite3.Connection, site: int) -> Planned | None:
    """The refresh of a site that has not come to its end; None where there is none."""
    row = connection.execute(
        "SELECT value FROM notes WHERE name = ?", (f"{_PLAN}{site}",)
    ).fetchone()
    return Planned(**json.loads(row[0])) if row else None


def plan(ledger: Ledger, site: str, rules: Rules, listed: datetime | None) -> Planned:
    """Write down what a refresh visits, all at once; one that is open goes on as it was planned.

    `listed`: when a complete listing began: houses that it did not show have vanished; None
    where the lists are not known to be complete. In the order of `docs/refresh.md`.
    Raises `AlarmError` where too many have vanished at once: then nothing is planned.
    """
    with ledger.database.transaction(durable=True) as connection:
        number = ledger.database.word(connection, site)
        if planned := open_plan(connection, number):
            connection.execute(_AGAIN, {"site": number, "later": LATER})
            return planned
        _compare_lists(connection, number, rules)
        gone = 0 if listed is None else _vanished(ledger, connection, (site, number), listed)
        connection.execute(
            _FIND,
            {
                "site": number,
                "now": to_ticks(ledger.clock()),
                "listed": to_ticks(listed) if listed else 1 << 62,
                "active": int(rules.active_days * DAY),
                "rest": int(rules.rest_days * DAY),
                "pages": rules.pages or -1,
            },
        )
        connection.execute(
            "UPDATE houses SET tries = 0 WHERE number IN (SELECT house FROM due WHERE site = ?)",
            (number,),
        )
        why = connection.execute(
            "SELECT why, count(*) FROM due WHERE site = ? GROUP BY 1", (number,)
        )
        planned = Planned(ledger.run_id, dict(why.fetchall()), gone)
        connection.execute(
            "REPLACE INTO notes VALUES (?, ?)",
            (f"{_PLAN}{number}", json.dumps(asdict(planned))),
        )
    ledger.note_planned()
    return planned


def close_plan(ledger: Ledger, site: str) -> int:
    """End a refresh of which no house is left; how many are."""
    with ledger.database.transaction(durable=True) as connection:
        number = ledger.database.word(connection, site)
        left = connection.execute("SELECT count(*) FROM due WHERE site = ?", (number,)).fetchone()
        if not left[0]:
            connection.execute("DELETE FROM notes WHERE name = ?", (f"{_PLAN}{number}",))
    return int(left[0])


def lease_due(ledger: Ledger, site: str, limit: int, max_attempts: int) -> list[Lease]:
    """Up to `limit` houses of the refresh, in its order, for this process alone."""
    ledger._budget[site] = max_attempts
    with ledger.database.transaction() as connection:
        number = ledger.database.word(connection, site)
        rows = connection.execute(_NEXT, (number, limit)).fetchall()
        leases.take(connection, [row[:7] for row in rows])
        for row in rows:
            ledger._tallies.move(connection, number, [row[6]], State(row[7]), State.LEASED)
    return [leases.lease_of(site, row[:7]) for row in rows]


def without(ledger: Ledger, site: str) -> Counter[str]:
    """Houses that this run ended without a row, by outcome."""
    with ledger.database.transaction() as connection:
        rows = connection.execute(
            "SELECT state, count(*) FROM houses WHERE site = ? AND state BETWEEN 3 AND 6 "
            "AND run = ? GROUP BY 1",
            (
                ledger.database.word(connection, site),
                ledger.database.word(connection, ledger.run_id),
            ),
        )
        return Counter({OUTCOME_OF[State(state)]: n for state, n in rows})


def _compare_lists(connection: sqlite3.Connection, site: int, rules: Rules) -> None:
    """Take over what lists show of houses of which that was not known.

    Of all of them where lists do not count, or where too many differ at once: then it is the lists
    that changed, or what all houses have in common, and the houses are due by their age.
    """
    differ, of = connection.execute(_DIFFER, (site,)).fetchone()
    of_all = not rules.listed or (differ > FEW and differ > VANISHED * of)
    connection.execute(_TAKE_OVER, (site, of_all))


def _vanished(
    ledger: Ledger, connection: sqlite3.Connection, site: tuple[str, int], listed: datetime
) -> int:
    """Count the houses that a listing did not show, once; those of two in a row are gone."""
    name, number = f"{_COUNTED}{site[1]}", site[1]
    mark = str(to_ticks(listed))
    row = connection.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
    if row and row[0] == mark:
        return 0
    since = to_ticks(listed)
    _refuse_exodus(connection, number, since)
    connection.execute(
        """
        INSERT INTO known (house, missed)
        SELECT number, 1 FROM houses WHERE site = ? AND last_seen < ? AND state IN (5, 7, 8)
        ON CONFLICT DO UPDATE SET missed = missed + 1
        """,
        (number, since),
    )
    connection.execute(
        "UPDATE known SET missed = 0 WHERE missed > 0 AND house IN "
        "(SELECT number FROM houses WHERE site = ? AND last_seen >= ? AND state <> 8)",
        (number, since),
    )
    connection.execute("REPLACE INTO notes VALUES (?, ?)", (name, mark))
    return _end_vanished(ledger, connection, site)


def _refuse_exodus(connection: sqlite3.Connection, site: int, since: int) -> None:
    missing, rows = connection.execute(
        "SELECT count(*) FILTER (WHERE last_seen < ? AND coalesce(missed, 0) = 0), count(*) "
        "FROM houses LEFT JOIN known ON house = number WHERE site = ? AND state = 7",
        (since, site),
    ).fetchone()
    if missing > max(FEW, VANISHED * rows):
        raise AlarmError(
            f"{missing} of {rows} houses are in no list any more: has the search changed? Check "
            "[search] in the site file; nothing was visited or marked"
        )


def _end_vanished(ledger: Ledger, connection: sqlite3.Connection, site: tuple[str, int]) -> int:
    # A house is unread whose row was taken back: it had one all the same.
    rows = connection.execute(
        "SELECT number, house_id, url, attempts, first_seen, last_seen, hash, state FROM known "
        "JOIN houses ON number = house WHERE site = ? AND missed >= 2 "
        "AND (state = 7 OR state = 5 AND status IS NOT NULL)",
        (site[1],),
    ).fetchall()
    run = ledger.database.word(connection, ledger.run_id)
    leases.take(connection, [row[:7] for row in rows])
    for row in rows:
        lease = leases.lease_of(site[0], row[:7])
        visit = {
            "site": site[0],
            "house_id": lease.house_id,
            "url": lease.url,
            "outcome": "gone",
            "reason": VANISHED_TWICE,
            "attempts": lease.attempts,
            "fetched_at": ledger.clock(),
            "run_id": ledger.run_id,
        }
        house = held(connection, lease)
        assert house is not None
        end(connection, house, State.GONE, visit_brought(lease, visit), run)
        ledger._tallies.move(connection, site[1], [row[6]], State(row[7]), State.GONE)
    return len(rows)


def facts(planned: Planned, left: int) -> dict[str, Any]:
    """A refresh, for `run.json`."""
    return {"due": dict(planned.due), "gone": planned.gone, "left": left}
