"""Under which terms the data is used: what the site files say, and what pages and photos say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from scraper.report.photo import stored_photos
from scraper.report.shown import listed
from scraper.report.subject import Subject
from scraper.report.values import host, texts
from scraper.rights.signals import LICENCE, TDM_POLICY

NOT_STATED: Final = "not stated"
_SAID_ELSEWHERE: Final = (LICENCE, TDM_POLICY)
"""Signals that have a line of their own."""


def terms(subject: Subject) -> list[tuple[str, str]]:
    """The lines of the data card, as (name, value)."""
    houses, stored = subject.houses, stored_photos(subject.photos)
    pages, photos = _signals(houses), _signals(stored)
    sites = sorted({site for site in texts(houses, "site") if site})
    said = subject.standing.terms
    rows = [
        ("Source", listed(texts(houses, "site"))),
        ("Hosts", listed([host(url) for url in texts(houses, "final_url")])),
        ("Licence", _of_sites(sites, said, "licence") or NOT_STATED),
        ("Terms of use", _of_sites(sites, said, "url") or NOT_STATED),
        ("Attribution", _of_sites(sites, said, "attribution")),
        ("Licences in photos", _licences(photos) or (NOT_STATED if len(stored) else "")),
        ("Policies that pages name", _ranked(_words(pages, (TDM_POLICY,)))),
        ("Rights signals of pages", _said(pages, "pages")),
        ("Rights signals of photos", _said(photos, "photos")),
        ("Rules of robots.txt", listed(texts(houses, "robots_rule"))),
    ]
    return [(name, value) for name, value in rows if value]


def _of_sites(sites: list[str], said: Mapping[str, Mapping[str, str]], key: str) -> str:
    """What the site files say; the site is named where there are several.

    >>> _of_sites(["a", "b"], {"a": {"licence": "CC0-1.0"}}, "licence")
    'a: CC0-1.0; b: not stated'
    """
    found = {site: said.get(site, {}).get(key, "") for site in sites}
    if not any(found.values()):
        return ""
    if len(found) == 1:
        return next(iter(found.values()))
    return "; ".join(f"{site}: {words or NOT_STATED}" for site, words in found.items())


def _signals(table: pd.DataFrame) -> list[Mapping[str, list[str]]]:
    """The signals of the rows for which they are known."""
    return [_read(text) for text in texts(table, "usage_signals") if text]


def _read(text: str) -> Mapping[str, list[str]]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(place): [str(word) for word in words] for place, words in found.items()}


def _words(signals: Iterable[Mapping[str, list[str]]], places: Iterable[str]) -> Counter[str]:
    """Word to rows that say it in one of the places."""
    wanted = set(places)
    return Counter(
        word for one in signals for place, words in one.items() if place in wanted for word in words
    )


def _licences(photos: list[Mapping[str, list[str]]]) -> str:
    found = _words(photos, (LICENCE,))
    without = sum(1 for one in photos if not one.get(LICENCE))
    return _ranked(found + Counter({NOT_STATED: without})) if found else ""


def _said(signals: list[Mapping[str, list[str]]], what: str) -> str:
    """Each signal with the rows that have it, and how many have none.

    >>> _said([{"x-robots-tag": ["noai"]}, {}, {}], "pages")
    'none on 2 pages; x-robots-tag: noai (1)'
    """
    counts = Counter(
        f"{place}: {word}"
        for one in signals
        for place, words in one.items()
        if place not in _SAID_ELSEWHERE
        for word in words
    )
    without = sum(1 for one in signals if not set(one) - set(_SAID_ELSEWHERE))
    none = [f"none on {without:,} {what}"] if without else []
    return "; ".join([*none, *([_ranked(counts)] if counts else [])])


def _ranked(counts: Counter[str]) -> str:
    return listed(list(counts.elements()))
