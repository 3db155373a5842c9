"""A map: a dot a house, coloured by how dear it is among the others."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

import numpy as np

from scraper.report.values import Floats

STEPS = 5
"""Colours from the cheapest to the dearest fifth."""
_MOST = 1500
_NARROW, _WIDE = 0.6, 1.6
"""Height of the map over its width: bounds that keep it readable on any screen."""


@dataclass(frozen=True, slots=True)
class Dots:
    """A map of houses in a box 1000 wide."""

    height: float
    """Height of the box."""
    dots: list[tuple[float, float, int]]
    """Across, down, and the colour: 0 without a price, 1 to 5 from cheap to dear."""
    left_out: int
    """Houses that are not drawn because there are so many."""


def dots(latitude: Floats, longitude: Floats, price: Floats) -> Dots | None:
    """The map; None with fewer than two places.

    Distances east-west are shortened by the cosine of the middle latitude, so that shapes are
    right near it (the equirectangular projection).

    >>> drawn = dots(np.array([37.0, 38.0]), np.array([-122.0, -121.0]), np.array([1.0, 2.0]))
    >>> [(round(x), round(y), colour) for x, y, colour in drawn.dots]
    [(30, 1223, 1), (970, 38, 5)]
    """
    there = np.flatnonzero(~np.isnan(latitude + longitude))
    if there.size < 2:
        return None
    drawn = there[np.linspace(0, there.size - 1, min(_MOST, there.size)).astype(int)]
    colours = _colours(price[drawn])
    across = longitude[drawn] * cos(radians(float(np.median(latitude[drawn]))))
    x, y, height = _fit(across, -latitude[drawn])
    triples = zip(x.tolist(), y.tolist(), colours, strict=True)
    return Dots(height, list(triples), int(there.size - drawn.size))


def _fit(across: Floats, down: Floats) -> tuple[Floats, Floats, float]:
    """Both into a box 1000 wide with a rim, one scale for both, centred."""
    wide, high = float(np.ptp(across)), float(np.ptp(down))
    ratio = min(_WIDE, max(_NARROW, high / wide if wide else _WIDE))
    rim, width, height = 30.0, 1000.0, 1000.0 * ratio
    scale = min((width - 2 * rim) / (wide or 1e-9), (height - 2 * rim) / (high or 1e-9))
    x = width / 2 + (across - (across.min() + across.max()) / 2) * scale
    y = height / 2 + (down - (down.min() + down.max()) / 2) * scale
    return x, y, height


def _colours(price: Floats) -> list[int]:
    """The fifth of each price, 1 to 5; 0 where there is none."""
    known = price[~np.isnan(price)]
    if not known.size:
        return [0] * price.size
    edges = np.quantile(known, np.linspace(0, 1, STEPS + 1)[1:-1])
    fifths = np.searchsorted(edges, price, side="left") + 1
    return [0 if np.isnan(p) else int(f) for p, f in zip(price, fifths, strict=True)]
