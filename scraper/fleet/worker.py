"""A worker: takes parts from a queue, one after the other, until none is left."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from scraper.errors import ExitCode, UsageError
from scraper.fleet.engine import Claim, Queue, QueueAwayError
from scraper.fleet.order import Order, read_order
from scraper.fleet.part import Became, Visitor

logger = logging.getLogger(__name__)

BEATS: Final = 3
"""Times that a worker is heard of in each lease."""
POLL: Final = 5.0
"""Seconds that a worker waits for a part in one go: it hears no signal meanwhile."""
PAUSE: Final = 30.0
"""Seconds until a part that did not come to its end is handed out again, times its attempts."""
AWAY: Final = 600.0
"""Seconds for which a queue may be away until a worker without a part leaves."""
_LOOKS: Final = 2
"""Times in a row that a queue must have nothing left until a worker leaves: counts of SQS lag."""


@dataclass(slots=True)
class Worker:
    """Takes parts of any order of its place."""

    queue: Queue
    visitor: Visitor
    stays: bool = False
    """Whether it waits for new orders where nothing is left."""
    pause: float = PAUSE
    poll: float = POLL
    away: float = AWAY

    def work(self) -> ExitCode:
        """Work until nothing is left (0), it is stopped (3), or its crawls cannot go on here: this
        machine's address is refused (5), or its settings are wrong (2).
        """
        empty, heard = 0, time.monotonic()
        while not self.visitor.stop.asked:
            try:
                claim = self.queue.claim(self.poll)
                empty = 0 if claim else empty + self._is_over()
            except QueueAwayError as error:
                logger.warning("%s", error)
                if time.monotonic() - heard > self.away:
                    raise
                self.visitor.stop.wait(self.poll)
                continue
            heard = time.monotonic()
            if claim and (code := self._serve(claim)) is not None:
                return code
            if empty >= _LOOKS and not self.stays:
                return ExitCode.COMPLETE
        return ExitCode.INCOMPLETE

    def _is_over(self) -> bool:
        counts = self.queue.counts("")
        return counts is not None and not (counts.waiting + counts.running)

    def _serve(self, claim: Claim) -> ExitCode | None:
        """Work on a part; the exit code where this worker takes no other."""
        order = self._order(claim)
        if order is None:
            return None
        if claim.attempts > order.attempts:
            why = f"tried {order.attempts} times, and it never came to an end"
            self.visitor.give_up(order, claim.part, ExitCode.INCOMPLETE, why)
            with _noting(claim):
                self.queue.bury(claim, why)
            return None
        lease = _Lease(self.queue, claim, time.monotonic())
        share = replace(order, workers=max(order.workers, self._running()))
        became, code = self.visitor.visit(share, claim.part, lease.beat, self.queue.lease / BEATS)
        logger.info("part %d of %d: %s (exit %d)", claim.part, order.parts, became, code)
        self._settle(claim, became, code)
        ends = became in ("refused", "buried") and code in (ExitCode.USAGE, ExitCode.POLICY)
        return ExitCode(code) if ends else None

    def _settle(self, claim: Claim, became: Became, code: int) -> None:
        with _noting(claim):
            if became == "done":
                self.queue.done(claim)
            elif became == "buried":
                self.queue.bury(claim, f"exit {code}")
            elif became == "refused" or (became == "again" and self.visitor.stop.asked):
                self.queue.release(claim, 0.0)
            elif became == "again":
                self.queue.release(claim, self.pause * claim.attempts)

    def _order(self, claim: Claim) -> Order | None:
        """The order of a part; None, the part being among the dead letters, where there is none."""
        try:
            order = read_order(self.visitor.place, claim.run_id) if claim.run_id else None
        except UsageError as error:
            logger.error("%s", error)
            order = None
        if order is None or not 0 <= claim.part < order.parts:
            with _noting(claim):
                self.queue.bury(claim, "no part of an order of this place")
            return None
        return order

    def _running(self) -> int:
        """Parts that are being visited now: where more are than was said, the pace is shared by
        more.
        """
        try:
            counts = self.queue.counts("")
        except QueueAwayError:
            return 0
        return counts.running if counts else 0


@contextmanager
def _noting(claim: Claim) -> Iterator[None]:
    """Go on where the queue cannot be told what became of a part: the lease ends, the part is
    handed out again, and whoever gets it finds what the place says.
    """
    try:
        yield
    except QueueAwayError as error:
        logger.warning("part %d: %s", claim.part, error)


@dataclass(slots=True)
class _Lease:
    """That a part is ours, for a while."""

    queue: Queue
    claim: Claim
    heard: float
    """When the queue last heard of us, monotonic."""

    def beat(self) -> bool:
        """Be heard of; False where the part is no longer ours, or must be taken to be."""
        try:
            ours = self.queue.extend(self.claim)
        except QueueAwayError as error:
            logger.warning("%s", error)
            return time.monotonic() - self.heard < self.queue.lease * (BEATS - 1) / BEATS
        self.heard = time.monotonic()
        if not ours:
            logger.warning("part %d is somebody else's by now", self.claim.part)
        return ours
