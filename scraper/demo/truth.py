"""What a crawl of the site must give back: the rows of the table `houses`, from the houses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
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
_LISTED_FOR: Final = timedelta(days=730)
"""A sale that long after a listing had another listing, or none."""
_SAME_SALE: Final = timedelta(days=90)
"""Without a listing, an entry so shortly before a sale is the same sale, entered twice."""
"""Columns that a house has under the same name and in the same unit."""


def row(house: House, site: str, root: str, photo_root: str) -> Row:
    """The row that a crawl must store for a house; null columns are there as None.

    Sold and off-market houses have the sale that the page names in `sold_*`. What was asked for
    stands in `listed_*`, and a sale before that listing in `last_sold_*`, for sold, pending and
    offered houses alike; of a sold house also where only its price history says so.
    """
    out: Row = {name: getattr(house, name) for name in _SAME}
    out |= {name: value for name, value in _before_sale(house) if out[name] is None}
    out |= {
        "site": site,
        "url": house_url(house.house_id, root),
        "address": house.street,
        "country": "US",
        "currency": "USD",
        "price_kind": None if out["listed_price"] is None else "exact",
        "photo_count": len(house.photos),
        "photo_urls": [photo_url(house.house_id, photo.name, photo_root) for photo in house.photos],
        "price_history": [
            {"date": event.on, "event": event.event, "price": event.price}
            for event in reversed(house.history)
        ],
    }
    for level in ("Elementary", "Middle", "High"):
        taught = [school for school in house.schools if school.level == level]
        out |= _school(level.lower(), min(taught, key=_miles, default=None))
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


def _before_sale(house: House) -> Iterator[tuple[str, object]]:
    """The listing that led to the sale, and the last sale before it, out of the history."""
    if house.status != "sold" or house.sold_on is None:
        return
    newest = sorted(house.history, key=lambda event: event.on, reverse=True)
    since, until = house.sold_on - _LISTED_FOR, house.sold_on
    begin = until - _SAME_SALE
    listed = [e for e in newest if e.event == "Listed for sale" and since <= e.on <= until]
    if listed:
        begin = listed[0].on
        yield from (("listed_price", listed[0].price), ("listed_on", begin))
    sold = [event for event in newest if event.event == "Sold" and event.on < begin]
    if sold:
        yield from (("last_sold_price", sold[0].price), ("last_sold_on", sold[0].on))


def _miles(school: School) -> float:
    """How far a school is; the nearest counts, an unknown distance last."""
    return float("inf") if school.distance is None else school.distance


def _school(level: str, school: School | None) -> Row:
    return {
        f"{level}_school": school and school.name,
        f"{level}_school_score": school and school.rating,
        f"{level}_school_distance": school and school.distance,
    }
