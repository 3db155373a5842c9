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


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a host is asked at most."""

    delay: float = 0.0
    """Seconds between the starts of two requests."""
    concurrency: int = 0
    """Requests under way at once; 0: any number."""

    def shared(self, workers: int) -> Pace:
        """The part of a pace that one of several workers has that ask at the same time.

        >>> Pace(0.5, 4).shared(2), Pace(0.5, 4).shared(8)
        (Pace(delay=1.0, concurrency=2), Pace(delay=4.0, concurrency=1))
        """
        at_once = max(1, self.concurrency // workers) if self.concurrency else 0
        return Pace(self.delay * workers, at_once)


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

    def __init__(self, pace: Pace, back_off: float, chance: Callable[[], float]) -> None:
        self._pace, self._back_off, self._chance = pace, back_off, chance
        self._robots_delays: dict[str, float] = {}
        self._started = float("-inf")
        self._held_until = float("-inf")
        self._failures = 0
        self.latency = Latency()
        """How long the site takes to answer."""
        self.running = 0
        """Requests under way."""

    @property
    def delay(self) -> float:
        """Seconds between two requests: the slower of what the site file and robots.txt say,
        and more while the site answers slower than it does usually.
        """
        asked = max(self._pace.delay, *self._robots_delays.values(), 0.0)
        return asked * self.latency.factor

    def slow_to(self, host: str, delay: float) -> None:
        """Never be faster than the robots.txt of a host of the site says."""
        self._robots_delays[host] = delay

    @property
    def is_full(self) -> bool:
        """Whether as many requests are under way as may be."""
        return 0 < self._pace.concurrency <= self.running

    def wait(self, now: float) -> float:
        """Seconds until the next request may start by the clock, 0 where it may start now."""
        return max(self._started + self.delay - now, self.hold(now), 0.0)

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
