"""A histogram over the logarithm of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cbrt, ceil

import numpy as np

from scraper.report.chart.axis import Axis, Tick, around
from scraper.report.values import Floats

_FEWEST, _MOST = 6, 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; all measures are percent of the plot."""

    left: float
    """Its left edge."""
    width: float
    """Its width."""
    height: float
    """Its height."""
    tip: str
    """What it says when it is pointed at."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram."""

    bars: list[Bar]
    """Bars from left to right, empty ones included."""
    across: list[Tick]
    """Ticks of the values."""
    up: list[Tick]
    """Ticks of the counts."""
    middle: Tick
    """The median."""


def histogram(values: Floats, label: Callable[[float], str]) -> Histogram | None:
    """The histogram of positive values over their log10; None without a value.

    >>> drawn = histogram(np.array([1e5, 2e5, 4e5]), "{:g}".format)
    >>> sum(bar.height > 0 for bar in drawn.bars), drawn.middle.label
    (3, '200000')
    >>> histogram(np.array([]), str) is None
    True
    """
    if not values.size:
        return None
    axis = around(float(values.min()), float(values.max()), log=True, margin=0.01)
    edges = np.linspace(np.log10(axis.low), np.log10(axis.high), _bins(values) + 1)
    counts, _ = np.histogram(np.log10(values), edges)
    height = Axis(0, float(counts.max()) * 1.08)
    return Histogram(
        bars=_bars(counts.tolist(), edges, axis, height, label),
        across=axis.ticks(label),
        up=height.ticks(_whole),
        middle=Tick(axis.at(float(np.median(values))), label(float(np.median(values)))),
    )


def _bins(values: Floats) -> int:
    """How many bars suit the values: twice the rule of Rice, bounded."""
    return min(_MOST, max(_FEWEST, 2 * ceil(2 * cbrt(values.size))))


def _bars(
    counts: list[int], edges: Floats, axis: Axis, height: Axis, label: Callable[[float], str]
) -> list[Bar]:
    ends = (10**edges).tolist()
    return [
        Bar(
            axis.at(low),
            axis.at(high) - axis.at(low),
            height.at(count),
            f"{label(low)} to {label(high)}: {count:,}",
        )
        for count, low, high in zip(counts, ends[:-1], ends[1:], strict=True)
    ]


def _whole(value: float) -> str:
    """A count; values between two counts repeat the lower one's label and so are left out."""
    return f"{int(value):,}"
