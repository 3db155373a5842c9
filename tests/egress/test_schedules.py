"""No schedule of answers makes the pool exceed the pace, use a resting address, or starve."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.egress.address import Address
from scraper.egress.health import Health
from scraper.egress.pool import JUDGING, Pool, Ticket
from scraper.egress.rotations import HOUR, Rotations
from scraper.gate.pace import Budget, Pace

ANSWERS = ("good", "refused", "429", "nothing", "lost", "broken", "silent", "compared")
DELAY, REST, PATIENCE = 1.0, 7.0, 50.0


class Crawl:
    """Gate and pool over a clock that jumps: a request leaves when both let it."""

    def __init__(self, addresses: int, concurrency: int, rotations: int) -> None:
        self.now, self.budget = 0.0, Budget(Pace(DELAY, concurrency), 2.0, lambda: 0.5)
        self.pool = Pool(REST, PATIENCE, Rotations(rotations), lambda: 0.5)
        self.pool.add([Health(Address(f"a{n}")) for n in range(addresses)])
        self.most = rotations
        self.open: list[Ticket] = []
        self.starts: list[float] = []
        self.until = -math.inf
        """When the last Retry-After ends."""
        self.since = 0.0
        """When the last page came."""

    def try_to_send(self) -> bool:
        if self.budget.is_full or self.budget.wait(self.now) > 0 or not self.pool.room(self.now):
            return False
        self.budget.start(self.now)
        ticket = self.pool.take(self.now)
        self.check_start(ticket)
        self.open.append(ticket)
        self.starts.append(self.now)
        return True

    def check_start(self, ticket: Ticket) -> None:
        health = ticket.health
        assert health.resting_until <= self.now
        assert not health.retired
        assert self.now >= self.until
        if health.probing:
            alike = [one for one in self.open if one.health is health and not one.ended]
            assert not [one for one in alike if one.generation == health.generation]

    def answer(self, index: int, kind: str, page: int, retry_after: float) -> None:
        if not self.open:
            return
        ticket = self.open.pop(index % len(self.open))
        self.budget.end()
        match kind:
            case "good":
                self.budget.accepted(self.now)
                self.pool.came(ticket, self.now)
                self.pool.good(ticket)
                if ticket.generation == ticket.health.generation:
                    self.since = self.now
            case "refused":
                self.pool.came(ticket, self.now)
                self.pool.refused(ticket, f"page {page}", self.now)
            case "silent":
                self.pool.came(ticket, self.now)
                if self.pool.silent(ticket, f"page {page}", self.now):
                    self.pool.good(ticket)
            case "compared":
                self.pool.refused(ticket, f"page {page}", self.now, sure=True)
            case "429":
                self.budget.refused(self.now, retry_after)
                self.until = max(self.until, self.now + retry_after)
                self.pool.doubt(ticket)
                if page % 2:
                    self.pool.refused(ticket, f"page {page}", self.now)
            case "broken":
                self.pool.broke(ticket.health, self.now)
                self.pool.nothing(ticket)
            case "nothing":
                self.pool.nothing(ticket)
            case "lost":
                self.pool.came(ticket, self.now)

    def drain(self) -> None:
        while self.open:
            self.answer(0, "nothing", 0, 0)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(ANSWERS),
        st.integers(0, 5),
        st.sampled_from([0.0, 0.4, 1.0, 3.0, 20.0]),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(STEPS, st.integers(1, 4), st.integers(0, 4), st.integers(0, 5))
def test_no_schedule_breaks_a_rule(steps, addresses, concurrency, rotations) -> None:
    crawl = Crawl(addresses, concurrency, rotations)
    for index, kind, page, seconds in steps:
        while crawl.try_to_send():
            assert len(crawl.open) <= (concurrency or 1000)
        crawl.answer(index, kind, page, seconds)
        crawl.now += seconds
    assert all(b - a >= DELAY - 1e-9 for a, b in pairwise(crawl.starts))
    times = crawl.pool.rotations.times
    assert all(sum(t - HOUR < one <= t for one in times) <= rotations for t in times)
    starves_not(crawl)


def starves_not(crawl: Crawl) -> None:
    """With nothing under way a request leaves as soon as pace, rest and Retry-After allow it."""
    crawl.drain()
    if crawl.pool.is_spent(crawl.now):
        change = crawl.pool.next_change(crawl.now)
        assert change - crawl.since > PATIENCE
        return
    crawl.now = max(
        crawl.now + crawl.budget.wait(crawl.now),
        crawl.pool.next_change(crawl.now),
        crawl.now + JUDGING,
    )
    crawl.now += crawl.budget.wait(crawl.now)
    assert crawl.try_to_send()


class Careless(Pool):
    """A pool that forgets rests: the test above must notice."""

    def room(self, now: float) -> bool:
        return True

    def take(self, now: float) -> Ticket:
        return Ticket(self.all[0], self.all[0].generation)


def test_a_careless_pool_is_noticed() -> None:
    crawl = Crawl(2, 4, 5)
    crawl.pool.__class__ = Careless
    with pytest.raises(AssertionError):
        refuse_all(crawl)


def refuse_all(crawl: Crawl) -> None:
    for page in range(9):
        one_round(crawl, page)


def one_round(crawl: Crawl, page: int) -> None:
    while crawl.try_to_send():
        continue
    crawl.answer(0, "refused", page, 0)
    crawl.now += DELAY
