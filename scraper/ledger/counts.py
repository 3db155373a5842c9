"""What a ledger counts: houses by state, photos, and why houses are missing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from scraper.ledger.states import OUTCOME_OF, STATE_OF, State
from scraper.ledger.tallies import PHOTOS


@dataclass(frozen=True, slots=True)
class Counts:
    """Houses by state. Every house is in exactly one."""

    new: int = 0
    """Listed, never visited."""
    failed_open: int = 0
    """Visited without an end, and open: this run tries them again."""
    leased: int = 0
    """Being visited now."""
    ok: int = 0
    """There is a row."""
    gone: int = 0
    """The site has them no more."""
    denied: int = 0
    """A rule forbids the visit."""
    refused: int = 0
    """The site refused; a later run tries again."""
    unread: int = 0
    """The page came and could not be read."""
    failed: int = 0
    """Given up after a fault; a later run tries again."""

    @property
    def waiting(self) -> int:
        """Houses without a final state: never visited, open again, or being visited."""
        return self.new + self.failed_open + self.leased

    @property
    def total(self) -> int:
        """All houses of the list."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """Houses with a final state."""
        return self.total - self.waiting

    @property
    def states(self) -> Mapping[str, int]:
        """By the words of the column `state` of `ids`: `new` is all without a final state."""
        return {"new": self.waiting} | {outcome: getattr(self, outcome) for outcome in STATE_OF}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some houses have no row."""

    outcome: str
    """An outcome, or `open` for houses that are tried again."""
    reason: str
    """What the visits said."""
    n: int
    """Houses whose last visit said so."""
    example: str
    """Address of one of them."""


def from_states(found: Counter[State]) -> Counts:
    """The counts of houses by state."""
    named = {OUTCOME_OF[state]: found[state] for state in OUTCOME_OF}
    return Counts(
        new=found[State.NEW],
        failed_open=found[State.AGAIN],
        leased=found[State.LEASED],
        **named,
    )


def read_counts(connection: sqlite3.Connection, site: int | None = None) -> Counts:
    """Houses by state, of a site or of all, from the kept tallies."""
    found: Counter[State] = Counter()
    for what, n in _tallies(connection, site):
        if not what.startswith(PHOTOS):
            found[State[what]] += n
    return from_states(found)


def read_photos(connection: sqlite3.Connection, site: int | None = None) -> Mapping[str, int]:
    """Photos by outcome, of a site or of all."""
    found: Counter[str] = Counter()
    for what, n in _tallies(connection, site):
        if what.startswith(PHOTOS):
            found[what.removeprefix(PHOTOS)] += n
    return found


def read_reasons(
    connection: sqlite3.Connection, site: int | None = None, limit: int = 20
) -> list[Reason]:
    """The most frequent reasons of houses without a row, most frequent first."""
    rows = connection.execute(
        """
        SELECT outcome, state <= 2, reason, count(*) AS n, min(number) AS example
        FROM houses INDEXED BY reasons
        WHERE reason IS NOT NULL AND (?1 IS NULL OR site = ?1)
        GROUP BY 1, 2, 3 ORDER BY n DESC, reason LIMIT ?2
        """,
        (site, limit),
    ).fetchall()
    return [
        Reason(
            "open" if again else OUTCOME_OF[State(outcome)],
            reason,
            n,
            str(_url(connection, number)),
        )
        for outcome, again, reason, n, number in rows
    ]


def find_word(connection: sqlite3.Connection, word: str) -> int:
    """The number of a site's or a run's name; 0, which nothing has, when it was never met."""
    row = connection.execute("SELECT number FROM words WHERE word = ?", (word,)).fetchone()
    return int(row[0]) if row else 0


def sites(connection: sqlite3.Connection) -> dict[str, int]:
    """The sites with houses in the list, and their numbers."""
    rows = connection.execute(
        "SELECT word, number FROM words WHERE number IN (SELECT site FROM tallies) ORDER BY word"
    )
    return dict(rows.fetchall())


def _tallies(connection: sqlite3.Connection, site: int | None) -> list[tuple[str, int]]:
    return connection.execute(
        "SELECT what, n FROM tallies WHERE ?1 IS NULL OR site = ?1", (site,)
    ).fetchall()


def _url(connection: sqlite3.Connection, number: int) -> str:
    row = connection.execute("SELECT url FROM houses WHERE number = ?", (number,)).fetchone()
    return str(row[0])
