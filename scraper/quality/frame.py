"""Rows as a frame: what new rows and published ones have to have for the checks that compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scraper.quality.seen import PRICES
from scraper.schema import Row, columns_by_name

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Frame = Any
"""A pandas DataFrame: its stubs know less of it than it can."""
NUMBERS: Final = (
    "bedrooms", "bathrooms", "full_bathrooms", "rooms", "stories", "parking_spaces",
    "garage_spaces", "living_area_sqft", "lot_size_sqft", "year_built", "tax_assessed_value",
    "annual_tax_amount", "hoa_monthly", "elementary_school_score", "elementary_school_distance",
    "middle_school_score", "middle_school_distance", "high_school_score", "high_school_distance",
    "photo_count", "latitude", "longitude", *PRICES,
)  # fmt: skip
DAYS: Final = ("sold_on", "listed_on", "last_sold_on")
TEXTS: Final = (
    "site", "house_id", "url", "status", "address", "city", "state", "zip", "country", "home_type",
    "currency", "parcel_number",
)  # fmt: skip
COLUMNS: Final = (*TEXTS, *NUMBERS, *DAYS)
"""What the comparing checks look at."""


def frame_of(rows: Sequence[Row]) -> Frame:
    """Rows as a frame of `COLUMNS`: text or None, floats with NaN, days as datetime64.

    Besides: `place` and `kind` as in `Seen`, `price` the first price that there is.
    """
    found = {name: [row.get(name) for row in rows] for name in COLUMNS}
    return complete(pd.DataFrame(found, columns=list(COLUMNS)))


def complete(frame: Frame) -> Frame:
    """The same for a frame that has these columns in whatever types."""
    for name in NUMBERS:
        frame[name] = pd.to_numeric(frame[name], errors="coerce").astype("float64")
    for name in DAYS:
        frame[name] = pd.to_datetime(frame[name], errors="coerce")
    for name in TEXTS:
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    frame["place"] = frame["state"].fillna(frame["country"]).fillna("")
    land = np.where(frame["home_type"] == "VacantLand", "land", "built")
    frame["kind"] = frame["status"].fillna("unknown") + "/" + land
    price = frame[PRICES[0]]
    for name in PRICES[1:]:
        price = price.fillna(frame[name])
    frame["price"] = price
    return frame


def is_known(values: Frame) -> Flags:
    """Which values are there."""
    return np.asarray(values.notna(), dtype=bool)


def is_money(name: str) -> bool:
    """Whether a column holds money.

    >>> is_money("hoa_monthly"), is_money("bedrooms")
    (True, False)
    """
    return columns_by_name("houses")[name].kind == "money"
