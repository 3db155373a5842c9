"""What a crawl of the site must give back: the rows of the table `houses`, from the houses."""

from __future__ import annotations

from typing import Final

from scraper.demo.model import House, School
from scraper.schema import Row

_SAME: Final = (
    "house_id",
    "status",
    "city",
    "state",
    "zip",
    "county",
    "latitude",
    "longitude",
    "home_type",
    "sold_price",
    "listed_price",
    "last_sold_price",
    "tax_assessed_value",
    "annual_tax_amount",
    "hoa_monthly",
    "sold_on",
    "listed_on",
    "last_sold_on",
    "bedrooms",
    "bathrooms",
    "full_bathrooms",
    "rooms",
    "stories",
    "parking_spaces",
    "garage_spaces",
    "living_area_sqft",
    "lot_size_sqft",
    "year_built",
    "heating",
    "cooling",
    "parking",
    "flooring",
    "appliances",
    "parcel_number",
    "region",
    "description",
)
"""Columns that a house has under the same name and in the same unit."""


def row(house: House, site: str, root: str, photo_root: str) -> Row:
    """The row that a crawl must store for a house; null columns are there as None.

    Sold and off-market houses have the sale that the page names in `sold_*`. What was asked for
    stands in `listed_*`, and a sale before that listing in `last_sold_*`, for sold, pending and
    offered houses alike.
    """
    out: Row = {name: getattr(house, name) for name in _SAME}
    out |= {
        "site": site,
        "url": house_url(house.house_id, root),
        "address": house.street,
        "country": "US",
        "currency": "USD",
        "price_kind": None if house.listed_price is None else "exact",
        "photo_count": len(house.photos),
        "photo_urls": [photo_url(house.house_id, photo.name, photo_root) for photo in house.photos],
        "price_history": [
            {"date": event.on, "event": event.event, "price": event.price}
            for event in reversed(house.history)
        ],
    }
    for level in ("Elementary", "Middle", "High"):
        first = next((school for school in house.schools if school.level == level), None)
        out |= _school(level.lower(), first)
    return out


def house_url(house_id: str, root: str) -> str:
    """Address of a house page.

    >>> house_url("12", "http://127.0.0.1:8000")
    'http://127.0.0.1:8000/house/12'
    """
    return f"{root}/house/{house_id}"


def photo_url(house_id: str, name: str, photo_root: str) -> str:
    """Address of a photo in its largest size."""
    return f"{photo_root}/photo/{house_id}/large/{name}"


def _school(level: str, school: School | None) -> Row:
    return {
        f"{level}_school": school and school.name,
        f"{level}_school_score": school and school.rating,
        f"{level}_school_distance": school and school.distance,
    }
