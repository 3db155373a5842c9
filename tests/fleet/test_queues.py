"""What a worker does about each end of a part, at a real queue: which code means what."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from scraper.errors import ExitCode, UsageError
from scraper.fleet.open import open_engine, open_queue
from scraper.fleet.order import Order, read_order
from scraper.fleet.part import Stop
from scraper.fleet.parts import read_parts
from scraper.fleet.worker import Worker
from scraper.place.open import open_place


@pytest.fixture(params=["redis", "sqs"])
def word(request: pytest.FixtureRequest) -> str:
    """A queue, by its word."""
    if request.param == "redis":
        return request.getfixturevalue("redis_server").url
    request.getfixturevalue("s3_endpoint")
    return f"sqs:housecrawl-{uuid4().hex[:8]}"


@dataclass
class Scripted:
    """Visits no part: says what became of each, in turn, and after that that it is done."""

    place: Any
    ends: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    beats: list[bool] = field(default_factory=list)
    gave_up: list[tuple[int, str]] = field(default_factory=list)
    workers: list[int] = field(default_factory=list)

    def visit(self, order: Order, part: int, beat, every: float) -> tuple[str, int]:
        self.seen.append(part)
        self.workers.append(order.workers)
        self.beats.append(beat())
        ends = self.ends.get(part)
        return ends.pop(0) if ends else ("done", 0)

    def give_up(self, order: Order, part: int, code: int, why: str) -> None:
        self.gave_up.append((part, why))


@dataclass
class Made:
    order: Order
    place: Any
    word: str

    def work(self, lease: float = 30.0, **ends: Any) -> tuple[ExitCode, Scripted]:
        visitor = Scripted(self.place, {int(k[1:]): v for k, v in ends.items()})
        queue = open_queue(self.word, lease)
        code = Worker(queue, visitor, pause=0.0, poll=0.3).work()
        return code, visitor

    def counts(self) -> tuple[int, int, int]:
        said = open_queue(self.word).counts("")
        return said.waiting, said.running, said.dead


@pytest.fixture
def made(word: str, tmp_path) -> Made:
    """An order of three parts, in the queue."""
    place = open_place(str(tmp_path / "place"))
    order = Order("night", "demo.toml", "demo", 3, 2, word, attempts=3)
    order.keep(place)
    open_engine(word).submit(order, place.url, range(3))
    return Made(read_order(place), place, word)


def test_all_is_done_once(made: Made) -> None:
    assert made.counts() == (3, 0, 0)
    code, visitor = made.work()
    assert code == ExitCode.COMPLETE
    assert sorted(visitor.seen) == [0, 1, 2]
    assert all(visitor.beats)
    assert made.counts() == (0, 0, 0)


def test_what_is_cut_off_is_handed_out_again(made: Made) -> None:
    code, visitor = made.work(_1=[("again", 3), ("again", -9)])
    assert code == ExitCode.COMPLETE
    assert sorted(visitor.seen) == [0, 1, 1, 1, 2]
    assert not visitor.gave_up
    assert made.counts() == (0, 0, 0)


def test_what_never_comes_to_an_end_is_given_up(made: Made) -> None:
    code, visitor = made.work(_1=[("again", 3)] * 9)
    assert code == ExitCode.COMPLETE
    assert visitor.seen.count(1) == made.order.attempts
    assert visitor.gave_up == [(1, "tried 3 times, and it never came to an end")]
    assert made.counts() == (0, 0, 1)


def test_what_would_end_the_same_is_a_dead_letter(made: Made) -> None:
    code, visitor = made.work(_0=[("buried", 4)], _2=[("buried", 1)])
    assert code == ExitCode.COMPLETE
    assert sorted(visitor.seen) == [0, 1, 2]
    assert made.counts() == (0, 0, 2)


@pytest.mark.parametrize(
    ("end", "dead"), [(("refused", 5), 0), (("buried", 5), 1), (("buried", 2), 1)]
)
def test_a_worker_that_cannot_go_on_leaves(made: Made, end: tuple[str, int], dead: int) -> None:
    every = {f"_{n}": [end] for n in range(3)}
    code, visitor = made.work(**every)
    assert code == end[1]
    assert len(visitor.seen) == 1, "it takes no other part"
    assert sum(made.counts()) == 3
    assert made.counts()[2] == dead
    code, visitor = made.work()
    assert code == ExitCode.COMPLETE
    assert len(visitor.seen) == 3 - dead
    assert made.counts() == (0, 0, dead)


def test_a_worker_that_is_stopped_gives_its_part_back_at_once(made: Made) -> None:
    visitor = Scripted(made.place, {0: [("again", 3)], 1: [("again", 3)], 2: [("again", 3)]})
    visit = visitor.visit

    def stopped(*args):
        visitor.stop.asked = 1
        return visit(*args)

    visitor.visit = stopped
    queue = open_queue(made.word, 30.0)
    assert Worker(queue, visitor, pause=1000.0, poll=0.3).work() == ExitCode.INCOMPLETE
    assert len(visitor.seen) == 1
    code, other = made.work()
    assert (code, len(other.seen)) == (ExitCode.COMPLETE, 3)


def test_a_part_of_a_dead_worker_is_handed_out_when_its_lease_ends(made: Made) -> None:
    dead, other = open_queue(made.word, 2.0), open_queue(made.word, 2.0)
    claim = dead.claim(5.0)
    assert claim is not None
    assert dead.extend(claim)
    deadline, found = time.monotonic() + 60, None
    while found is None or found.part != claim.part:
        assert time.monotonic() < deadline
        if found is not None:
            other.done(found)
        found = other.claim(1.0)
    assert found.attempts == 2
    assert other.extend(found)
    if made.word.startswith("unix"):
        assert not dead.extend(claim), "it is somebody else's by now"


def test_a_message_of_somebody_else_is_a_dead_letter(made: Made, word: str) -> None:
    strange = Order("another-night", "demo.toml", "demo", 3, 2, word)
    open_engine(word).submit(strange, made.place.url, [1])
    code, visitor = made.work()
    assert code == ExitCode.COMPLETE
    assert sorted(visitor.seen) == [0, 1, 2]
    assert made.counts() == (0, 0, 1)


def test_more_workers_than_were_said_share_the_pace(made: Made) -> None:
    others = [open_queue(made.word, 60.0).claim(5.0) for _ in range(2)]
    assert all(others)
    visitor = Scripted(made.place)
    visitor.visit = lambda order, *_: (
        visitor.workers.append(order.workers) or (setattr(visitor.stop, "asked", 1) or ("done", 0))
    )
    Worker(open_queue(made.word, 60.0), visitor, poll=0.3).work()
    assert visitor.workers == [3]


def test_words_that_name_no_engine() -> None:
    for word in ("nomad", "batch:queue", "redis", "sqs", "parallel:8", "kubernetes"):
        with pytest.raises(UsageError, match="expected"):
            open_engine(word)
    with pytest.raises(UsageError, match="no queue"):
        open_queue("parallel")


def test_nothing_is_known_of_parts_that_nobody_visited(made: Made) -> None:
    parts = read_parts(made.place, made.order)
    assert (parts.left, parts.dead, parts.done) == ([0, 1, 2], [], frozenset())
