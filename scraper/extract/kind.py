"""What a page is: a house, a list of houses, or neither; and what a house page lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final, Literal

from scraper.extract import document
from scraper.extract.fits import is_amount
from scraper.extract.houselink import identity, shape
from scraper.facts import Extraction
from scraper.page import Page

PageKind = Literal["house", "search", "unknown"]

ONE_OF: Final = (
    "sold_price",
    "listed_price",
    "last_sold_price",
    "living_area_sqft",
    "lot_size_sqft",
)
"""Without `required` in its site file, a house page has an address and one of these."""
WHERE: Final = ("address", "city", "zip")
"""What counts as an address: many sites keep the street back."""
_HOUSE: Final = frozenset(
    [
        "sold_price",
        "listed_price",
        "last_sold_price",
        "bedrooms",
        "bathrooms",
        "living_area_sqft",
        "lot_size_sqft",
        "year_built",
        "address",
        "home_type",
        "latitude",
        "rooms",
    ]
)
_CARDS = 4
"""So many cards with a price and a link of one form make a page a list."""


def page_kind(page: Page, extraction: Extraction) -> PageKind:
    """Whether a page shows one house, lists houses, or does neither."""
    facts = len(_HOUSE & extraction.best.keys())
    sure = sum(
        extraction.best[column].confidence >= 0.7 for column in _HOUSE & extraction.best.keys()
    )
    cards = _card_count(page)
    if cards >= _CARDS and sure < 4:
        return "search"
    if facts >= 3 and sure >= 1:
        return "house"
    return "search" if cards >= _CARDS else "unknown"


def missing(found: Mapping[str, object], required: Collection[str] = ()) -> list[str]:
    """What a house page lacks to count as read; empty for one that was.

    `found` is a row, or the best facts. With `required`, one of those columns is enough.

    >>> missing({"address": "1 Oak St", "lot_size_sqft": 900.0})
    []
    >>> missing({"lot_size_sqft": 900.0}), missing({"year_built": None}, ["year_built"])
    (['address'], ['year_built'])
    """
    if required:
        return [] if any(_has(found, column) for column in required) else list(required)
    lacking = [] if any(_has(found, column) for column in WHERE) else ["address"]
    if not any(_has(found, column) for column in ONE_OF):
        lacking += ONE_OF
    return lacking


def says_nothing(extraction: Extraction) -> bool:
    """Whether a page has no fact of a house at all: it was taken for one and is none."""
    return not _HOUSE & extraction.best.keys()


def _has(found: Mapping[str, object], column: str) -> bool:
    return found.get(column) not in (None, "")


def _card_count(page: Page) -> int:
    """Links of the commonest form that lead elsewhere and stand beside a sum of money."""
    parsed = document.read(page)
    forms: Counter[tuple[str, ...]] = Counter()
    seen: set[str] = set()
    own = {identity(parsed.url), identity(parsed.canonical)} if parsed.url else set()
    for number in parsed.links:
        address = parsed.absolute(parsed.attributes[number].get("href") or "")
        form = shape(address)
        key = identity(address)
        if form is not None and key not in seen and key not in own and _priced(parsed, number):
            seen.add(key)
            forms[form] += 1
    return max(forms.values(), default=0)


def _priced(parsed: document.Document, number: int) -> bool:
    """Whether a sum stands in the link or in a small part around it."""
    for step in list(parsed.ancestors(number))[:6]:
        first, end = parsed.first_runs[step], parsed.end_runs[step]
        if end - first > 40:
            return False
        if any(is_amount(text) for text in parsed.texts[first:end]):
            return True
    return False
