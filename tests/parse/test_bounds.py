"""Values that cannot be true."""

from datetime import date

import pytest

from scraper.parse.bounds import out_of_bounds

TODAY = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"sold_price": 0.0}, {"sold_price"}),
        ({"bedrooms": -1}, {"bedrooms"}),
        ({"bedrooms": float("nan")}, {"bedrooms"}),
        ({"living_area_sqft": 5e9}, {"living_area_sqft"}),
        ({"latitude": 91.0, "longitude": 0.5}, {"latitude"}),
        ({"latitude": 0.0, "longitude": 0.0}, {"latitude", "longitude"}),
        ({"year_built": 2028}, {"year_built"}),
        ({"year_built": 900}, {"year_built"}),
        ({"sold_on": date(2026, 2, 1)}, {"sold_on"}),
        ({"bathrooms": 1.0, "full_bathrooms": 2.0}, {"full_bathrooms"}),
        ({"listed_price": 500.0, "listed_price_max": 400.0}, {"listed_price_max"}),
    ],
)
def test_what_cannot_be_is_named_with_a_reason(row, columns):
    found = out_of_bounds(row, today=TODAY)
    assert set(found) == columns
    assert all(found.values())


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"sold_price": 1_475_000.0, "bedrooms": 0, "living_area_sqft": 2298.0},
        {"year_built": 2027, "sold_on": TODAY, "listed_on": date(1890, 1, 1)},
        {"latitude": 0.0, "longitude": 9.4},
        {"bathrooms": 2.5, "full_bathrooms": 2.0},
        {"bathrooms": None, "full_bathrooms": 2.0, "state": "CA", "no_column": -5},
    ],
)
def test_what_can_be_is_let_through(row):
    assert out_of_bounds(row, today=TODAY) == {}
