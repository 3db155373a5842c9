"""An axis: where a value stands between 0 and 100, and ticks at round values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, log10

_MANTISSAS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))
"""Sets of first digits for the ticks of a logarithmic axis, the coarsest first."""
_FEWEST, _MOST = 4, 7


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick with its label."""

    at: float
    """Place on the axis, 0 to 100."""
    label: str
    """What stands at it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of values, linear or logarithmic."""

    low: float
    """The value at 0."""
    high: float
    """The value at 100; more than `low`."""
    log: bool = False
    """Whether distances are ratios."""

    def at(self, value: float) -> float:
        """Where the value stands: 0 at the low end, 100 at the high end, cut beyond them.

        >>> Axis(0, 10).at(2.5), Axis(1, 100, log=True).at(10), Axis(0, 1).at(7)
        (25.0, 50.0, 100.0)
        """
        low, high = self.scaled(self.low), self.scaled(self.high)
        part = (self.scaled(value) - low) / (high - low)
        return 100 * min(1.0, max(0.0, part))

    def scaled(self, value: float) -> float:
        """The value, or its logarithm to base 10 on a logarithmic axis."""
        return log10(value) if self.log else value

    def ticks(self, label: Callable[[float], str]) -> list[Tick]:
        """A handful of round values inside the axis, each label once.

        >>> [tick.label for tick in Axis(90_000, 3_000_000, log=True).ticks("{:g}".format)]
        ['100000', '300000', '1e+06', '3e+06']
        """
        values = self._round_ratios() if self.log else self._round_steps()
        seen: dict[str, Tick] = {}
        for value in values:
            seen.setdefault(label(value), Tick(self.at(value), label(value)))
        return list(seen.values())

    def _round_ratios(self) -> list[float]:
        """Round values of a logarithmic axis; of a linear one where it spans too little."""
        values: list[float] = []
        for mantissas in _MANTISSAS:
            values = self._with(mantissas)
            if len(values) >= _FEWEST:
                break
        if len(values) < _FEWEST - 1:
            return self._round_steps()
        return values[:: ceil(len(values) / _MOST)]

    def _with(self, mantissas: tuple[float, ...]) -> list[float]:
        powers = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        values = [digit * 10.0**power for power in powers for digit in mantissas]
        return [value for value in values if self.low <= value <= self.high]

    def _round_steps(self) -> list[float]:
        """Round values of a linear axis: steps of 1, 2, 2.5 or 5 times a power of ten."""
        rough = (self.high - self.low) / 5
        power = 10.0 ** floor(log10(rough))
        step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.999)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1)]


def around(low: float, high: float, *, log: bool = False, margin: float = 0.03) -> Axis:
    """An axis with some room on both sides of the values, also where they are all the same.

    >>> axis = around(5, 5)
    >>> axis.low < 5 < axis.high
    True
    """
    if log:
        inner = around(log10(low), log10(high), margin=margin)
        return Axis(10**inner.low, 10**inner.high, log=True)
    room = (high - low) * margin or max(abs(high) * 0.1, 0.1)
    return Axis(low - room, high + room)
