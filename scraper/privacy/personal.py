"""A row without personal data: what a label names, and what the texts say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from scraper.parse.tables import plain
from scraper.privacy.redact import redact
from scraper.privacy.tables import any_of, lines
from scraper.schema import TABLES, Row, columns_by_name

_OURS: Final = frozenset(
    {
        "site",
        "house_id",
        "url",
        "final_url",
        "body_sha256",
        "robots_rule",
        "usage_signals",
        "extractor_version",
        "run_id",
        "zip",
        "parcel_number",
    }
)
"""Text columns of numbers and addresses, which are no free text: a parcel is no phone."""
_QUOTING: Final = "sources", "disputed"
"""Columns that quote the page, for each column: where it was found, what else was said."""
_NUMBER: Final = re.compile(r"[A-Z]{0,4}[\s#:-]{0,2}\d[\d\s./-]*[A-Z]?", re.IGNORECASE)
_LONGEST_LABEL: Final = 32
_NUMBERED: Final = re.compile(
    r"\b(?:parcel|apn|pin|mls|id|ref|reference|referencia|riferimento|referenz|cadastral|catastral"
    r"|number|no|nr|numero|folio|account|lot|tract|zip|postal)\b"
)
"""Labels of numbers that tell one thing from another."""


@lru_cache(maxsize=16_384)
def personal_label(label: str) -> bool:
    """Whether a label announces a person, or how to reach one, in any of seven languages.

    >>> personal_label("Listing Agent:"), personal_label("Teléfono"), personal_label("Ownership")
    (True, True, False)
    >>> personal_label("Owner occupied"), personal_label("Home owners association")
    (False, False)
    """
    words = _pattern("kept").sub(" ", plain(label))
    return _pattern("personal").search(words) is not None


def without_personal(facts: Mapping[str, str], country: str | None = None) -> dict[str, str]:
    """Labels and values, personal ones left out and the others redacted.

    >>> without_personal({"Agent": "Jane Roe", "Year built": "1988", "Tour": "jane@x.example"})
    {'Year built': '1988'}

    Where a page puts the value first, a name may have been taken for the label.

    >>> without_personal({"Jane Roe": "Listing agent", "South": "Orientation"})
    {'South': 'Orientation'}
    """
    kept = {
        label: _value(label, value, country)
        for label, value in facts.items()
        if _may_stay(label, country) and not _is_label(value)
    }
    return {label: value for label, value in kept.items() if value}


@lru_cache(maxsize=16_384)
def _may_stay(label: str, country: str | None) -> bool:
    return not personal_label(label) and redact(label, country) == label


def _is_label(value: str) -> bool:
    """Whether what was taken for a value is the label of a person."""
    return len(value) < _LONGEST_LABEL and personal_label(value)


def clean_personal(row: Row) -> Row:
    """The row with the columns of the schema only, no personal data in any text of it.

    Addresses, parcel numbers, postal codes and the columns that the crawl itself writes are kept
    as they are.
    """
    country = row.get("country")
    place = country if isinstance(country, str) else None
    known, free = columns_by_name("houses"), _free_texts()
    clean: Row = {name: value for name, value in row.items() if name in known}
    for name in free & clean.keys():
        if isinstance(value := clean[name], str):
            clean[name] = redact(value, place) or None
    facts = clean.get("facts")
    if isinstance(facts, Mapping):
        clean["facts"] = without_personal(facts, place)
    for name in _QUOTING:
        said = clean.get(name)
        if isinstance(said, Mapping):
            clean[name] = {column: redact(str(text), place) for column, text in said.items()}
    history = clean.get("price_history")
    if isinstance(history, list):
        clean["price_history"] = [_event(event, place) for event in history]
    return clean


def _event(event: object, country: str | None) -> object:
    """An event of the price history, its words redacted."""
    if not isinstance(event, Mapping) or not isinstance(event.get("event"), str):
        return event
    return {**event, "event": redact(event["event"], country) or None}


def _value(label: str, value: str, country: str | None) -> str:
    """A value, as it is where its label announces a number and it is one."""
    if _numbered(label) and _NUMBER.fullmatch(value.strip()):
        return value
    return redact(value, country)


@lru_cache(maxsize=16_384)
def _numbered(label: str) -> bool:
    return _NUMBERED.search(plain(label)) is not None


@cache
def _free_texts() -> frozenset[str]:
    """Columns of free text."""
    texts = (column.name for column in TABLES["houses"] if column.kind == "text")
    return frozenset(texts) - _OURS


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    words = any_of(plain(line["words"]) for line in lines("labels") if line["kind"] == kind)
    return re.compile(rf"\b(?:{words})\b")
