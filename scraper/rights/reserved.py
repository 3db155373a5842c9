"""What signals reserve: the one place where they are judged."""

from __future__ import annotations

from typing import Final, Literal

from scraper.rights.options import Options
from scraper.rights.signals import (
    AI_TXT,
    DATA_MINING,
    META_ROBOTS,
    SIGNAL_ROBOTS,
    TDM_FILE,
    TDM_HEADER,
    TDM_META,
    TDM_XMP,
    USAGE_HEADER,
    USAGE_ROBOTS,
    X_ROBOTS_TAG,
    Signals,
)

What = Literal["search", "page", "photos", "photo"]
"""A search page, of which only links are followed; a house page; the photos that a page shows; a
photo by what it says itself."""

_TAGS: Final = (X_ROBOTS_TAG, META_ROBOTS)
_ALL: Final = frozenset({"noai"})
_OF_PHOTOS: Final = frozenset({"noimageai", "noimageindex"})
_NO_INDEX: Final = frozenset({"noindex", "none"})
_SAID: Final = {
    USAGE_HEADER: ("train-ai=n",),
    USAGE_ROBOTS: ("train-ai=n",),
    SIGNAL_ROBOTS: ("ai-train=no",),
    TDM_XMP: ("1",),
}
"""Places whose words are reservations wherever they are said."""


def reserved(signals: Signals, what: What, options: Options) -> str | None:
    """Why something must not be stored, as `reserved: PLACE: WORD`; None where it may be.

    >>> reserved({"x-robots-tag": ("noimageai",)}, "photo", Options())
    'reserved: x-robots-tag: noimageai'
    >>> reserved({"x-robots-tag": ("noimageai",)}, "page", Options())
    >>> reserved({"meta robots": ("noindex",)}, "search", Options())
    """
    if not options.honour:
        return None
    found = _by_tags(signals, what, options) or _by_preferences(signals) or _by_tdm(signals)
    return f"reserved: {found}" if found else None


def page_photos(signals: Signals) -> Signals:
    """The signals of a page that speak of the photos it shows.

    >>> page_photos({"meta robots": ("nofollow", "noimageai"), "tdm-reservation": ("0",)})
    {'meta robots': ('noimageai',)}
    """
    said = {
        place: tuple(word for word in signals.get(place, ()) if word in _OF_PHOTOS)
        for place in _TAGS
    }
    return {place: words for place, words in said.items() if words}


def _by_tags(signals: Signals, what: What, options: Options) -> str | None:
    words = set(_ALL)
    if what in ("photos", "photo"):
        words |= _OF_PHOTOS
    if what != "search" and options.noindex:
        words |= _NO_INDEX
    for place in _TAGS:
        for word in signals.get(place, ()):
            if word in words:
                return f"{place}: {word}"
    return None


def _by_preferences(signals: Signals) -> str | None:
    for place, words in _SAID.items():
        for word in signals.get(place, ()):
            if word in words:
                return f"{place}: {word}"
    for word in signals.get(DATA_MINING, ()):
        if word.startswith("DMI-PROHIBITED"):
            return f"{DATA_MINING}: {word}"
    for word in signals.get(AI_TXT, ()):
        if "Disallow:" in word:
            return word
    return None


def _by_tdm(signals: Signals) -> str | None:
    """The page's own word counts before its header's, that before the file's (final report, 6)."""
    for place in (TDM_META, TDM_HEADER, TDM_FILE):
        words = signals.get(place, ())
        if words:
            return f"{place}: {words[0]}" if words[0].startswith("1") else None
    return None
