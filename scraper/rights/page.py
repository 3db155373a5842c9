"""The signals that come with an answer: in its headers, and in a page's meta tags."""

from __future__ import annotations

from collections.abc import Mapping
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
    said = {
        X_ROBOTS_TAG: header_words(headers.get("x-robots-tag", "").split("\n"), token),
        TDM_HEADER: _said(flag([headers.get("tdm-reservation", "")])),
        TDM_POLICY: _said(headers.get("tdm-policy", "")[:_POLICY]),
        USAGE_HEADER: preferences([headers.get("content-usage", "")]),
    }
    return {place: words for place, words in said.items() if words}


def _meta_signals(text: str, token: str) -> Signals:
    tags = _metas(text, token)
    tdm = [content for name, content in tags if name == "tdm-reservation"]
    said = {
        META_ROBOTS: meta_words(tags, token),
        TDM_META: _said(flag(tdm)),
        TDM_POLICY: tuple(content[:_POLICY] for name, content in tags if name == "tdm-policy"),
    }
    return {place: words for place, words in said.items() if words}


def _metas(text: str, token: str) -> list[tuple[str, str]]:
    """Name, in lower case, and content of the meta tags, where one may be for us."""
    lower = text.lower()
    if "<meta" not in lower or not any(name in lower for name in ("robots", "tdm-", token.lower())):
        return []
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    root = etree.fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser)
    if root is None:
        return []
    return [
        (str(tag.get("name")).strip().lower(), str(tag.get("content") or "").strip())
        for tag in root.iter("meta")
        if tag.get("name")
    ]


def _said(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
