"""A simple model of the price, tried on houses that it has not seen: what a first try reaches.

"Train a simple model first to test the data": its error is what a better model has to beat, what
it goes by should make sense to a person, and where it is far off a person should look.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from scraper.quality.frame import Floats, Frame
from scraper.quality.model import FEATURES, MOST, TEST, TRAIN, Model, is_installed, priced

_FOLDS: Final = 3
_TOWN: Final = ("place", "city")
"""Shuffled together: they name one place."""
_SHUFFLED: Final[tuple[tuple[str, ...], ...]] = (
    _TOWN, ("home_type",), ("kind",), *((name,) for name in FEATURES),
)  # fmt: skip
_FAR: Final = 6.0
"""Times the usual error from which on a house is a surprise, and at least threefold the price."""
_LEAST: Final = float(np.log(3))


class Baseline(NamedTuple):
    """Each house priced by a model that learned from others."""

    rows: Frame
    """The houses, with `site`, `house_id` and `price`."""
    errors: Floats
    """Natural logarithm of predicted to true price, one a house."""
    goes_by: tuple[tuple[str, float], ...]
    """Column to how much larger the median error gets where its values are shuffled, as a share
    of it; the largest first."""

    @property
    def usual(self) -> float:
        """The median error as a share of the price: 0.12 is 12 % off."""
        return float(np.exp(np.median(np.abs(self.errors))) - 1)

    def within(self, share: float) -> float:
        """The share of the houses whose price is met so closely."""
        return float(np.mean(np.abs(self.errors) <= np.log1p(share)))

    def surprises(self) -> Iterator[tuple[int, float]]:
        """Places in `rows` of houses far from their price, and the price that was expected."""
        least = max(_FAR * float(np.median(np.abs(self.errors))), _LEAST)
        order = np.argsort(-np.abs(self.errors), kind="stable")
        for at in order[np.abs(self.errors)[order] > least]:
            price = float(self.rows["price"].iloc[int(at)])
            yield int(at), price * float(np.exp(self.errors[int(at)]))


def baseline(houses: Frame) -> Baseline | None:
    """Price each house by a model of the others; deterministic.

    `houses` as of `frame_of` or `complete`. None with fewer than `TRAIN` + `TEST` houses that
    have a price and a living area, or without scikit-learn. Of very many a sample is taken.
    """
    rows = priced(houses)
    if len(rows) < TRAIN + TEST or not is_installed():
        return None
    dice = np.random.default_rng(0)
    rows = rows.iloc[dice.permutation(len(rows))[: MOST + MOST // 2]]
    errors, worse = np.zeros(len(rows)), dict.fromkeys(_SHUFFLED, 0.0)
    for fold in range(_FOLDS):
        tested = np.arange(len(rows)) % _FOLDS == fold
        model = Model(rows[~tested])
        errors[tested] = model.errors(rows[tested])
        for names in _SHUFFLED:
            worse[names] += _shuffled(model, rows[tested], names, dice) / _FOLDS
    middle = float(np.median(np.abs(errors))) or 1e-9
    ranked = [(names[-1], (error - middle) / middle) for names, error in worse.items()]
    ranked = sorted((one for one in ranked if one[1] > 0), key=lambda one: -one[1])
    return Baseline(rows, errors, tuple(ranked))


def _shuffled(
    model: Model, rows: Frame, names: tuple[str, ...], dice: np.random.Generator
) -> float:
    """The median error once these columns belong to other houses (Breiman, 2001)."""
    mixed, order = rows.copy(), dice.permutation(len(rows))
    for name in names:
        mixed[name] = rows[name].to_numpy()[order]
    return float(np.median(np.abs(model.errors(mixed))))
