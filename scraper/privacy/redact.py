"""A listing's text without what names or reaches a person."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from scraper.privacy.addresses import cut_addresses
from scraper.privacy.marks import CUT, DONE
from scraper.privacy.people import cut_licences, cut_people
from scraper.privacy.phones import cut_phones

_JOINTS: Final = "at|on|or|and|by|with|via|op|unter|au|al|oder|ou|o|of|en|y|e|und"
"""Words between two cuts that say nothing without them."""
_TIDY: Final = (
    (re.compile(rf"{CUT}(?:(?:[\s,:@/&()|-]|\b(?:{_JOINTS})\b)*{CUT})+"), CUT),
    (re.compile(rf"\(\s*(?:{CUT}\s*)+\)|\[\s*(?:{CUT}\s*)+\]"), CUT),
    (re.compile(rf"(?<=[.!?])(?:\s*{CUT}\s*)+[.,;:]+"), ""),
    (re.compile(rf"(?:\s*{CUT}\s*)+(?=[,.;:!?)\]]|$)"), ""),
    (re.compile(rf"(?:^\s*)(?:{CUT}[\s,;:.-]*)+"), ""),
    (re.compile(rf"(?:\s*{CUT}\s*)+"), " "),
    (re.compile(r"([,;:])(?:\s*[,;:])+"), r"\1"),
)
_SHORT: Final = 64
"""Characters of a text that another page may well have too."""


def redact(text: str, country: str | None = None) -> str:
    """The text without phone numbers, e-mail and web addresses, licence numbers and contacts.

    `country` (ISO 3166-1 alpha-2) says how phone numbers without a country's code are written.
    A text with nothing of the kind comes back as it is; prices, areas, years, postal codes and
    the numbers of parcels and listings stay.

    >>> redact("Quiet street. Call Jane Roe at 714-536-0199 for a tour of 2,298 sqft.", "US")
    'Quiet street. for a tour of 2,298 sqft.'
    >>> redact("Sold for $1,475,000 in 1988, zip 92648")
    'Sold for $1,475,000 in 1988, zip 92648'
    """
    if len(text) < _SHORT:
        return _redacted_short(text, country)
    return _redacted(text, country)


def cut(text: str, country: str | None = None) -> str:
    """The text with a mark, U+FDD0, in the place of each thing that `redact` takes out.

    >>> cut("Call Jane Roe at 714-536-0199.", "US").replace(CUT, "*")
    '* at *.'
    """
    if CUT in text:
        text = text.replace(CUT, " ")
    found = cut_addresses(text)
    found = cut_licences(found)
    found = cut_phones(found, country)
    return cut_people(found)


def _redacted(text: str, country: str | None) -> str:
    found = cut(text, country).replace(DONE, CUT)
    return _tidied(found) if CUT in found else text


@lru_cache(maxsize=16_384)
def _redacted_short(text: str, country: str | None) -> str:
    # Labels and many values are the same on every page of a site.
    return _redacted(text, country)


def _tidied(text: str) -> str:
    """The text closed over its cuts; empty where nothing but signs is left."""
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    return text.strip() if any(map(str.isalnum, text)) else ""
