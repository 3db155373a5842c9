"""A site that answers slower than it does usually is under strain: it is asked less often."""

from __future__ import annotations

from typing import Final

KNOWN: Final = 20
"""Answers after which it counts as known how long a site takes usually."""
WEIGHT: Final = 0.1
"""Weight of the latest answer in the running mean."""
TOLERATED: Final = 2.0
"""Times as slow as usual that mean nothing."""
MOST: Final = 8.0
"""Times that the delay between two requests grows to at most."""
LEAST: Final = 0.1
"""Seconds to the first byte below which no site is under strain."""


class Latency:
    """The time that a site takes to the first byte of its answers."""

    def __init__(self) -> None:
        self._mean = self._usual = 0.0
        self._count = 0

    def took(self, seconds: float) -> None:
        """An answer took so long."""
        self._mean += (seconds - self._mean) * (WEIGHT if self._count else 1.0)
        self._count += 1
        if self._count == KNOWN or (self._count > KNOWN and self._mean < self._usual):
            self._usual = self._mean

    @property
    def factor(self) -> float:
        """How many times longer than asked to wait between two requests: from 1 to `MOST`.

        >>> site = Latency()
        >>> for _ in range(20): site.took(0.2)
        >>> site.factor
        1.0
        >>> for _ in range(200): site.took(1.2)
        >>> round(site.factor, 2)
        3.0
        """
        if self._count <= KNOWN:
            return 1.0
        return min(max(self._mean / (max(self._usual, LEAST) * TOLERATED), 1.0), MOST)
