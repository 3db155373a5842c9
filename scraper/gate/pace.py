"""How fast a site may be asked: a budget over all of its requests, and what slows it.

Pure arithmetic over a clock that the caller reads; the waiting is in `turns.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from scraper.gate.latency import Latency

LONGEST_BACK_OFF: Final = 600.0
"""Seconds that back-off grows to at most."""
WINDOW: Final = 0.05
"""Share of the delay for which the moment of a worker lasts."""
LEAST_WINDOW: Final = 0.02
"""Seconds that it lasts at least: a busy machine wakes up late."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a host is asked at most."""

    delay: float = 0.0
    """Seconds between the starts of two requests."""
    concurrency: int = 0
    """Requests under way at once; 0: any number."""

    workers: int = 1
    """Crawls that ask the host at the same time, and share this pace."""
    turn: int = 0
    """Which of them this is, from 0: each starts its requests at a moment of its own."""
    shared: bool = False
    """Whether a server that all workers ask holds the pace: then none takes a share of it."""

    @property
    def at_once(self) -> int:
        """Requests that this one of the workers may have under way; 0: any number.

        >>> Pace(0.5, 4, workers=2).at_once, Pace(0.5, 4, workers=8).at_once
        (2, 1)
        """
        return max(1, self.concurrency // self.workers) if self.concurrency else 0


def retry_after(text: str, now: float, longest: float) -> float | None:
    """Seconds that a Retry-After header asks for, or None where it says nothing understood.

    Seconds or an HTTP date (RFC 9110 10.2.3); `now` in seconds since 1970; never more than
    `longest`.

    >>> retry_after("10", 0, 3600.0), retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 0, 9.0)
    (10.0, 9.0)
    >>> retry_after("315360000", 0, 3600.0), retry_after("soon", 0, 3600.0)
    (3600.0, None)
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return longest if len(text) > 9 else min(float(text), longest)
    try:
        moment = parsedate_to_datetime(text)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = zoned.timestamp() - now
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return min(max(seconds, 0.0), longest)


class Budget:
    """The budget of one site: when the next request may start.

    Times are monotonic seconds of the caller's clock.
    """

    def __init__(
        self, pace: Pace, back_off: float, chance: Callable[[], float], ahead: float = 0.0
    ) -> None:
        """`ahead`: seconds that the clock on the wall, which workers share, is ahead of ours."""
        self._pace, self._back_off, self._chance = pace, back_off, chance
        self._ahead = ahead
        self._robots_delays: dict[str, float] = {}
        self._started = float("-inf")
        self._held_until = self._not_before = float("-inf")
        self._failures = 0
        self.latency = Latency()
        """How long the site takes to answer."""
        self.running = 0
        """Requests under way."""

    @property
    def delay(self) -> float:
        """Seconds between two requests of this worker: its share of what the site is asked at
        most, and less often while the site answers slower than it does usually.
        """
        return self._asked * self._sharing * self.latency.factor

    @property
    def _asked(self) -> float:
        """Seconds between two requests of all: the slower of the site file and robots.txt."""
        return max(self._pace.delay, *self._robots_delays.values(), 0.0)

    @property
    def _sharing(self) -> int:
        """Workers among whom the pace is divided here."""
        return 1 if self._pace.shared else self._pace.workers

    def wait_for(self, moment: float) -> None:
        """Start nothing before a moment."""
        self._not_before = moment

    def slow_to(self, host: str, delay: float) -> None:
        """Never be faster than the robots.txt of a host of the site says."""
        self._robots_delays[host] = delay

    @property
    def is_full(self) -> bool:
        """Whether as many requests are under way as may be."""
        return 0 < self._pace.at_once <= self.running

    def wait(self, now: float) -> float:
        """Seconds until the next request may start by the clock, 0 where it may start now."""
        window = self._window if self._sharing > 1 else 0.0
        free = max(self._started + self.delay - window, self._not_before)
        wait = max(free - now, self.hold(now), 0.0)
        return wait + self._until_turn(now + wait)

    def _until_turn(self, now: float) -> float:
        """Seconds until the moment of this worker: they follow each other by the clock.

        So requests of all of them together are never closer than what was asked for, less the
        window in which a moment counts.
        """
        if self._sharing == 1 or not self._asked:
            return 0.0
        round_ = self._asked * self._sharing
        late = (now + self._ahead - self._pace.turn * self._asked) % round_
        return 0.0 if late < self._window else round_ - late

    @property
    def _window(self) -> float:
        return max(self._asked * WINDOW, LEAST_WINDOW)

    def hold(self, now: float) -> float:
        """Seconds for which the site asked not to be asked at all."""
        return max(self._held_until - now, 0.0)

    def start(self, now: float) -> None:
        """A request starts."""
        self._started = now
        self.running += 1

    def end(self) -> None:
        """A request ended, however."""
        self.running -= 1

    def refused(self, now: float, asked: float | None) -> float:
        """The site said "not now" (429 or 503); seconds for which it is left alone.

        `asked` is its Retry-After. Without one the time doubles with every refusal in a row, and
        half of it is left to chance so that clients do not come back all at once.
        """
        if now >= self._held_until:
            # Answers to requests that were under way already are the same refusal.
            self._failures += 1
        if asked is None:
            whole = self._back_off * 2.0 ** min(self._failures - 1, 30)
            asked = min(whole, LONGEST_BACK_OFF) * (0.5 + self._chance() / 2)
        self._held_until = max(self._held_until, now + asked)
        return asked

    def accepted(self, now: float) -> None:
        """The site answered: back-off starts from the beginning."""
        if now >= self._held_until:
            self._failures = 0
