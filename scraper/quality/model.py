"""Train a simple model first to test the data: what it learned has to hold for the new rows.

The course's advice (Practical Machine Learning, "Data cleaning"): a model that was trained on the
last version and fails on the new one says that the data changed, in a way that no single column
shows, as when each house has the price of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

import numpy as np

from scraper.quality.frame import Floats, Frame
from scraper.quality.limits import Limits
from scraper.quality.suspicion import Suspect, Suspicion

MISSING: Final = (
    "the model check was left out: scikit-learn is not installed (pip install scikit-learn)"
)
TRAIN, TEST, NEW = 150, 50, 40
"""Published houses that are learned from, those that the usual error is measured on, and new ones
with a price, from which on there is something to compare."""
MOST: Final = 4_000
"""Houses that are learned from at most: a second of processor time."""
_FAR: Final = 6.0
"""Times the usual error of a house that makes it a suspect, and at least threefold the price."""
_LEAST: Final = float(np.log(3))
_ITERATIONS: Final = 60
_KNOWN: Final = 4
_MIDDLES: Final = 200
"""Times that a median is taken anew to know how sure it is."""
FEATURES: Final = (
    "living_area_sqft", "lot_size_sqft", "bedrooms", "bathrooms", "year_built", "latitude",
    "longitude", "annual_tax_amount", "garage_spaces", "stories", "hoa_monthly",
)  # fmt: skip
"""Numbers that it learns from as they are."""


class Tested(NamedTuple):
    """A model of the published version on houses that it has not seen."""

    usual: Floats
    """Natural logarithm of predicted to true price, of published houses."""
    new: Floats
    """The same of new ones."""
    rows: Frame
    """The new houses."""

    @property
    def times(self) -> float:
        """How much larger the median error of the new houses is."""
        return _middle(self.new) / max(_middle(self.usual), 0.01)

    @property
    def at_least(self) -> float:
        """The same with the luck of small samples taken out: three standard errors less."""
        dice = np.random.default_rng(1)
        ours, theirs = np.abs(self.new), np.abs(self.usual)
        ours = np.median(dice.choice(ours, (_MIDDLES, len(ours))), axis=1)
        theirs = np.median(dice.choice(theirs, (_MIDDLES, len(theirs))), axis=1)
        spread = float(np.std(np.log(ours)) ** 2 + np.std(np.log(np.maximum(theirs, 0.01))) ** 2)
        return self.times * float(np.exp(-3 * np.sqrt(spread)))


def _middle(errors: Floats) -> float:
    return float(np.median(np.abs(errors)))


def is_installed() -> bool:
    """Whether scikit-learn is there."""
    return find_spec("sklearn") is not None


def tested(new: Frame, old: Frame) -> Tested | None:
    """Learn from half of the published houses, and try it on the others and on the new ones.

    None where there are too few of any, or scikit-learn is missing. New rows of houses that were
    learned from are left out, and those in places of which nothing is known. Deterministic.
    """
    published, new = priced(old), priced(new)
    dice = np.random.default_rng(0).permutation(len(published))
    cut = min(MOST, len(published) * 2 // 3)
    learned, others = published.iloc[dice[:cut]], published.iloc[dice[cut : cut + MOST]]
    new = new[~new["house_id"].isin(set(learned["house_id"]))]
    new = new[new["place"].isin(set(learned["place"]))]
    if cut < TRAIN or len(others) < TEST or len(new) < NEW or not is_installed():
        return None
    model = Model(learned)
    return Tested(model.errors(others), model.errors(new), new)


def priced(frame: Frame) -> Frame:
    """The houses that have a price and a living area."""
    return frame[(frame["price"] > 0) & (frame["living_area_sqft"] > 0)]


class Model:
    """Log price by size, age, kind, and what a square foot costs in the town."""

    def __init__(self, learned: Frame) -> None:
        # Nearly a second to load: only where it is used.
        from sklearn.ensemble import HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits

        rates = np.log(learned["price"] / learned["living_area_sqft"])
        self._all = float(rates.median())
        self._kinds = sorted(set(learned["kind"])), sorted(set(learned["home_type"].dropna()))
        self._places = _usual(rates, learned["place"])
        self._towns = _usual(rates, learned["place"] + "/" + learned["city"].fillna(""))
        self._trees: Any = HistGradientBoostingRegressor(
            loss="absolute_error", max_iter=_ITERATIONS, max_leaf_nodes=15, learning_rate=0.15,
            min_samples_leaf=10, early_stopping=False, random_state=0,
        )  # fmt: skip
        self._threads = threadpool_limits
        with threadpool_limits(1, "openmp"):
            table = self._table(learned)
            # Of a column without a value nothing can be learned, and the trees refuse it.
            self._useful = np.isfinite(table).any(axis=0)
            self._trees.fit(table[:, self._useful], np.log(learned["price"]))

    def errors(self, houses: Frame) -> Floats:
        """Natural logarithm of predicted to true price, one a house."""
        with self._threads(1, "openmp"):
            said = self._trees.predict(self._table(houses)[:, self._useful])
        return np.asarray(said - np.log(houses["price"]), dtype="float64")

    def _table(self, houses: Frame) -> Floats:
        place = houses["place"].map(self._places).fillna(self._all)
        town = (houses["place"] + "/" + houses["city"].fillna("")).map(self._towns).fillna(place)
        area = np.log(houses["living_area_sqft"])
        words = [
            houses[name].map({one: n for n, one in enumerate(known)}).astype("float64")
            for name, known in zip(("kind", "home_type"), self._kinds, strict=True)
        ]
        columns = [place, town, town + area, *words, *(houses[name] for name in FEATURES)]
        return np.column_stack([np.asarray(one, dtype="float64") for one in columns])


def _usual(rates: Frame, names: Frame) -> dict[str, float]:
    """Name to the median rate, of those with some houses."""
    groups = rates.groupby(names)
    middles = groups.median()[groups.size() >= _KNOWN]
    return {str(name): float(value) for name, value in middles.items()}


def worse(one: Tested, limits: Limits) -> Iterator[Suspicion]:
    """A finding where the model fails on the new houses."""
    if not limits.model or one.at_least <= limits.model:
        return
    far = np.abs(one.new) > _middle(one.new)
    houses = frozenset(one.rows["house_id"][far])
    yield Suspicion(
        "model",
        "price",
        f"a model of the published version is {_percent(one.new)} off for {len(one.new)} new "
        f"houses, {one.times:.1f} times as much as for others",
        f"about {_percent(one.usual)}, as for {len(one.usual)} published ones",
        lambda row: row.get("house_id") in houses,
    )


def _percent(errors: Floats) -> str:
    """The median error of a price in words.

    >>> import numpy as np
    >>> _percent(np.array([0.1, -0.1]))
    '11 %'
    """
    return f"{100 * (np.exp(_middle(errors)) - 1):.0f} %"


def model_suspects(one: Tested) -> Iterator[Suspect]:
    """New houses whose price is far from what the model says, the farthest first."""
    least = max(_FAR * _middle(one.usual), _LEAST)
    order = np.argsort(-np.abs(one.new))
    for at in order[np.abs(one.new)[order] > least]:
        row, said = one.rows.iloc[int(at)], float(one.rows["price"].iloc[int(at)])
        expected = f"about {said * float(np.exp(one.new[int(at)])):,.0f}, as a model says"
        yield Suspect(
            str(row["site"]), str(row["house_id"]), str(row["url"]), "model", "price",
            f"{said:,.0f}", expected,
        )  # fmt: skip
