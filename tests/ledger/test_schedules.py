"""Whatever is done in whatever order: one state a house, one row a house that was read."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scraper.ledger.parts import seal
from scraper.ledger.store import Ledger
from scraper.place.folder import FolderPlace


class _KilledError(BaseException):
    """Stands for a kill: nothing after it runs, nothing catches it."""


def machine(tmp_path_factory, made):
    """The machine, with what it is made of."""

    class Schedule(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.place = FolderPlace(tmp_path_factory.mktemp("homes"))
            self.runs = self.known = 0
            self.kept: Counter[str] = Counter()
            self.start()

        def start(self):
            self.runs += 1
            self.leases = []
            self.ledger = Ledger.open(self.place, run_id=f"run{self.runs}")
            assert self.ledger.faults == []

        @rule(count=st.integers(1, 5))
        def add(self, count):
            self.ledger.add_ids("homes", made.found(count, start=max(0, self.known - 1)))
            self.known = max(0, self.known - 1) + count

        @rule(count=st.integers(1, 4), budget=st.integers(1, 3))
        def lease(self, count, budget):
            self.leases += self.ledger.lease("homes", count, max_attempts=budget)
            ids = [lease.house_id for lease in self.leases]
            assert len(ids) == len(set(ids))

        @precondition(lambda self: self.leases)
        @rule(data=st.data(), twice=st.booleans())
        def commit(self, data, twice):
            lease = data.draw(st.sampled_from(self.leases))
            self.leases.remove(lease)
            assert made.commit(self.ledger, lease)
            self.kept[lease.house_id] += 1
            if twice:
                assert not made.commit(self.ledger, lease)

        @precondition(lambda self: self.leases)
        @rule(outcome=st.sampled_from(["gone", "refused", "failed"]), final=st.booleans())
        def end_without(self, outcome, final):
            lease = self.leases.pop()
            row = made.visit_row(lease, outcome, "why")
            assert self.ledger.commit_visit(lease, row, final=final)

        @precondition(lambda self: self.leases)
        @rule()
        def release(self):
            self.ledger.release([self.leases.pop()])

        @rule(rows=st.integers(1, 3), force=st.booleans())
        def seal(self, rows, force):
            seal(self.ledger, self.place, rows=rows, force=force)

        @rule(phase=st.sampled_from(["planned", "written", "uploaded", "manifested", "sealed"]))
        def die_while_sealing(self, phase):
            def told(now):
                if now == phase:
                    raise _KilledError

            self.ledger.told = told
            with suppress(_KilledError):
                seal(self.ledger, self.place, rows=2, force=True)
            self.die()

        @rule()
        def die(self):
            made.die(self.ledger)
            self.start()

        @rule()
        def end_well(self):
            self.ledger.close()
            self.start()

        @invariant()
        def every_house_is_in_one_state(self):
            if self.runs:
                counts = self.ledger.counts()
                assert counts.total == self.known == self.ledger.counts(None, (0, 1)).total
                assert (counts.leased, counts.ok) == (len(self.leases), len(self.kept))
                halves = [self.ledger.counts("homes", (part, 2)) for part in (0, 1)]
                assert sum(one.waiting for one in halves) == counts.waiting

        def teardown(self):
            if not getattr(self, "runs", 0):
                return
            seal(self.ledger, self.place, force=True)
            self.ledger.close()
            assert Counter(row["house_id"] for row in made.stored(self.place)) == self.kept
            assert set(self.kept.values()) <= {1}

    return Schedule


def test_any_schedule(tmp_path_factory, made):
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        machine(tmp_path_factory, made),
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
