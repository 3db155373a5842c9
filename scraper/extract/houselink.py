"""Which links of a house page lead to another house."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from scraper.extract.document import Document

Shape = tuple[str, ...]


@lru_cache(maxsize=4096)
def shape(url: str) -> Shape | None:
    """The form of a house's address, equal for the houses of one site; None without an ID in it.

    >>> shape("https://a.example/homes/12-Oak-St/9912_h/") == shape("/homes/7-Elm-Rd/1234_h/")
    True
    >>> shape("https://a.example/about-us")
    """
    try:
        parts = urlsplit(url)
        queries = sorted(parse_qsl(parts.query))
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    form = ["#" if _DIGIT.search(step) else "w" for step in steps]
    if steps and form[0] == "w":
        form[0] = steps[0].lower()
    if "#" in form:
        return tuple(form)
    ids = [name for name, value in queries if _DIGIT.search(value) and "id" in name.lower()]
    return (*form, *ids) if ids else None


@lru_cache(maxsize=8192)
def identity(url: str) -> str:
    """What tells one house's address from another's: path and ID, without fragment and tracking."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path.rstrip("/").lower()
    if _DIGIT.search(path):
        return path
    ids = [f"{name}={value}" for name, value in parse_qsl(parts.query) if "id" in name.lower()]
    return "?".join((path, *sorted(ids)))


@lru_cache(maxsize=8192)
def id_tokens(url: str) -> frozenset[str]:
    """Parts of an address that may be the house's ID: four characters or more, with a digit.

    >>> sorted(id_tokens("https://a.example/h/12-oak-street/0a1b2c3d4?x=99"))
    ['0a1b2c3d4']
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return frozenset()
    found = _TOKEN.findall(f"{parts.path}?{parts.query}".lower())
    return frozenset(token for token in found if len(token) > 3 and _DIGIT.search(token))


class OwnAddress:
    """The address of a page, to tell the links to other houses by."""

    def __init__(self, document: Document) -> None:
        self.url = document.canonical or document.url
        self.shape = shape(self.url)
        self.identities = (identity(self.url), identity(document.url))
        self.long_ids = {token for token in id_tokens(self.url) if len(token) > 5}

    def other_house(self, href: str) -> str:
        """The identity of the other house that a link leads to; "" where it leads elsewhere."""
        if self.shape is None:
            return ""
        form, theirs, tokens = _led(href) if len(href) < _USUAL else _led.__wrapped__(href)
        if form != self.shape or theirs in self.identities or self.long_ids & tokens:
            return ""
        return theirs


@lru_cache(maxsize=8192)
def _led(href: str) -> tuple[Shape | None, str, frozenset[str]]:
    """Shape, identity and IDs of the address that a link leads to."""
    if href[:1] in ("", "#") or not _DIGIT.search(href):
        return None, "", frozenset()
    address = href if href[0] == "/" or "://" in href[:8] else f"/{href}"
    form = shape(address)
    if form is None:
        return None, "", frozenset()
    return form, identity(address), id_tokens(href)


_USUAL = 300
"""Longer addresses come once: characters."""


_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"[a-z0-9]+")
