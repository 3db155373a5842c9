"""What hands out the parts of an order. An engine exists elsewhere; a file here speaks to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scraper.errors import IncompleteError
from scraper.fleet.order import Order


class QueueAwayError(IncompleteError):
    """A queue does not answer just now."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an engine says of the parts that it was given."""

    waiting: int
    running: int
    dead: int
    """Parts that it gave up."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a submission."""

    job: str
    """What the engine calls it; "" where it has no word for it."""
    next: str
    """What the person does next."""
    is_over: bool = False
    """Whether the engine has done with the parts by now."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A part that is ours until its lease ends."""

    run_id: str
    """The order that it belongs to; "" where the message was not understood."""
    part: int
    attempts: int
    """Times that it was handed out, this one included."""
    handle: Any
    """What the queue knows it by."""


class Engine(Protocol):
    """Takes the parts of an order and has each visited by `scrapy crawl houses -a part=I/N`."""

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Hand over parts of an order; the same ones twice are done once."""

    def counts(self, job: str) -> Counts | None:
        """What is waiting, running and given up; None where the engine cannot be asked.

        `job`: what the engine called the submission; a queue counts all that it holds.
        """


class Queue(Engine, Protocol):
    """A queue that workers of ours take parts from: what is not heard of is handed out again."""

    lease: float
    """Seconds for which a part is ours without a word."""

    def claim(self, wait: float) -> Claim | None:
        """A part, or None where there was none for `wait` seconds."""

    def extend(self, claim: Claim) -> bool:
        """Say that a part is being worked on; False where it has become somebody else's."""

    def done(self, claim: Claim) -> None:
        """The part needs nobody any more."""

    def release(self, claim: Claim, pause: float) -> None:
        """Give a part back, to be handed out again after `pause` seconds."""

    def bury(self, claim: Claim, why: str) -> None:
        """Put a part among the dead letters: a person looks at it."""
