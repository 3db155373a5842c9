"""A simple model of the price: what a first try reaches, and what it goes by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scraper.quality.baseline import Baseline
from scraper.quality.model import TEST, TRAIN, is_installed
from scraper.report.chart.histogram import histogram
from scraper.report.section.section import Section
from scraper.report.shown import number, share
from scraper.report.subject import Subject

_MOST = 10
_CLOSE = 0.2
_CUT = 1.5
"""Natural logarithm beyond which errors stand at the rim of the histogram: a single house with a
wrong price would leave no room for the others."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A column that the model goes by."""

    name: str
    """The column."""
    times: str
    """How many times the error is what it was without the column's values."""
    length: float
    """Percent of the longest bar."""


def model(subject: Subject) -> Section:
    """The section of the report."""
    found = subject.baseline
    return Section(
        "model",
        "Model",
        "What a simple model makes of it",
        _lead(found),
        {"totals": _totals(found), "errors": _errors(found), "goes_by": _goes_by(found)},
    )


def _lead(found: Baseline | None) -> str:
    if found is None and not is_installed():
        return "Left out: scikit-learn is not installed (pip install scikit-learn)."
    if found is None:
        return f"It takes {TRAIN + TEST} houses with a price and a living area to say anything."
    return (
        f"Gradient-boosted trees priced each of {len(found.rows):,} houses, having learned from "
        "others only. This is what a better model has to beat; where it is far off, the house is "
        "among the suspects."
    )


def _totals(found: Baseline | None) -> list[tuple[str, str]]:
    if found is None:
        return []
    return [
        ("median error", share(found.usual, 1)),
        (f"within {_CLOSE:.0%} of the price", share(found.within(_CLOSE), 1)),
        ("houses", number(len(found.rows))),
    ]


def _errors(found: Baseline | None) -> object:
    if found is None:
        return None
    return histogram(np.exp(np.clip(found.errors, -_CUT, _CUT)), "{:.2g}×".format)


def _goes_by(found: Baseline | None) -> list[Weight]:
    if found is None or not found.goes_by:
        return []
    top = found.goes_by[0][1]
    return [
        Weight(name, f"{1 + worse:.2f}×", 100 * worse / top)
        for name, worse in found.goes_by[:_MOST]
    ]
