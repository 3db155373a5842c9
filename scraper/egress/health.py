"""How an address fares with a site: its score, when it rests, whether it is given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from scraper.egress.address import Address

IN_A_ROW: Final = 2
"""Refusals in a row, of different pages, by which an address counts as refused."""
SILENT_IN_A_ROW: Final = 4
"""Pages of nothing in a row by which an address counts as refused: some houses have such pages."""
STRIKES: Final = 4
"""Times that an address is refused, without pages between, until it is given up for the run."""
FORGIVING: Final = 10
"""Good pages that make up for one of these times."""
LONGEST: Final = 24 * 3600.0
"""Seconds that a rest grows to at most."""
_LEARNING: Final = 0.1
"""Weight of the latest page in the score."""


@dataclass(slots=True, eq=False)
class Health:
    """One address at one site. Times are seconds of the caller's clock."""

    address: Address
    pages: int = 0
    """Good answers."""
    refusals: int = 0
    """Answers that were refusals."""
    broken: int = 0
    """Times that it could not be used at all: a proxy that does not answer."""
    score: float = 1.0
    """1: all is well; near 0: refused whenever it was tried."""
    strikes: int = 0
    """Times in a row that it was refused, good pages between taken off."""
    resting_until: float = float("-inf")
    retired: bool = False
    """Not used any more by this run."""
    probing: bool = False
    """Trusted with one page at a time, until that is good."""
    generation: int = 0
    """Grows whenever it comes into doubt: what left before says nothing of it since."""
    row: int = 0
    """Refusals in a row."""
    silent: int = 0
    """Pages of nothing in a row."""
    _forgiven: int = field(default=0, repr=False)

    def is_fit(self, now: float) -> bool:
        """Whether it may be used now."""
        return not self.retired and self.resting_until <= now

    def good(self, generation: int) -> None:
        """A page came by it."""
        self.pages += 1
        self.row = self.silent = 0
        self.score += (1 - self.score) * _LEARNING
        if generation != self.generation:
            return
        self.probing = False
        self._forgiven += 1
        if self.strikes and self._forgiven >= FORGIVING:
            self.strikes, self._forgiven = self.strikes - 1, 0

    def doubt(self) -> None:
        """One page alone is asked for next."""
        self.probing = True
        self.generation += 1

    def refuse(self, now: float, rest: float, chance: Callable[[], float]) -> None:
        """It is refused: it rests, twice as long each time, up to a quarter more by chance."""
        self.doubt()
        self.strikes += 1
        self.row = self._forgiven = 0
        self.silent = SILENT_IN_A_ROW - 1  # after its rest one page tells
        self.score *= 0.5
        self.retired = self.strikes >= STRIKES
        whole = min(rest * 2.0 ** (self.strikes - 1), LONGEST)
        self.resting_until = max(self.resting_until, now + whole * (1 + chance() / 4))

    def breaks(self, now: float, rest: float, chance: Callable[[], float]) -> None:
        """It cannot be used at all: it rests as one that is refused."""
        self.broken += 1
        self.refuse(now, rest, chance)
