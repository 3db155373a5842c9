"""Boxes: how the values of groups spread, one row a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from scraper.report.chart.axis import Axis, Tick, around
from scraper.report.values import Floats

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Ends of the whiskers, ends of the box, and the median between them."""
_FEWEST = 5
"""With fewer values the values themselves are shown."""


@dataclass(frozen=True, slots=True)
class Box:
    """One group; places are percent of the plot."""

    name: str
    """The group."""
    note: str
    """A word more on it, may be empty."""
    count: int
    """Values in it."""
    places: list[float]
    """The five quantiles; empty for a small group."""
    points: list[float]
    """The values of a small group."""
    middle: str
    """The median, written out."""
    tip: str
    """What it says when it is pointed at."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of groups, one below the other."""

    rows: list[Box]
    """The boxes, in the order of the groups."""
    across: list[Tick]
    """Ticks of the values."""


def boxes(
    groups: Mapping[str, Floats],
    label: Callable[[float], str],
    notes: Mapping[str, str] = MappingProxyType({}),
) -> Boxes | None:
    """Boxes of the groups that have a value, with a note to some; None without a value.

    >>> drawn = boxes({"a": np.arange(1.0, 102.0), "b": np.array([])}, "{:g}".format)
    >>> [(box.name, box.middle) for box in drawn.rows]
    [('a', '51')]
    """
    filled = {name: values for name, values in groups.items() if values.size}
    if not filled:
        return None
    fives = {name: np.quantile(values, QUANTILES) for name, values in filled.items()}
    ends = [end for name, values in filled.items() for end in _ends(values, fives[name])]
    axis = around(min(ends), max(ends))
    axis = Axis(max(axis.low, 0.0), axis.high)
    rows = [_box(name, values, fives[name], axis, label) for name, values in filled.items()]
    rows = [replace(row, note=notes.get(row.name, "")) for row in rows]
    return Boxes(rows, axis.ticks(label))


def _ends(values: Floats, five: Floats) -> tuple[float, float]:
    if values.size < _FEWEST:
        return float(values.min()), float(values.max())
    return float(five[0]), float(five[-1])


def _box(name: str, values: Floats, five: Floats, axis: Axis, label: Callable[[float], str]) -> Box:
    small = values.size < _FEWEST
    low, quarter, middle, three, high = (label(float(value)) for value in five)
    return Box(
        name=name,
        note="",
        count=values.size,
        places=[] if small else [axis.at(float(value)) for value in five],
        points=[axis.at(float(value)) for value in values] if small else [],
        middle=middle,
        tip=f"{name}: median {middle}, half of them {quarter} to {three}, "
        f"nine in ten {low} to {high}",
    )
