"""A page of sample houses with their photos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scraper.report.photo import Picture, pictures, stored_photos
from scraper.report.section.section import Section
from scraper.report.shown import NOTHING, day, money, number, words
from scraper.report.subject import Subject
from scraper.report.values import days, numbers, texts, web_address

_MOST = 24
_TEXT = 600
"""Characters of a description that are worth their place in the file."""
_ACRE = 43_560.0
_MONEY = ("sold_price", "listed_price", "last_sold_price")
_DATES = (("sold_on", "Sold"), ("listed_on", "Listed"), ("last_sold_on", "Last sold"))


@dataclass(frozen=True, slots=True)
class Card:
    """A house as it is shown."""

    price: str
    """Its price, or that there is none."""
    price_note: str
    """Which price it is, and when."""
    kind: str
    """Home type, may be empty."""
    address: str
    """Street line, or its ID."""
    town: str
    """Town, state and zip code."""
    facts: list[tuple[str, str]]
    """Figure and its unit, the most important first."""
    text: str
    """The start of its description."""
    link: str | None
    """Its page, when that is a web address."""
    pictures: list[Picture]
    """Its photos."""


def samples(subject: Subject) -> Section:
    """The section of the report."""
    rows = _chosen(subject)
    table = subject.houses.iloc[rows].reset_index(drop=True)
    keys = _keys(table)
    photos = pictures(subject.photos, keys)
    cards = [_card(table.iloc[[at]], photos[key]) for at, key in enumerate(keys)]
    return Section(
        "houses",
        "Houses",
        "Sample houses",
        f"{len(cards)} of {len(subject.houses):,} houses, from the cheapest to the dearest in "
        "even steps, those with photos first.",
        {"cards": cards},
    )


def _keys(table: pd.DataFrame) -> list[tuple[str, str]]:
    pairs = zip(texts(table, "site"), texts(table, "house_id"), strict=True)
    return [(site or "", house or "") for site, house in pairs]


def _chosen(subject: Subject) -> list[int]:
    """Rows to show: even steps through the houses by price, those with photos first."""
    stored = stored_photos(subject.photos)
    shown = set(_keys(stored))
    pictured = np.array([key in shown for key in _keys(subject.houses)], dtype=bool)
    prices = subject.price.values
    ranked = np.argsort(np.where(np.isnan(prices), np.inf, prices), kind="stable")
    chosen = _even(ranked[pictured[ranked]], _MOST)
    chosen += _even(ranked[~pictured[ranked]], _MOST - len(chosen))
    rank = {int(row): at for at, row in enumerate(ranked)}
    return sorted(chosen, key=lambda row: rank[row])


def _even(rows: np.ndarray[tuple[int, ...], np.dtype[np.intp]], most: int) -> list[int]:
    """So many of the rows in even steps.

    >>> _even(np.arange(10), 4), _even(np.arange(2), 4), _even(np.arange(3), 0)
    ([0, 3, 6, 9], [0, 1], [])
    """
    if rows.size <= most:
        return [int(row) for row in rows]
    return [int(row) for row in rows[np.linspace(0, rows.size - 1, most).round().astype(int)]]


def _card(table: pd.DataFrame, photos: list[Picture]) -> Card:
    """The card of a table of one row."""
    price, note = _price(table)
    kind, house = texts(table, "home_type")[0], texts(table, "house_id")[0]
    place = [word for name in ("city", "state", "zip") if (word := texts(table, name)[0])]
    text = texts(table, "description")[0] or ""
    return Card(
        price=price,
        price_note=note,
        kind=words(kind) if kind else "",
        address=texts(table, "address")[0] or f"House {house or 'without an ID'}",
        town=" ".join(place),
        facts=_facts(table),
        text=text if len(text) <= _TEXT else text[:_TEXT].rsplit(" ", 1)[0] + " …",
        link=web_address(texts(table, "url")[0]),
        pictures=photos,
    )


def _price(table: pd.DataFrame) -> tuple[str, str]:
    """The best price of the house, and which one it is, with its day."""
    currency = texts(table, "currency")[0] or ""
    for column, (date, name) in zip(_MONEY, _DATES, strict=True):
        value = float(numbers(table, column)[0])
        if value > 0:
            when = day(days(table, date)[0])
            return money(value, currency), name if when == NOTHING else f"{name} {when}"
    return "No price", ""


def _facts(table: pd.DataFrame) -> list[tuple[str, str]]:
    units = {"bedrooms": "bd", "bathrooms": "ba", "living_area_sqft": "sqft"}
    facts = [
        (number(value), unit)
        for column, unit in units.items()
        if not np.isnan(value := float(numbers(table, column)[0]))
    ]
    facts += _lot(float(numbers(table, "lot_size_sqft")[0]))
    built = float(numbers(table, "year_built")[0])
    return facts if np.isnan(built) else [*facts, (f"{built:.0f}", "built")]


def _lot(sqft: float) -> list[tuple[str, str]]:
    """A lot as people speak of it: in square feet, or in acres from a quarter acre on.

    >>> _lot(43_560.0), _lot(5_000.0)
    ([('1', 'acre lot')], [('5,000', 'sqft lot')])
    """
    if np.isnan(sqft):
        return []
    if sqft < _ACRE / 4:
        return [(number(sqft, 0), "sqft lot")]
    return [(number(sqft / _ACRE, 2), "acre lot")]
