"""A part of an order from its start to what became of it; queues and GNU parallel both use it."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Literal, Self

from scraper.errors import ExitCode
from scraper.fleet.attempt import ENDED, Attempt, command
from scraper.fleet.order import Order
from scraper.fleet.parts import Record, buried, bury, is_done, read_records
from scraper.place.place import Place

logger = logging.getLogger(__name__)

Became = Literal["done", "again", "refused", "buried", "lost"]
"""Complete; not at its end; to go on from another address; given up; somebody else's by now."""
STOPPING: Final = 18
"""Seconds that a crawl has to end after SIGTERM (`STOP_BUDGET`): a worker is gone within 25."""
PATIENCE: Final = 22.0
"""Seconds after which a crawl that does not end is killed."""
_ASK: Final = 0.2
"""Seconds between two looks at a crawl that is being stopped."""

Beat = Callable[[], bool]
"""Tells that a part is being worked on; False where it is no longer ours."""


class Stop:
    """SIGTERM and Ctrl-C: remembered, and passed on to the crawl that runs."""

    def __init__(self) -> None:
        self.asked = 0
        """How often somebody asked."""
        self._attempt: Attempt | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def watch(self, attempt: Attempt | None) -> None:
        """Pass on to this crawl from now on; also what came while it was being started."""
        self._attempt = attempt
        if attempt and self.asked:
            attempt.stop()

    def wait(self, seconds: float) -> None:
        """Sleep, unless somebody asks."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _ASK))

    def _hear(self, *_: object) -> None:
        self.asked += 1
        if self._attempt:
            self._attempt.stop()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Visits parts of a place, one after the other, each in a process of its own."""

    place: Place
    stop: Stop
    settings: Sequence[str] = ()
    """Settings of this machine's crawls, on top of the order's: NAME=VALUE."""

    def visit(self, order: Order, part: int, beat: Beat, every: float) -> tuple[Became, int]:
        """Visit a part, unless that is over already: what became of it, and its exit code.

        `beat` is called every so many seconds while its crawl runs.
        """
        if is_done(read_records(self.place, order, part)):
            logger.info("part %d of %d is done already", part, order.parts)
            return "done", ExitCode.COMPLETE
        if known := buried(self.place, order, part):
            return "buried", known.code
        logger.info("part %d of %d: begins", part, order.parts)
        code = self._crawl(order, part, beat, every)
        if code is None:
            return "lost", ExitCode.INCOMPLETE
        return self._judged(order, part, code), code

    def give_up(self, order: Order, part: int, code: int, why: str) -> None:
        """Note that a part is not tried again."""
        logger.error("part %d of %d is given up: %s", part, order.parts, why)
        bury(self.place, order, part, code, why)

    def _crawl(self, order: Order, part: int, beat: Beat, every: float) -> int | None:
        """The exit code of the crawl; None where the part became somebody else's meanwhile."""
        order = replace(order, settings=(f"STOP_BUDGET={STOPPING}", *order.settings))
        attempt = Attempt(command(order, self.place.url, self.settings, part))
        self.stop.watch(attempt)
        try:
            return self._waited(attempt, beat, every)
        finally:
            self.stop.watch(None)

    def _waited(self, attempt: Attempt, beat: Beat, every: float) -> int | None:
        next_beat = time.monotonic() + every
        asked_at: float | None = None
        ours = True
        while (code := attempt.wait(_ASK)) is None:
            now = time.monotonic()
            if asked_at is None and (self.stop.asked or not ours):
                asked_at = now
            if self.stop.asked > 1 or (asked_at is not None and now - asked_at > PATIENCE):
                attempt.kill()
            if ours and now >= next_beat:
                next_beat = now + every
                ours = beat()
                if not ours:
                    attempt.stop()
        return code if ours else None

    def _judged(self, order: Order, part: int, code: int) -> Became:
        if code == ExitCode.COMPLETE:
            return "done"
        if code not in ENDED:
            return "again"
        said = read_records(self.place, order, part)
        refusals = [one for one in said if _is_refused(one)]
        mine = max(said, key=lambda one: str(one.get("ended", "")), default={})
        if code == ExitCode.POLICY and _is_refused(mine) and len(refusals) <= order.refusals:
            return "refused"
        why = str(mine.get("why", "")) if mine.get("exit_code") == code else ""
        self.give_up(order, part, code, f"exit {code}: {why or 'its log says why'}")
        return "buried"


def _is_refused(record: Record) -> bool:
    """Whether a crawl ended because the site refused the addresses that it had.

    What robots.txt denies is denied to every address.
    """
    addresses = (record.get("egress") or {}).get("addresses") or ()
    struck = any(one.get("strikes") for one in addresses if isinstance(one, dict))
    return record.get("exit_code") == ExitCode.POLICY and struck
