"""The labels of a page: what each markup calls a value, and how the value is written."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from scraper.demo import shown
from scraper.demo.model import House, Markup

_TYPE_WORDS: Final = {
    "SingleFamily": ("Single Family", "SingleFamily", "Single Family", "Single Family Residence"),
    "MultiFamily": ("Multi Family", "MultiFamily", "Multi Family", "Multi-Family"),
    "VacantLand": ("Vacant Land", "VacantLand", "Vacant land", "Lot / Land"),
    "Other": ("Other", "Other", "Other", "Other"),
}
_ORDER: Final[tuple[Markup, ...]] = ("table", "dl", "list", "pairs")
STATUS_WORDS: Final[dict[str, str]] = {
    "sold": "Sold",
    "for_sale": "For sale",
    "pending": "Pending",
    "off_market": "Off market",
}
_WRITE: Final[dict[str, Callable[[Any], str]]] = {
    "status": lambda value: STATUS_WORDS[value],
    "sold_price": shown.money,
    "sold_on": shown.day,
    "listed_price": shown.money,
    "listed_on": shown.day,
    "last_sold_price": shown.money,
    "last_sold_on": shown.long_day,
    "per_sqft": shown.money,
    "hoa_monthly": lambda value: "--" if value is None else f"{shown.money(value)}/mo",
    "tax_assessed_value": shown.money,
    "annual_tax_amount": shown.money,
    "year_built": shown.text,
    "living_area_sqft": shown.area,
    "lot_size_sqft": shown.lot,
    "latitude": shown.text,
    "longitude": shown.text,
}
_COUNTS: Final = (
    "bedrooms",
    "bathrooms",
    "full_bathrooms",
    "rooms",
    "stories",
    "parking_spaces",
    "garage_spaces",
)
_OPTIONAL: Final = frozenset(("sold_price", "sold_on", "last_sold_price", "last_sold_on"))
"""Lines that never stand there with a sign for nothing: the sale simply was not."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    title: str
    lines: tuple[tuple[str, str], ...]
    """Label and value, in order."""


def groups(house: House) -> tuple[Group, ...]:
    """All labels and values of a house; every other house leaves missing ones out."""
    drop = int(house.house_id[-1]) % 2 == 0
    lines: dict[str, list[tuple[str, str]]] = {}
    for group, value, label in _labels(house.markup):
        text = _value(house, value)
        if text == "--" and (drop or value in _OPTIONAL):
            continue
        lines.setdefault(group, []).append((label, text))
    made = [Group(title, tuple(pairs)) for title, pairs in lines.items()]
    return (*made, *(Group(title, pairs) for title, pairs in house.more.items()))


def type_words(house: House) -> str:
    """The words that a markup has for a kind of home.

    >>> from scraper.demo.model import House
    >>> type_words(House(house_id="1", status="sold", street="1 A St", city="B", state="CA",
    ...     zip="94000", home_type="SingleFamily", markup="pairs"))
    'Single Family Residence'
    """
    if house.home_type is None:
        return "--"
    words = _TYPE_WORDS.get(house.home_type)
    return words[_ORDER.index(house.markup)] if words else house.home_type


def per_sqft(house: House) -> float | None:
    """Dollars a square foot of what the page shows as the price, whole."""
    price = house.sold_price or house.listed_price
    if price is None or not house.living_area_sqft:
        return None
    return float(round(price / house.living_area_sqft))


def _value(house: House, name: str) -> str:
    if name == "home_type":
        return type_words(house)
    if name == "country":
        return "United States"
    value = per_sqft(house) if name == "per_sqft" else getattr(house, name)
    if name in _COUNTS:
        return shown.number(value)
    return _WRITE.get(name, shown.text)(value)


@cache
def _labels(markup: Markup) -> tuple[tuple[str, str, str], ...]:
    """Group, name of the value and label, for the labels that a markup has."""
    text = (files("scraper.demo") / "labels.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple((row["group"], row["value"], row[markup]) for row in rows if row[markup])
