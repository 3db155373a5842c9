"""Columns whose values are others than before, in the same places and for the same kinds."""

from __future__ import annotations

from collections.abc import Iterator
from math import log, sqrt
from typing import Final, NamedTuple

import numpy as np

from scraper.quality.frame import NUMBERS, Floats, Frame
from scraper.quality.limits import Limits
from scraper.quality.seen import PRICES
from scraper.quality.share import LUCK, high_share, luck
from scraper.quality.suspicion import Suspicion

FEWEST: Final = 30
"""New values from which on they are compared."""
_STRATUM: Final = 3
"""Published houses of a kind in a place from which on it can be compared."""
_BINS: Final = 10
_PLACE: Final = frozenset(["latitude", "longitude"])
"""Where houses are is no drift. Prices neither: they have their towns to be compared with."""
_RARE: Final = 0.3
"""Share that a value had at most before, that all houses have now."""
_ALIKE: Final = ("address", "parcel_number")
"""Texts that hardly two houses share."""


class Compared(NamedTuple):
    """Values of a column, the published ones weighted as the new ones are spread."""

    new: Floats
    old: Floats
    weights: Floats
    """Sum to 1."""

    @property
    def enough(self) -> float:
        """The houses that the weighted ones are worth (Kish, 1965)."""
        return 1 / float(np.sum(self.weights**2))

    @property
    def middle(self) -> float:
        """The median of the published values, by their weights.

        >>> import numpy as np
        >>> Compared(np.empty(0), np.array([3.0, 1.0, 2.0]), np.array([0.6, 0.2, 0.2])).middle
        3.0
        """
        order = np.argsort(self.old, kind="stable")
        at = int(np.searchsorted(np.cumsum(self.weights[order]), 0.5))
        return float(self.old[order][min(at, len(order) - 1)])


def compared(new: Frame, old: Frame, column: str) -> Compared | None:
    """The values of both in strata of place and kind that both have; None where too few."""
    ours = new[new[column].notna()]
    theirs = old[old[column].notna()]
    counts = theirs.groupby(["place", "kind"]).size()
    counts = counts[counts >= _STRATUM]
    ours = ours[_strata(ours).isin(counts.index)]
    if len(ours) < FEWEST:
        return None
    wanted = ours.groupby(["place", "kind"]).size()
    theirs = theirs[_strata(theirs).isin(wanted.index)]
    ratio = (wanted / counts.reindex(wanted.index)).rename("ratio")
    weights = _strata(theirs).map(ratio).to_numpy(dtype="float64")
    return Compared(
        ours[column].to_numpy(dtype="float64"),
        theirs[column].to_numpy(dtype="float64"),
        weights / weights.sum(),
    )


def _strata(frame: Frame) -> Frame:
    return frame.set_index(["place", "kind"]).index.to_series(index=frame.index)


def ks(one: Compared) -> float:
    """The statistic of Kolmogorov and Smirnov: the largest gap between the two distributions.

    >>> import numpy as np
    >>> ks(Compared(np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([0.5, 0.5])))
    1.0
    """
    values = np.union1d(one.new, one.old)
    order = np.argsort(one.old, kind="stable")
    steps = np.concatenate([[0.0], np.cumsum(one.weights[order])])
    old = steps[np.searchsorted(one.old[order], values, side="right")]
    new = np.searchsorted(np.sort(one.new), values, side="right") / len(one.new)
    return float(np.max(np.abs(new - old)))


def psi(one: Compared) -> float:
    """The population stability index over tenths of the published values; 0 where all is as it was.

    Above 0.25 risk departments look for the reason (Siddiqi, 2006).

    >>> import numpy as np
    >>> same = np.arange(100.0)
    >>> round(psi(Compared(same, same, np.full(100, 0.01))), 6)
    0.0
    """
    order = np.argsort(one.old, kind="stable")
    steps = np.cumsum(one.weights[order])
    at = np.searchsorted(steps, np.arange(1, _BINS) / _BINS, side="left").clip(max=len(steps) - 1)
    edges = np.unique(one.old[order][at])
    bins = len(edges) + 1
    new = np.bincount(np.searchsorted(edges, one.new, side="right"), minlength=bins)
    old = np.bincount(np.searchsorted(edges, one.old, side="right"), one.weights, minlength=bins)
    # Half a house in each bin, or an empty one would say more than it can.
    p = (new + 0.5) / (len(one.new) + 0.5 * bins)
    q = (old * one.enough + 0.5) / (one.enough + 0.5 * bins)
    return float(np.sum((p - q) * np.log(p / q)))


def drifts(new: Frame, old: Frame, limits: Limits) -> Iterator[Suspicion]:
    """Columns of numbers that drifted, or that have one and the same value everywhere."""
    for column in NUMBERS:
        one = compared(new, old, column) if column not in _PLACE else None
        found = one and _constant(one, column, limits)
        if one and not found and column not in PRICES:
            found = _drift(one, column, limits)
        if found:
            yield found
    for column in _ALIKE:
        if found := _alike(new, old, column, limits):
            yield found


def chance(one: Compared) -> float:
    """A gap of two distributions that luck makes less often than `LUCK` (Smirnov, 1948)."""
    return sqrt(-log(LUCK / 2) / 2 * (1 / len(one.new) + 1 / one.enough))


def _drift(one: Compared, column: str, limits: Limits) -> Suspicion | None:
    gap, index, least = ks(one), psi(one), chance(one)
    far = limits.ks and gap > max(limits.ks, least)
    if not far and not (limits.psi and index > limits.psi and gap > least):
        return None
    low, high = (float(edge) for edge in np.quantile(one.old, (0.05, 0.95)))
    return Suspicion(
        "drift",
        column,
        f"median {np.median(one.new):,.6g} of {len(one.new)} new houses, PSI {index:.2f}, "
        f"KS {gap:.2f}",
        f"about {one.middle:,.6g} as before in the same places; PSI up to {limits.psi:g}, "
        f"KS up to {limits.ks:g}",
        lambda row: _is_out(row.get(column), low, high),
    )


def _is_out(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not low <= value <= high


def _constant(one: Compared, column: str, limits: Limits) -> Suspicion | None:
    values, counts = np.unique(one.new, return_counts=True)
    value, hits = float(values[np.argmax(counts)]), int(counts.max())
    before = float(one.weights[one.old == value].sum())
    if not _is_constant(hits, len(one.new), before, one.enough, limits):
        return None
    return Suspicion(
        "same",
        column,
        f"{value:,.6g} in {hits} of {len(one.new)} new houses",
        f"in {before:.0%} of the houses as before",
        lambda row: row.get(column) == value,
    )


def _is_constant(hits: int, of: int, before: float, enough: float, limits: Limits) -> bool:
    most = high_share(round(before * enough), round(enough))
    few = bool(limits.same) and hits >= limits.same * of and most < _RARE
    # The chance of so many hits is that of so few others.
    return few and luck(of - hits, of, 1 - most) < LUCK


def _alike(new: Frame, old: Frame, column: str, limits: Limits) -> Suspicion | None:
    ours, theirs = new[column].dropna(), old[column].dropna()
    if len(ours) < FEWEST or len(theirs) < FEWEST:
        return None
    value, hits = ours.value_counts().index[0], int(ours.value_counts().iloc[0])
    before = float((theirs == value).mean())
    if not _is_constant(hits, len(ours), before, len(theirs), limits):
        return None
    return Suspicion(
        "same",
        column,
        f"{str(value)[:60]!r} in {hits} of {len(ours)} new houses",
        f"in {before:.0%} of the houses as before",
        lambda row: row.get(column) == value,
    )
