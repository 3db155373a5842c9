"""The layer of the page's head: OpenGraph, place and geo tags, title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from scraper.extract.document import Document
from scraper.extract.fits import fits, is_money, status_of
from scraper.extract.strips import strip_facts
from scraper.facts import Fact
from scraper.parse.home_type import parse_home_type

_PLACES: Final = {
    "place:location:latitude": ("latitude", 0.8),
    "place:location:longitude": ("longitude", 0.8),
    "og:latitude": ("latitude", 0.8),
    "og:longitude": ("longitude", 0.8),
    "og:street-address": ("address", 0.8),
    "og:street_address": ("address", 0.8),
    "og:locality": ("city", 0.8),
    "og:region": ("state", 0.8),
    "og:postal-code": ("zip", 0.8),
    "og:postal_code": ("zip", 0.8),
    "og:country-name": ("country", 0.7),
    "geo.region": ("state", 0.4),
    "geo.placename": ("city", 0.5),
    "product:price:amount": ("price", 0.8),
    "og:price:amount": ("price", 0.8),
    "product:price:currency": ("currency", 0.8),
    "og:price:currency": ("currency", 0.8),
    "og:description": ("description", 0.3),
    "description": ("description", 0.2),
}
"""Names from https://ogp.me, the Facebook object types `place` and `product`, and geo tags."""
_ENDINGS: Final = {
    ":address": ("address", 0.7),
    ":beds": ("bedrooms", 0.8),
    ":bedrooms": ("bedrooms", 0.8),
    ":baths": ("bathrooms", 0.8),
    ":bathrooms": ("bathrooms", 0.8),
    ":price": ("price", 0.7),
}
"""Ends of a site's own property names: `site:address`, `og:site:beds`."""
_TITLES: Final = ("og:title", "og:description", "description", "twitter:title")


def read(document: Document) -> Iterator[Fact]:
    """What the head of the page says."""
    metas = document.metas
    for name, (column, sure) in _PLACES.items():
        if name in metas and fits(column, metas[name]):
            yield Fact(column, metas[name], f"meta:{name}", sure)
    for suffix, (column, sure) in _ENDINGS.items():
        for name, content in metas.items():
            if name.endswith(suffix) and name not in _PLACES and fits(column, content):
                yield Fact(column, content, f"meta:{name}", sure)
    yield from _position(metas)
    yield from _country(document)
    yield from _path(document)
    texts = [("title", document.title)] + [(f"meta:{n}", metas[n]) for n in _TITLES if n in metas]
    for name, text in texts:
        yield from _sentence(name, text[:300])


def _country(document: Document) -> Iterator[Fact]:
    """The country of the site's domain, else of the page's locale: the house's, most likely."""
    host = urlsplit(document.canonical or document.url).hostname or ""
    ending = host.rsplit(".", 1)[-1]
    if len(ending) == 2 and ending not in _GENERIC:
        yield Fact("country", "GB" if ending == "uk" else ending.upper(), "url", 0.5)
    locales = {"meta:og:locale": document.metas.get("og:locale", ""), "lang": document.language}
    for name, locale in locales.items():
        # `en-US` is what templates of any country are written in.
        if len(locale) == 5 and locale[2] in "_-" and locale.lower()[:2] + locale[3:] != "enUS":
            yield Fact("country", locale[3:].upper(), name, 0.4)


def _path(document: Document) -> Iterator[Fact]:
    """The kind of home that the address of the page names: `/vente-maison-nantes/`."""
    steps = urlsplit(document.canonical or document.url).path.split("/")[2:]
    words = " ".join(_NO_WORD.sub(" ", step) for step in steps)
    if parse_home_type(words[:150]):
        yield Fact("home_type", words[:150], "url", 0.2)


def _position(metas: dict[str, str]) -> Iterator[Fact]:
    for name in ("geo.position", "icbm"):
        found = _POSITION.match(metas.get(name, ""))
        if found is not None:
            yield Fact("latitude", found[1], f"meta:{name}", 0.75)
            yield Fact("longitude", found[2], f"meta:{name}", 0.75)


def _sentence(name: str, text: str) -> Iterator[Fact]:
    """Facts inside a title or a description."""
    seen = set()
    for part in _PARTS.split(text):
        for column, value, weight in strip_facts(part.strip()):
            if column not in seen:
                seen.add(column)
                yield Fact(column, value, name, 0.5 * weight)
    amounts = [found[0] for found in _AMOUNT.finditer(text)]
    if len(set(amounts)) == 1 and is_money(amounts[0]):
        yield Fact("price", amounts[0], name, 0.5)
    if name in ("title", "meta:og:title") and parse_home_type(text[:120]):
        yield Fact("home_type", text[:120], name, 0.4)
    if name in ("title", "meta:og:title"):
        status = status_of(text[:80])
        if status is not None:
            yield Fact("status", status, name, 0.45)
    elif _OFFERED.search(text[:80]):
        yield Fact("status", "for_sale", name, 0.3)


_NO_WORD = re.compile(r"[\W\d_]+")
_PARTS = re.compile(r"[|•·,;]\s|\s[\u2013-]\s")
_GENERIC = frozenset(["io", "co", "me", "tv", "ai", "cc", "ws", "to", "ly", "fm", "gg", "sh"])
"""Country domains that sites of any country use."""
_OFFERED = re.compile(r"(?i)\bfor sale (?:at|in)\b")
_POSITION = re.compile(r"^\s*(-?\d+\.\d+)\s*[;,]\s*(-?\d+\.\d+)\s*$")
_AMOUNT = re.compile(
    r"(?:(?:US|A|C|NZ)?[$€£]\s?\d[\d.,]*\d(?:\s\d{3})*|(?<!\S)R\s\d{1,3}(?:\s\d{3})+"
    r"|\d{1,3}(?:[.,\s]?\d{3})+\s?[€£$])(?!\s?/|\s?per|\d)"
)
