"""The country that the money and the language of a page speak for, where nothing names it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from scraper.extract.document import Document
from scraper.facts import Fact
from scraper.parse.country import parse_country
from scraper.parse.currency import parse_currency

_SHARED: Final = frozenset(("EUR", "USD", "XOF", "XAF", "XPF", "XCD", "ANG"))
"""Currencies of several countries; all others begin with the code of their only one (ISO 4217)."""
_ALONE: Final = re.compile(r"text:[\d.,]+\s?m²|text:[\d.,]+\s?m2")
_EURO: Final = {"es": "ES", "fr": "FR", "de": "DE", "it": "IT", "pt": "PT", "nl": "NL", "el": "GR"}
"""Languages of the euro's countries, and the largest country of each."""


def by_money(facts: list[Fact], document: Document) -> list[Fact]:
    """The country by the currency's code or unmistakable sign, with the language for the euro."""
    if any(fact.column == "country" and fact.confidence >= 0.5 for fact in facts):
        return []
    named = {_code(fact) for fact in facts if fact.column in ("currency", "price", "listed_price")}
    codes = named - {None}
    if len(codes) != 1:
        return []
    code = codes.pop()
    if code == "EUR" and document.language[:2] in _EURO:
        return [Fact("country", _EURO[document.language[:2]], "currency and language", 0.3)]
    if code is None or code in _SHARED:
        return []
    found = parse_country(code[:2])
    return [Fact("country", found, "currency", 0.3)] if found else []


def bare_areas(facts: list[Fact]) -> list[Fact]:
    """The facts, an area that stands alone as the land's in Australia, where that is usual."""
    known = max(
        (f for f in facts if f.column == "country"), key=lambda f: f.confidence, default=None
    )
    if known is None or parse_country(known.raw) != "AU":
        return facts
    return [
        replace(fact, column="lot_size_sqft")
        if fact.column == "living_area_sqft" and _ALONE.fullmatch(fact.source)
        else fact
        for fact in facts
    ]


def _code(fact: Fact) -> str | None:
    """The code of a currency whose spelling no other country shares."""
    text = fact.unit if fact.unit and not isinstance(fact.raw, str) else str(fact.raw)
    sign = "".join(char for char in text if char in "$¥") or " kr" in text.lower()
    letters = any(char.isalpha() for char in text)
    if sign and not letters:
        return None
    return parse_currency(text)
