"""The ledger: what is known of every house, and what it brought, until it is sealed."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Self

from scraper.house import FoundId, Lease, Outcome
from scraper.ledger import commits, counts, leases, plans, recovery
from scraper.ledger.counts import Counts, Reason
from scraper.ledger.database import Database
from scraper.ledger.ids import Added, batches, insert
from scraper.ledger.known import Seen
from scraper.ledger.location import FILE, LOCK, ledger_folder
from scraper.ledger.lock import Lock
from scraper.ledger.moments import to_ticks, utc_now
from scraper.ledger.plans import Bounds
from scraper.ledger.states import OPEN, SECOND_CHANCE, STATE_OF, State
from scraper.ledger.suppressed import forget_suppressed, read_suppressed
from scraper.ledger.tallies import Part, Tallies
from scraper.place.place import Place
from scraper.schema import Row

WHOLE: Part = (0, 1)
"""The part that is the whole list."""


def _silent(phase: str) -> None:
    """Hear of a phase and do nothing."""


class Ledger:
    """The ledger of one place, held by this process alone; threads of it may share it.

    Calls take well under a millisecond, fit for an event loop; what takes whole lists, longer.
    """

    def __init__(
        self,
        database: Database,
        lock: Lock,
        run_id: str,
        clock: Callable[[], datetime],
        told: Callable[[str], None],
    ) -> None:
        self.database = database
        self.run_id = run_id
        """Names the rows and parts that this run makes."""
        self.clock = clock
        self.told = told
        """Told of each phase that a kill could fall into, right before the next begins."""
        self.faults: list[str] = []
        """What was found torn or missing when the ledger was opened, a sentence each."""
        self._lock = lock
        self._tallies = Tallies()
        self._search = leases.Search()
        self._budget: dict[str, int] = {}
        self.unplanned: tuple[int, int] | None = None
        """Finished visits that no plan covers, and their bytes; None where they are not counted."""
        self.sealing = threading.Lock()
        """Held while parts are sealed: one thread at a time."""
        database.on_rollback = self._forget

    @classmethod
    def open(
        cls,
        place: Place,
        *,
        run_id: str,
        clock: Callable[[], datetime] = utc_now,
        folder: Path | None = None,
        only: Part | None = None,
        told: Callable[[str], None] = _silent,
    ) -> Self:
        """Open the ledger of a place, or make it: then from the parts that the place holds.

        `only`: the part of the ID list that it is of; it knows no other houses. Whatever a dead
        process left behind is put in order first. `LedgerInUseError` while another process has
        it, `PlaceError` for a file that is no ledger or a newer one, `StorageError` when the disk
        or the place does not answer just now.
        """
        folder = folder or ledger_folder(place)
        lock = Lock.take(folder / LOCK, place=place.url, run_id=run_id, now=clock())
        try:
            database = Database(folder / FILE)
            ledger = cls(database, lock, run_id, clock, told)
            try:
                ledger._put_in_order(place, only)
            except BaseException:
                database.close()
                raise
        except BaseException:
            lock.release()
            raise
        return ledger

    def close(self) -> None:
        """Open what is still leased again, and let go of the ledger; once is enough."""
        if not self._lock.is_held:
            return
        try:
            with self.database.transaction() as connection:
                self._reopen_leased(connection)
        finally:
            try:
                self.database.close()
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """The folder of the ledger's files."""
        return self.database.path.parent

    def add_ids(self, site: str, found: Iterable[FoundId]) -> Added:
        """Add the IDs of a listing, or note that known ones were listed again.

        Streams: a million IDs take seconds and little memory. What was added before an error
        stays added.
        """
        now, new, all_ = to_ticks(self.clock()), 0, 0
        kept = (one for one in found if not self.suppressed.has(site, one.house_id))
        for batch in batches((one, now, now) for one in kept):
            with self.database.transaction() as connection:
                number = self.database.word(connection, site)
                hashes = insert(
                    connection, number, batch, lambda word: self.database.word(connection, word)
                )
                self._tallies.move(connection, number, hashes, None, State.NEW)
            self._search.something_opened()
            new += len(hashes)
            all_ += len(batch)
        return Added(new, all_ - new)

    def lease(
        self, site: str, limit: int, part: Part | None = None, max_attempts: int = 3
    ) -> list[Lease]:
        """Up to `limit` houses without a final state, for this process alone.

        In the order of the list: first those never visited, then those to be tried again, then
        those for which an earlier run has no row and no word that they are gone.
        `max_attempts`: tries after which a failure ends a house for its run. `part`: (I, N) for
        the I-th of N parts of the list, counted from 0; a house never changes its part.
        """
        self._budget[site] = max_attempts
        found: list[Lease] = []
        with self.database.transaction() as connection:
            ask = leases.Ask(
                self.database.word(connection, site),
                part or WHOLE,
                self.database.word(connection, self.run_id),
            )
            for state in (*OPEN, *SECOND_CHANCE):
                if len(found) < limit:
                    some = self._search.find(connection, ask, state, limit - len(found))
                    leases.take(connection, some)
                    hashes = [one[6] for one in some]
                    self._tallies.move(connection, ask.site, hashes, state, State.LEASED)
                    found += [leases.lease_of(site, one) for one in some]
        return found

    def release(self, unvisited: Iterable[Lease]) -> None:
        """Give back houses that were leased and not asked for: it counts as no attempt."""
        with self.database.transaction() as connection:
            for lease in unvisited:
                if house := commits.held(connection, lease):
                    state = State.NEW if lease.attempts == 1 else State.AGAIN
                    connection.execute(
                        "UPDATE houses SET state = ?, attempts = attempts - 1 WHERE number = ?",
                        (int(state), house.number),
                    )
                    self._tallies.move(connection, house.site, [house.hash], State.LEASED, state)
        self._search.something_opened()

    def commit_house(
        self, lease: Lease, row: Row, photos: list[Row], visit: Row, seen: Seen | None = None
    ) -> bool:
        """Keep a house's row, its photo rows, its visit and the state `ok`, all at once.

        Whether it was kept: a lease that is over (committed before, given back) changes nothing.
        Raises ValueError for a row that does not fit its table; the lease then goes on.
        """
        brought = commits.house_brought(lease, visit, row, photos, seen)
        return self._commit(lease, brought, final=True)

    def commit_visit(
        self, lease: Lease, visit: Row, *, final: bool, seen: Seen | None = None
    ) -> bool:
        """Keep a visit that gave no house, and the state that its `outcome` means.

        Not `final`: the house is open again, and only its last outcome and reason are kept, until
        the tries that `lease` allows are used up; then the visit is final all the same.
        """
        return self._commit(lease, commits.visit_brought(lease, visit, seen), final=final)

    def reopen(self, site: str, outcomes: Collection[Outcome]) -> int:
        """Open the houses of a site that ended in one of the outcomes, with all tries; how many.

        Their rows and visits stay until a later visit brings others.
        """
        opened = 0
        with self.database.transaction() as connection:
            number = self.database.word(connection, site)
            for state in map(STATE_OF.__getitem__, outcomes):
                hashes = leases.reopen(connection, number, state)
                self._tallies.move(connection, number, hashes, state, State.AGAIN)
                opened += len(hashes)
        self._search.something_opened()
        return opened

    def counts(self, site: str | None = None, part: Part | None = None) -> Counts:
        """Houses by state, of one site or all, of one part of the list or all of it.

        Cheap enough for a progress line; only the first question about a part reads the list.
        """
        with self.database.transaction() as connection:
            if part is None:
                return counts.read_counts(connection, self._site(connection, site))
            found: Counter[State] = Counter()
            for name, number in counts.sites(connection).items():
                if site in (None, name):
                    found += self._tallies.of_part(connection, number, part)
            return counts.from_states(found)

    def photos(self, site: str | None = None) -> dict[str, int]:
        """Photo rows by outcome."""
        with self.database.transaction() as connection:
            return dict(counts.read_photos(connection, self._site(connection, site)))

    def reasons(self, site: str | None = None, limit: int = 20) -> list[Reason]:
        """Why houses have no row, the most frequent reason first, each with an example."""
        with self.database.transaction() as connection:
            return counts.read_reasons(connection, self._site(connection, site), limit)

    def _site(self, connection: sqlite3.Connection, site: str | None) -> int | None:
        return None if site is None else counts.find_word(connection, site)

    def _commit(self, lease: Lease, brought: commits.Brought, *, final: bool) -> bool:
        with self.database.transaction() as connection:
            house = commits.held(connection, lease)
            if house is None:
                return False
            again = not final and house.tries + 1 < self._budget.get(lease.site, 1)
            state = State.AGAIN if again else brought.state
            run = self.database.word(connection, self.run_id)
            commits.end(connection, house, state, brought, run)
            self._tallies.move(connection, house.site, [house.hash], State.LEASED, state)
            self.told("committing")
        self.database.wrote(brought.bytes)
        if again:
            self._search.something_opened()
        else:
            self._note_finished(brought.bytes)
        self.told("committed")
        return True

    def is_part_full(self, bounds: Bounds) -> bool:
        """Whether the finished rows that are in no part yet fill one."""
        if self.unplanned is None:
            with self.database.transaction() as connection:
                self.unplanned = plans.unplanned(connection)
        return bounds.are_reached(*self.unplanned)

    def note_planned(self) -> None:
        """Finished rows went into a part: count anew what is left."""
        self.unplanned = None

    def _note_finished(self, size: int) -> None:
        if self.unplanned is not None:
            self.unplanned = (self.unplanned[0] + 1, self.unplanned[1] + size)

    def _put_in_order(self, place: Place, only: Part | None) -> None:
        with self.database.transaction() as connection:
            self._reopen_leased(connection)
        self.suppressed = read_suppressed(place)
        self.faults = recovery.recover(self.database, place, only)
        forget_suppressed(self.database, self.suppressed)
        self._forget()

    def _reopen_leased(self, connection: sqlite3.Connection) -> None:
        for number in counts.sites(connection).values():
            if counts.read_counts(connection, number).leased:
                hashes = leases.reopen_dead(connection, number)
                self._tallies.move(connection, number, hashes, State.LEASED, State.AGAIN)

    def _forget(self) -> None:
        self.unplanned = None
        self._tallies.forget()
        self._search = leases.Search()
