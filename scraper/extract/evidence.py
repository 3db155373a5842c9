"""How sure each value of a row is, and what other places of the page say in its stead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scraper.extract.fits import kind_of
from scraper.facts import Extraction

COUNTS_FROM: Final = 0.4
"""Facts that are less sure than that dispute nothing."""
_NUMBERS: Final = frozenset(("money", "area", "count", "year", "date", "degrees"))
_CATEGORIES: Final = frozenset(("currency", "status", "home_type", "state", "zip", "country"))
"""Columns with short values of their own; longer texts differ in wording only."""


def confidences(extraction: Extraction, sources: Mapping[str, str]) -> dict[str, float]:
    """Column to how sure its value is, 0 to 1, for the columns of a cleaned row.

    `sources` is the row's own: a town that was split off an address is as sure as the address.
    """
    by_source = {fact.source: fact.confidence for fact in extraction.best.values()}
    found: dict[str, float] = {}
    for column, source in sources.items():
        fact = extraction.best.get(column)
        same = fact is not None and fact.source == source
        sure = fact.confidence if fact is not None and same else by_source.get(source)
        if sure is not None:
            found[column] = round(sure, 2)
    return found


def disputed(extraction: Extraction, sources: Mapping[str, str]) -> dict[str, str]:
    """Column to the other value that the page names for it, with its source in brackets."""
    found: dict[str, str] = {}
    for column in sources:
        others = extraction.others.get(column, ())
        if not others or others[0].confidence < COUNTS_FROM:
            continue
        if column in _CATEGORIES or kind_of(column) in _NUMBERS:
            found[column] = f"{str(others[0].raw)[:60]} ({others[0].source[:60]})"
    return found
