"""What a report is about: the tables of one version, and the price that its charts speak of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from scraper.quality.baseline import Baseline, baseline
from scraper.quality.frame import COLUMNS, Frame, complete
from scraper.report.standing import Standing
from scraper.report.values import Floats, numbers, texts

_PRICES = {
    "sold_price": "sold price",
    "listed_price": "listed price",
    "last_sold_price": "last sold price",
}
"""The columns that can serve as the price, the best first, and how each one is called."""


@dataclass(frozen=True)
class Price:
    """The price that the charts speak of."""

    column: str
    """The column it comes from."""
    name: str
    """How it is called in a sentence."""
    currency: str
    """ISO 4217; empty when no house names one."""
    values: Floats
    """One a house; NaN where it is missing or in another currency."""
    elsewhere: int
    """Houses left out because their price is in another currency."""

    @property
    def title(self) -> str:
        """How it is called at the start of a title."""
        return self.name.capitalize()


@dataclass(frozen=True)
class Subject:
    """Everything that the sections of a report draw from."""

    title: str
    """What the report is called."""
    houses: pd.DataFrame
    """The table `houses`, indexed from 0."""
    photos: pd.DataFrame
    """The table `photos`, indexed from 0."""
    visits: pd.DataFrame
    """The table `visits`, indexed from 0."""
    run: Mapping[str, object]
    """What is known of the run that ended last; empty when nothing is."""
    before: pd.DataFrame | None
    """The houses of the version to compare with."""
    since: str
    """How that version is called; may be empty."""
    standing: Standing
    """What is on record of the version beside its tables."""
    price: Price
    """The price that the charts speak of."""
    per_sqft: Floats
    """Price per square foot of living area, one a house, NaN where it cannot be told."""
    home_types: list[str | None]
    """Home type, one a house."""

    @cached_property
    def judged(self) -> Frame:
        """The houses as the checks of quality take them."""
        return judged(self.houses)

    @cached_property
    def baseline(self) -> Baseline | None:
        """A simple model of the price; None where there is too little to learn from."""
        return baseline(self.judged)


def judged(houses: pd.DataFrame) -> Frame:
    """A table of houses as the checks of quality take it, whichever types it was read with."""
    found = {name: houses.get(name) for name in COLUMNS}
    plain = {name: None if one is None else one.astype("object") for name, one in found.items()}
    return complete(pd.DataFrame(plain, index=houses.index, columns=list(COLUMNS)))


def subject(
    houses: pd.DataFrame,
    photos: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    title: str,
    run: Mapping[str, object] | None,
    before: pd.DataFrame | None,
    since: str = "",
    standing: Standing | None = None,
) -> Subject:
    """Everything that the sections need, from the tables as they were read."""
    houses = houses.reset_index(drop=True)
    price = _price(houses)
    area = numbers(houses, "living_area_sqft")
    area[area <= 0] = np.nan
    return Subject(
        title=title,
        houses=houses,
        photos=photos.reset_index(drop=True),
        visits=visits.reset_index(drop=True),
        run=run or {},
        before=before,
        since=since,
        standing=standing or Standing(),
        price=price,
        per_sqft=price.values / area,
        home_types=texts(houses, "home_type"),
    )


def _price(houses: pd.DataFrame) -> Price:
    """The first price column that has a value, in the currency that most of its houses use."""
    column = next((name for name in _PRICES if _positive(houses, name)), "sold_price")
    values = numbers(houses, column)
    values[values <= 0] = np.nan
    currencies = np.array([word or "" for word in texts(houses, "currency")], dtype=object)
    priced = ~np.isnan(values)
    usual = Counter(currencies[priced]).most_common(1)
    currency = usual[0][0] if usual else ""
    other = priced & (currencies != currency)
    values[other] = np.nan
    return Price(column, _PRICES[column], currency, values, int(other.sum()))


def _positive(houses: pd.DataFrame, column: str) -> bool:
    return bool(np.any(numbers(houses, column) > 0))
