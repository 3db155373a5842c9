"""The signals that come with an answer: in its headers, and in a page's meta tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from scraper.page import Page
from scraper.rights.robotstags import header_words, meta_words
from scraper.rights.signals import (
    META_ROBOTS,
    TDM_HEADER,
    TDM_META,
    TDM_POLICY,
    USAGE_HEADER,
    X_ROBOTS_TAG,
    Signals,
    merged,
)
from scraper.rights.tdm import flag
from scraper.rights.usage import preferences

_POLICY: Final = 500
"""Characters of a policy's address that are kept."""
_HEADERS: Final = frozenset({"x-robots-tag", "tdm-reservation", "tdm-policy", "content-usage"})
_META: Final = re.compile(rb"<(?i:meta)")
_PLAIN: Final = re.compile(
    rb"<meta(?:[ \t\r\n]+[a-z][a-z0-9:._-]*+"
    rb"(?:[ \t\r\n]*=[ \t\r\n]*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=`]++))?)*+[ \t\r\n]*/?>",
    re.IGNORECASE,
)
"""A meta tag that every parser reads alike."""
_HERE: Final = "housecrawl-end"
"""An element that no page has."""


def page_signals(page: Page, token: str) -> Signals:
    """What a page's headers and meta tags say to a crawler with a product token.

    >>> from datetime import UTC, datetime
    >>> body = b'<meta name="robots" content="noai"><p>'
    >>> page = Page("u", "u", 200, {"x-robots-tag": "noindex"}, body, "http", datetime.now(UTC))
    >>> page_signals(page, "housecrawl")
    {'x-robots-tag': ('noindex',), 'meta robots': ('noai',)}
    """
    return merged(header_signals(page.headers, token), _meta_signals(page.text, token))


def header_signals(headers: Mapping[str, str], token: str) -> Signals:
    """What an answer's headers say; names in lower case, X-Robots-Tags one a line."""
    if _HEADERS.isdisjoint(headers):
        return {}
    said = {
        X_ROBOTS_TAG: header_words(headers.get("x-robots-tag", "").split("\n"), token),
        TDM_HEADER: _said(flag([headers.get("tdm-reservation", "")])),
        TDM_POLICY: _said(headers.get("tdm-policy", "")[:_POLICY]),
        USAGE_HEADER: preferences([headers.get("content-usage", "")]),
    }
    return {place: words for place, words in said.items() if words}


def _meta_signals(text: str, token: str) -> Signals:
    tags = _metas(text, token)
    if not tags:
        return {}
    tdm = [content for name, content in tags if name == "tdm-reservation"]
    said = {
        META_ROBOTS: meta_words(tags, token),
        TDM_META: _said(flag(tdm)),
        TDM_POLICY: tuple(content[:_POLICY] for name, content in tags if name == "tdm-policy"),
    }
    return {place: words for place, words in said.items() if words}


def _metas(text: str, token: str) -> list[tuple[str, str]]:
    """Name, in lower case, and content of the meta tags, up to the last that may be for us."""
    data = text.encode("utf-8", "replace")
    names = (b"robots", b"tdm-", token.lower().encode())
    end = _end_of_ours(data, names)
    if not end or not _has_any(data, names):
        return []
    root = _first_part(data, end) if end < len(data) else None
    if root is None:
        root = _parsed(data.replace(b"\0", b""))
    if root is None:
        return []
    return [
        (str(tag.get("name")).strip().lower(), str(tag.get("content") or "").strip())
        for tag in root.iter("meta")
        if tag.get("name")
    ]


def _end_of_ours(data: bytes, names: Iterable[bytes]) -> int:
    """Where the last meta tag that may have one of the names ends, or later; 0 without any.

    A tag in plain form without any of them is none of ours, whatever else the page is.
    """
    if b"\0" in data:  # what it parts is not parted in the parser
        return len(data) if _META.search(data) else 0
    end = 0
    for start in _META.finditer(data):
        tag = _PLAIN.match(data, start.start())
        if tag is None:
            # Those inside a tag that is open end where it does: no bracket is looked for twice.
            end = end if start.end() < end else data.find(b">", start.end()) + 1 or len(data)
        elif _has_any(tag[0], (*names, b"&#")):  # a letter may be written by its number
            end = tag.end()
    return end


def _has_any(markup: bytes, names: Iterable[bytes]) -> bool:
    lower = markup.lower()
    return any(name in lower for name in names)


def _first_part(data: bytes, end: int) -> etree._Element | None:
    """The tree of a page's beginning; None where that might be read otherwise than in the whole.

    An element of our own at its end tells that no tag, comment or script is open there.
    """
    begun = data[:end]
    if _HERE.encode() in begun.lower():
        return None
    try:
        root = _parsed(begun + f"<{_HERE}>".encode())
    except etree.XMLSyntaxError:
        return None  # a comment that hides all
    return root if root is not None and root.find(f".//{_HERE}") is not None else None


def _parsed(data: bytes) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return etree.fromstring(data, parser)


def _said(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
