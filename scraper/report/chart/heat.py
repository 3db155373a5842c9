"""A heat map of rank correlations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scraper.report.values import Floats

_FEWEST = 8
"""Pairs of values below which a correlation says nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The correlation of two columns."""

    text: str
    """Two digits, or empty where it is not known."""
    strength: int
    """Its size in percent."""
    side: str
    """`up`, `down` or `none`."""
    tip: str
    """What it says when it is pointed at."""


@dataclass(frozen=True, slots=True)
class Heat:
    """Correlations of every pair of columns."""

    names: list[str]
    """The columns."""
    rows: list[list[Cell]]
    """One row a column, one cell a column."""


def heat(columns: Mapping[str, Floats]) -> Heat | None:
    """Spearman's correlations; None when fewer than two columns have values that differ.

    >>> line = np.arange(9.0)
    >>> drawn = heat({"a": line, "b": -(line ** 3), "c": np.full(9, np.nan)})
    >>> drawn.names, drawn.rows[0][1].text
    (['a', 'b'], '-1.00')
    """
    usable = {name: values for name, values in columns.items() if _varies(values)}
    if len(usable) < 2:
        return None
    matrix = pd.DataFrame(usable).corr(method="spearman", min_periods=_FEWEST).to_numpy()
    names = list(usable)
    rows = [
        [_cell(one, two, float(value)) for two, value in zip(names, line, strict=True)]
        for one, line in zip(names, matrix, strict=True)
    ]
    return Heat(names, rows)


def _varies(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return known.size >= _FEWEST and bool(known.min() < known.max())


def _cell(one: str, two: str, value: float) -> Cell:
    if np.isnan(value):
        return Cell("", 0, "none", f"{one} and {two}: too few houses have both")
    side = "up" if value >= 0 else "down"
    text = f"{round(value, 2) or 0.0:.2f}"
    return Cell(text, round(100 * abs(value)), side, f"{one} and {two}: {text}")
