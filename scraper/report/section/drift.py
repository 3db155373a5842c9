"""Drift: columns whose values are others than in the version before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scraper.quality.drift import Compared, chance, compared, ks, psi
from scraper.quality.frame import NUMBERS, Frame
from scraper.report.section.section import Section
from scraper.report.shown import number, significant
from scraper.report.subject import Subject, judged

_MOST = 14


@dataclass(frozen=True, slots=True)
class Drifted:
    """A column in both versions."""

    name: str
    """The column."""
    before: str
    """Its median before, in the same places."""
    after: str
    """Its median in the houses that are new."""
    index: float
    """Population stability index."""
    gap: float
    """Statistic of Kolmogorov and Smirnov, 0 to 1."""
    is_luck: bool
    """Whether a gap like this is what luck makes of so few houses."""


def drift(subject: Subject) -> Section | None:
    """The section; None without a version to compare with."""
    if subject.before is None:
        return None
    old = judged(subject.before)
    new = subject.judged[~subject.judged["house_id"].isin(set(old["house_id"]))]
    return Section(
        "drift",
        "Drift",
        "Are the new houses like the old ones?",
        f"The {len(new):,} houses that were not in {subject.since or 'the version before'}, column "
        "by column, against houses of the same kind in the same places. A population stability "
        "index above 0.25 is what people look into; bars are the Kolmogorov-Smirnov statistic, "
        "grey where luck explains it.",
        {"columns": _columns(new, old)},
    )


def _columns(new: Frame, old: Frame) -> list[Drifted]:
    """The columns that can be compared, the farthest apart first."""
    pairs = ((name, compared(new, old, name)) for name in NUMBERS)
    found = [_drifted(name, one) for name, one in pairs if one]
    return sorted(found, key=lambda one: (one.is_luck, -one.gap, one.name))[:_MOST]


def _drifted(name: str, one: Compared) -> Drifted:
    gap, now = ks(one), float(np.median(one.new))
    return Drifted(name, _shown(one.middle), _shown(now), psi(one), gap, gap <= chance(one))


def _shown(value: float) -> str:
    """A median: a year as it is, a large one without its small coins.

    >>> _shown(1946.0), _shown(355_946.5), _shown(2.5)
    ('1946', '355,900', '2.5')
    """
    is_year = 1000 < value < 2200 and value == int(value)
    return f"{value:.0f}" if is_year else number(significant(value, 4))
