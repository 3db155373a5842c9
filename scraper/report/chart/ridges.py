"""Ridges: one density a group, over a common logarithmic axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from scraper.report.chart.axis import Axis, Tick, around
from scraper.report.values import Floats

_POINTS = 120
_BINS = 480
_FEWEST = 5
"""A density of fewer values says more about its bandwidth than about them."""
_NARROWEST = 0.03
"""Smallest bandwidth, in decades: 7 %, so that equal prices still make a visible hill."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """The density of one group."""

    name: str
    """The group."""
    count: int
    """Values in it."""
    path: str
    """Outline as SVG path data in a box of 100 x 100, its foot at 100."""
    middle: Tick
    """The median."""
    crest: float
    """Height of the outline at the median, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Ridges:
    """Densities of groups, one below the other."""

    rows: list[Ridge]
    """The ridges, the cheapest group first."""
    across: list[Tick]
    """Ticks of the values."""
    left_out: list[str]
    """Groups with too few values."""


def ridges(groups: Mapping[str, Floats], label: Callable[[float], str]) -> Ridges | None:
    """Densities of positive values over their log10; None without a group that is big enough."""
    enough = {name: values for name, values in groups.items() if values.size >= _FEWEST}
    if not enough:
        return None
    everything = np.concatenate(list(enough.values()))
    low, high = np.quantile(everything, (0.002, 0.998)).tolist()
    axis = around(low, high, log=True, margin=0.06)
    rows = [_ridge(name, values, axis, label) for name, values in enough.items()]
    return Ridges(
        rows=sorted(rows, key=lambda row: row.middle.at),
        across=axis.ticks(label),
        left_out=sorted(set(groups) - set(enough)),
    )


def _ridge(name: str, values: Floats, axis: Axis, label: Callable[[float], str]) -> Ridge:
    density = _density(np.log10(values), np.log10(axis.low), np.log10(axis.high))
    heights = 100 * density / density.max()
    middle = float(np.median(values))
    crest = np.interp(axis.at(middle), np.linspace(0, 100, _POINTS), heights)
    return Ridge(
        name, values.size, _outline(heights), Tick(axis.at(middle), label(middle)), float(crest)
    )


def _density(values: Floats, low: float, high: float) -> Floats:
    """A Gaussian kernel density at even points; binned first, so that millions cost nothing."""
    counts, edges = np.histogram(np.clip(values, low, high), _BINS, (low, high))
    centres = (edges[:-1] + edges[1:]) / 2
    points = np.linspace(low, high, _POINTS)
    kernels = np.exp(-0.5 * ((points[:, None] - centres[None, :]) / _bandwidth(values)) ** 2)
    density: Floats = kernels @ counts
    return density


def _bandwidth(values: Floats) -> float:
    """Silverman's rule of thumb (Density Estimation, 1986, equation 3.31)."""
    quarter, three = np.quantile(values, (0.25, 0.75))
    spread = min(float(values.std()), float(three - quarter) / 1.34)
    return max(0.9 * spread / float(values.size**0.2), _NARROWEST)


def _outline(heights: Floats) -> str:
    across = np.linspace(0, 100, heights.size)
    pairs = zip(across, heights, strict=True)
    points = " ".join(f"{x:.2f},{100 - y:.2f}" for x, y in pairs)
    return f"M0,100 L{points} L100,100 Z"
