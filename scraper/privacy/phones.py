"""Phone numbers in a text."""

from __future__ import annotations

import re
from typing import Final

from phonenumbers import SUPPORTED_REGIONS, Leniency, PhoneNumberMatcher

from scraper.privacy.marks import CUT

_DIGITS: Final = 7
"""Fewer digits in the whole text make no phone number."""
_ALONE: Final = _DIGITS + 1
"""The same of a number that nothing else tells from others."""
_EXTENSION: Final = r"(?:\s*(?:x|ext\.?|extension)\s*:?\s*\d{1,6}\b)?"
_WRITTEN: Final = re.compile(
    rf"""
    (?<![\w$€£¥#.,/-])
    (?:
        (?:\+?1[\s.-]{{0,2}})?(?:\(\s?[2-9]\d{{2}}\s?\)\s?[-.]?|[2-9]\d{{2}}\s?[-.\u2010-\u2015·/]\s?)
            \s?\d{{3}}\s?[-.\u2010-\u2015·\s]\s?\d{{4}}{_EXTENSION}(?![\w-]|[,.]\d)
      | \+\s?[1-9]\d{{0,2}}(?:[\s().\u2010-\u2015/-]{{0,3}}\d){{6,13}}{_EXTENSION}(?!\d)
      | 00\s?[1-9]\d{{0,2}}[\s.()-](?:[\s().-]{{0,2}}\d){{6,13}}{_EXTENSION}(?!\d)
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Written as only phone numbers are: 714-536-0199, (714) 536-0199, +44 20 7946 0958."""
_CUED: Final = re.compile(
    r"\b(?:call|text|phone|tel|tél|teléfono|telefono|telefon|telefoon|telefone|cell|mobile|fax"
    r"|whatsapp|handy|office|direct)\b[^\d\n.]{0,20}?(\+?\d[\d().\s/-]{5,18}\d)",
    re.IGNORECASE,
)
"""What follows a word for a phone, so that seven digits are enough."""
_OTHER_NUMBER: Final = re.compile(
    r"(?:[$€£¥]|\b(?:mls|apn|parcel|pin|id|ref|reference|referencia|référence|riferimento|permit"
    r"|lot|tract|block|folio|account|listing|zip|usd|eur|gbp|aud|zar|rs|r)\b)[^\w\n]{0,3}"
    r"(?:[^\W\d]{1,9}\b)?[^\w\n]{0,4}$",
    re.IGNORECASE,
)
"""Words right before a number that is no phone number, whatever it looks like."""
_UNIT: Final = re.compile(
    r"\s?(?:sq|m2|m²|acre|ac\b|ha\b|km|ft|feet|mi\b|usd|eur|gbp|[€£$%])", re.IGNORECASE
)


def cut_phones(text: str, country: str | None = None) -> str:
    """Put a mark in the place of every phone number.

    >>> cut_phones("call 555-0199 or (714) 536-0199 x12", "US").replace(CUT, "*")
    'call * or *'
    >>> cut_phones("parcel 714-536-0199, lots 714-1234 and 714-1235, MLS# 7145360199")
    'parcel 714-536-0199, lots 714-1234 and 714-1235, MLS# 7145360199'
    """
    if sum(map(str.isdigit, text)) < _DIGITS or text.isdigit():
        return text
    text = _WRITTEN.sub(lambda found: _cut(text, found.start(), found[0]), text)
    text = _CUED.sub(_cut_cued, text)
    return _cut_valid(text, country)


def _cut(text: str, start: int, found: str) -> str:
    return found if _OTHER_NUMBER.search(text[max(0, start - 30) : start]) else CUT


def _cut_cued(match: re.Match[str]) -> str:
    digits = sum(map(str.isdigit, match[1]))
    words = match[0][: match.start(1) - match.start()]
    if not _DIGITS <= digits <= 15 or _OTHER_NUMBER.search(words):
        return match[0]
    return words + CUT


def _cut_valid(text: str, country: str | None) -> str:
    """Cut what is a number that the country's plan has, as the phonenumbers library knows it."""
    if sum(map(str.isdigit, text)) < _DIGITS:
        return text
    region = country if country in SUPPORTED_REGIONS else "US"
    found = PhoneNumberMatcher(text, region, Leniency.VALID, min_candidate_length=_ALONE)
    for match in reversed([m for m in found if _stands_alone(text, m.start, m.end)]):
        text = text[: match.start] + CUT + text[match.end :]
    return text


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a number is no other kind of number, by its words, nor part of a longer one."""
    before, after = text[max(0, start - 30) : start], text[end : end + 8]
    if sum(map(str.isdigit, text[start:end])) < _ALONE or re.search(r"[\d,.#/-]$", before):
        return False
    return not (_OTHER_NUMBER.search(before) or _UNIT.match(after) or re.match(r"[,.-]?\d", after))
