"""Facts that stand in one short text without a label: "3 bd 2 ba 1,450 sqft", "Built in 1889"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from scraper.extract.fits import fits, is_amount, kind_of
from scraper.extract.vocabulary import IGNORED, Term, fold, labels

LONGEST = 120
"""Longer texts are prose: what they count may be anything."""

_COUNTED = frozenset(
    [
        "bedrooms",
        "bathrooms",
        "full_bathrooms",
        "rooms",
        "garage_spaces",
        "parking_spaces",
        "stories",
    ]
)


def strip_facts(text: str) -> Iterator[tuple[str, str, float]]:
    """Column, value and weight of each fact in a short text.

    >>> [(column, value) for column, value, _ in strip_facts("3 bd 2.5 ba 1,450 sqft")]
    [('living_area_sqft', '1,450 sqft'), ('bedrooms', '3'), ('bathrooms', '2.5')]
    >>> [(column, value) for column, value, _ in strip_facts("750 m² de terrain")]
    [('lot_size_sqft', '750 m²')]
    >>> [(column, value) for column, value, _ in strip_facts("Built in 1889")]
    [('year_built', '1889')]
    >>> list(strip_facts("$642 / sqft")), list(strip_facts("3+ beds"))
    ([], [])
    """
    if len(text) <= LONGEST and _DIGIT.search(text):
        yield from _strip_facts(text)


@lru_cache(maxsize=8_192)
def names_area(text: str) -> bool:
    """Whether a text has an area, or may be the unit of the number before it.

    >>> [names_area(text) for text in ("m²", "Sq. Ft.", "273 m2", "2 baths", "Town 5")]
    [True, True, True, False, False]
    """
    return _AREA_UNIT.search(f"0 {text}".lower()) is not None


@lru_cache(maxsize=8_192)
def _strip_facts(text: str) -> tuple[tuple[str, str, float], ...]:
    # Menus, footers and counts are the same on every page of a site.
    return tuple(_all_facts(text))


def _all_facts(text: str) -> Iterator[tuple[str, str, float]]:
    if _AREA_UNIT.search(text.lower()):
        yield from _areas(text)
    yield from _counts(text)
    if not text[0].isdigit():
        yield from _labelled(text)


def _areas(text: str) -> Iterator[tuple[str, str, float]]:
    for found in _AREA.finditer(text):
        before, unit = text[: found.start()], fold(found[2])
        if _NOT_AREA.search(before[-12:]) or before.rstrip()[-1:] in tuple("$€£/"):
            continue
        after = fold(text[found.end() : found.end() + 22])
        is_lot = unit.startswith(("ac", "ha", "hect")) or _LOT.match(after) or _lot_before(before)
        column = "lot_size_sqft" if is_lot else "living_area_sqft"
        if _PER_TIME.match(after) or _PART.match(after) or _PART.search(fold(before)[-14:]):
            continue
        weight = 0.6 if _PARTLY.match(after) else 0.9
        yield column, f"{found[1].strip()} {found[2]}", weight


def _lot_before(before: str) -> bool:
    return _LOT.search(fold(before)[-14:]) is not None


def _counts(text: str) -> Iterator[tuple[str, str, float]]:
    counted = _counted_words()
    for found in _COUNT.finditer(text):
        words = fold(found[2]).split()
        for size in (3, 2, 1):
            term = counted.get(" ".join(words[:size])) if len(words) >= size else None
            if term is not None:
                column = "parking_spaces" if term.column == "parking" else term.column
                yield column, found[1], term.weight
                break


def _labelled(text: str) -> Iterator[tuple[str, str, float]]:
    """A known label directly followed by its number: "Baujahr 1990"."""
    found = _LEADING.match(text)
    term = labels().get(fold(found[1])) if found else None
    if found is None or term is None or term.column == IGNORED or term.weight < 0.8:
        return
    kind = kind_of(term.column)
    money = term.column in ("hoa_monthly", "annual_tax_amount") and is_amount(found[2])
    if (
        kind in ("year", "area") and found[2][0].isdigit() and fits(term.column, found[2])
    ) or money:
        yield term.column, found[2], term.weight


@cache
def _counted_words() -> dict[str, Term]:
    """The labels that may follow a count, abbreviations and their plural forms included."""
    return {
        word: term
        for word, term in labels().items()
        if (term.column in _COUNTED and term.weight >= 0.7) or word == "parking"
    }


_DIGIT = re.compile(r"\d")
_AREA = re.compile(
    r"(?i)(?<![\w.,/])(\d{1,3}(?:[.,'\s]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)\s*"
    r"(sq\.?\s?ft\.?|sqft|square feet|square foot|ft²|ft2|m²|m2|sqm|sq\.?\s?m\b|mq|qm|acres?\b"
    r"|ac\b|ha\b|hectares?|sq\.?\s?yd|sq\.? yards)"
)
_AREA_UNIT = re.compile(r"\d\s?(?:sq|m²|m2|mq|qm|ac|ha|he|ft)")
"""What every area has: units that `_AREA` knows, in lower case, with their number before them."""
_COUNT = re.compile(
    r"(?<![\d.,/$€£+])(\d{1,2}(?:[.,]\d{1,2})?(?:\s?½)?)\s*-?\s*"
    r"([^\W\d_]{1,15}\.?(?:\s[^\W\d_]{1,12}){0,2})"
)
_LEADING = re.compile(r"^([^\d:$€£₹]{3,30}?)\s*:?\s*((?:[A-Z]{1,3}\$?\s?|[$€£₹]\s?)?\d[^:]{0,25})$")
_PART = re.compile(
    r"(?:de )?(?:terra[cz]|terras\b|balc|jardin|garden|garten|giardin|tuin|patio|garage|basement"
    r"|cellar|keller|sotano|bodega|cantina|trastero|office|pool|deck|porch|util\.? de terraza)"
)
"""Words of an area that is only a part of the house or of its plot."""
_PARTLY = re.compile(r"(?:tot|util|useful|net\b|nett|super)")
"""Words of an area that is counted otherwise than the floor area."""
_LOT = re.compile(
    r"(?:lot|lote|land|plot|site|erf|stand|de terrain|terrain|de parcela|parcela|de terreno|terreno"
    r"|di terreno|grundstuck|perceel|solar|block)\b"
)
_PER_TIME = re.compile(r"^(?:/(?! ?\d)|year|ano|an\b|anno|per)")
_NOT_AREA = re.compile(r"(?i)(?:kwh|co2|per|/)\s*$")
