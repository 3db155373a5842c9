"""Values that cannot be true: beyond their column's bounds, or against the rest of the row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

from scraper.columns import Column
from scraper.schema import columns_by_name


def out_of_bounds(row: Mapping[str, object], *, today: date | None = None) -> dict[str, str]:
    """Each column whose value cannot be true, with the reason in words.

    Bounds are those of `schema.TABLES["houses"]`. What the row alone can prove besides: a year or
    a day that lies ahead of `today` (UTC where it is not given), more full bathrooms than
    bathrooms, the point 0, 0, the high end of a range below its low end.

    >>> out_of_bounds({"bedrooms": 3, "year_built": 1988})
    {}
    >>> out_of_bounds({"living_area_sqft": 5e9, "latitude": 95.0})
    {'living_area_sqft': '5e+09 is above 1e+06', 'latitude': '95 is above 90'}
    >>> out_of_bounds({"bathrooms": 1.0, "full_bathrooms": 2.0})
    {'full_bathrooms': '2 are more than the 1 bathrooms'}
    >>> out_of_bounds({"year_built": 2060}, today=date(2026, 1, 1))
    {'year_built': '2060 is after next year'}
    """
    now = today or datetime.now(tz=UTC).date()
    found: dict[str, str] = {}
    for check in (_beyond_bounds, _too_many_full_baths, _null_island, _ends_swapped):
        for name, reason in check(row).items():
            found.setdefault(name, reason)
    for name, reason in _ahead(row, now).items():
        found.setdefault(name, reason)
    return found


def _number(row: Mapping[str, object], name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def _beyond_bounds(row: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    columns = columns_by_name("houses")
    for name, value in row.items():
        if not isinstance(value, (int, float)) or (column := columns.get(name)) is None:
            continue
        if math.isnan(value):
            found[name] = "is no number"
        elif column.low is not None and value < column.low:
            found[name] = f"{value:g} is below {column.low:g}"
        elif column.high is not None and value > column.high:
            found[name] = f"{value:g} is above {column.high:g}"
    return found


def _too_many_full_baths(row: Mapping[str, object]) -> dict[str, str]:
    full, all_ = _number(row, "full_bathrooms"), _number(row, "bathrooms")
    if full is None or all_ is None or full <= all_:
        return {}
    return {"full_bathrooms": f"{full:g} are more than the {all_:g} bathrooms"}


def _null_island(row: Mapping[str, object]) -> dict[str, str]:
    if _number(row, "latitude") == 0 and _number(row, "longitude") == 0:
        return dict.fromkeys(("latitude", "longitude"), "0, 0 lies in the sea and means nothing")
    return {}


def _ends_swapped(row: Mapping[str, object]) -> dict[str, str]:
    low, high = _number(row, "listed_price"), _number(row, "listed_price_max")
    if low is None or high is None or high >= low:
        return {}
    return {"listed_price_max": f"{high:g} is below the low end {low:g}"}


def _ahead(row: Mapping[str, object], today: date) -> dict[str, str]:
    """Days and years that are still to come; a day of grace for the zones ahead of UTC."""
    found: dict[str, str] = {}
    for name, column in _times():
        value = row.get(name)
        if column.kind == "date" and isinstance(value, date):
            if value > today + timedelta(days=1):
                found[name] = f"{value} lies ahead"
        elif column.unit == "year" and isinstance(value, int) and value > today.year + 1:
            found[name] = f"{value} is after next year"
    return found


@cache
def _times() -> tuple[tuple[str, Column], ...]:
    """The columns of days and of years, with their names."""
    columns = columns_by_name("houses").items()
    return tuple(one for one in columns if one[1].kind == "date" or one[1].unit == "year")
