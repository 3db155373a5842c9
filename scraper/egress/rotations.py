"""How often a site may be asked from another address: a budget for each hour."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

HOUR: Final = 3600.0


class Rotations:
    """Changes of the address of one site. Times are seconds of the caller's clock."""

    def __init__(self, an_hour: int) -> None:
        """`an_hour`: changes in any 3,600 s."""
        self._most = an_hour
        self._times: deque[float] = deque(maxlen=an_hour)
        self.count = 0
        """Changes of this run."""

    @property
    def times(self) -> list[float]:
        """The changes that count against the budget, oldest first."""
        return list(self._times)

    def next(self, now: float) -> float:
        """When the next change may be; infinite where there may be none at all.

        >>> budget = Rotations(2)
        >>> budget.remember([0.0, 100.0])
        >>> budget.next(50.0), budget.next(3600.0), Rotations(0).next(0.0)
        (3600.0, 3600.0, inf)
        """
        if not self._most:
            return float("inf")
        full = len(self._times) >= self._most
        return max(now, self._times[0] + HOUR) if full else now

    def remember(self, times: Iterable[float]) -> None:
        """Changes of earlier runs."""
        self._times.extend(sorted(times))

    def share(self, times: Iterable[float], same: float) -> None:
        """Changes that another crawl made, beside those known; `same`: seconds that one may be off.

        >>> budget = Rotations(2)
        >>> budget.remember([10.0])
        >>> budget.share([10.2, 20.0, 5.0], 1.0)
        >>> budget.times
        [10.0, 20.0]
        """
        known = [*self._times]
        fresh = [time for time in times if all(abs(time - one) > same for one in known)]
        self._times = deque(sorted([*known, *fresh])[-self._most :], maxlen=self._most)

    def note(self, now: float) -> None:
        """A change took place."""
        self.count += 1
        self._times.append(now)
