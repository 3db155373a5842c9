"""How much may differ before nothing is published: the numbers of the gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import Any

from scraper.errors import SettingError


@dataclass(frozen=True, slots=True)
class Limits:
    """`QUALITY_LIMITS`, a number a check; 0 leaves the check out. Measured in docs/quality.md."""

    rules: float = 0.01
    """Share of new rows that may break a rule of their table: a bound, a listed value."""
    median: float = 3.0
    """Times that the median of the same towns may move between two versions. A hundredfold price,
    square metres for square feet (10.8) and most currencies move it more, no market does."""
    strays: float = 0.05
    """Share of houses far off their town's price that may come on top of what there were."""
    currency: float = 0.05
    """Share of houses in another currency that may come on top of what there were."""
    psi: float = 2.0
    """Population stability index of a column, from which its values are others than before."""
    ks: float = 0.6
    """The same by the statistic of Kolmogorov and Smirnov, 0 to 1."""
    same: float = 0.9
    """Share of rows with one and the same value, where before it was rare."""
    jumps: float = 0.02
    """Share of houses read again whose price or area is eight times what it was, or a part."""
    churn: float = 0.5
    """Share of houses read again for which something that stays as it is has changed."""
    lost: float = 0.5
    """Share of houses read again that had a value and have none any more."""
    stale: float = 0.3
    """Share of houses read again that say less than before: an old page out of a cache."""
    twins: float = 0.2
    """Share of new IDs that have the address and the size of another."""
    model: float = 1.25
    """Times that a model's error may be larger for new houses than for published ones, at the
    least that is sure of it."""


def parse_limits(said: Mapping[str, Any]) -> Limits:
    """The limits with those that are named in place of the usual ones; SettingError names faults.

    >>> parse_limits({"psi": "2"}).psi
    2.0
    """
    known = [one.name for one in fields(Limits)]
    changes: dict[str, float] = {}
    for name, found in said.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f", perhaps {near[0]}" if near else f": there are {', '.join(known)}"
            raise SettingError(f"QUALITY_LIMITS has no {name!r}{hint}")
        try:
            changes[name] = float(found)
        except (TypeError, ValueError):
            changes[name] = -1.0
        if not 0 <= changes[name] <= 1e6:
            raise SettingError(f"QUALITY_LIMITS: {name}={found}: expected a number from 0 on")
    return replace(Limits(), **changes)
