"""Columns that rules want and the dataset does not have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

MIN_HOUSES: Final = 5
"""Houses with a price and an area that a city has at least, for its median to say something."""
DERIVED: Final = {
    "price": ("sold_price", "listed_price"),
    "price_per_sqft": ("sold_price", "listed_price", "living_area_sqft"),
    "price_to_city": ("sold_price", "listed_price", "living_area_sqft", "city"),
    "text": ("description", "facts"),
}
"""Each to the columns that it is made of."""


def sources(columns: Iterable[str]) -> list[str]:
    """The dataset's columns that some columns, derived ones among them, are made of.

    >>> sources(["price", "year_built", "sold_price"])
    ['sold_price', 'listed_price', 'year_built']
    """
    found = (source for column in columns for source in DERIVED.get(column, (column,)))
    return list(dict.fromkeys(found))


def with_derived(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the derived columns for which they have the columns."""
    more = rows.copy()
    there = set(rows.columns)
    if there >= {*DERIVED["price"]}:
        more["price"] = rows["sold_price"].fillna(rows["listed_price"])
    if there >= {*DERIVED["price_per_sqft"]}:
        area = rows["living_area_sqft"]
        more["price_per_sqft"] = more["price"] / area.where(area > 0)
    if there >= {*DERIVED["price_to_city"]}:
        by_city = more.groupby("city", observed=True)["price_per_sqft"]
        enough = by_city.transform("count") >= MIN_HOUSES
        more["price_to_city"] = more["price_per_sqft"] / by_city.transform("median").where(enough)
    if there >= {*DERIVED["text"]}:
        facts = rows["facts"].map(_said, na_action="ignore")
        more["text"] = rows["description"].fillna("") + "\n" + facts.fillna("")
    return more


def _said(facts: dict[str, str]) -> str:
    return "\n".join(f"{label}: {value}" for label, value in facts.items())
