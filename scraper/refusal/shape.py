"""What an answer looks like: how much a person would see of it, and what else there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from lxml import etree, html

from scraper.page import Page
from scraper.refusal.shown import plainly_shows

_TITLE: Final = re.compile(r"<title[^<>]{0,300}>([^<]{0,1000})", re.IGNORECASE)
_HEAD: Final = 512 * 1024
"""Characters from the start in which a title is looked for."""
_BEGIN: Final = 12_000
"""Characters in which nearly every house shows much already."""
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "head", "title", "meta"})
_NO_CONTENT: Final = frozenset({"script", "style", "noscript", "iframe", "link", "meta", "title"})
_DATA: Final = ("application/ld+json", "application/json")
_ENOUGH_DATA: Final = 300
"""Characters of data for machines from which on a page says something."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An answer as its rules see it."""

    title: str
    """Its title, blanks closed up."""
    seen: str
    """The text that a person sees, with that of `noscript`, blanks closed up."""
    thin: bool
    """Hardly any text and no data for machines."""
    bare: bool
    """Nothing in the body but scripts, frames and the like."""
    blank: bool
    """Not even those."""


def shape(page: Page, thin_text: int, thin_bytes: int) -> Shape:
    """The shape of an answer; of one with more bytes than a challenge has only the title."""
    if len(page.body) > thin_bytes:
        return Shape(title_of(page.text), "", thin=False, bare=False, blank=False)
    if not _is_html(page):
        text = _closed(page.text)
        return Shape("", text, thin=len(text) <= thin_text, bare=False, blank=False)
    root = _root(page.text)
    if root is None:
        return Shape("", "", thin=True, bare=True, blank=True)
    seen, hidden = _closed(" ".join(_texts(root))), _closed(" ".join(_no_script(root)))
    body = root.find("body") if root.tag == "html" else root
    content = [] if body is None else [e for e in body.iter(etree.Element) if e is not body]
    return Shape(
        title_of(page.text),
        f"{seen} {hidden}".strip(),
        thin=len(seen) <= thin_text and not _has_data(root),
        bare=not seen and all(_within_no_content(element) for element in content),
        blank=not seen and not hidden and not list(root.iter("script", "iframe", "meta", "img")),
    )


def says_much(page: Page, thin_text: int) -> bool:
    """Whether a page shows more than so many characters; looks no further than that."""
    if not _is_html(page):
        return False
    if plainly_shows(page.text, thin_text):
        return True
    begun = page.text[:_BEGIN]
    # What a comment holds is not shown, and one that is cut off might be.
    whole = begun.rfind("<!--") <= begun.rfind("-->")
    return (whole and _shows_much(begun, thin_text)) or _shows_much(page.text, thin_text)


def _shows_much(markup: str, thin_text: int) -> bool:
    root = _root(markup)
    if root is None:
        return False
    shown = -1
    for text in _texts(root):
        shown += sum(len(word) + 1 for word in text.split())
        if shown > thin_text:
            return True
    return False


def title_of(text: str) -> str:
    """The title of a page, without its entities, "" where it has none.

    >>> title_of("<html><title>\\n Just a moment&hellip; </title>")
    'Just a moment…'
    """
    found = _TITLE.search(text[:_HEAD])
    return _closed(unescape(found[1])) if found else ""


def _is_html(page: Page) -> bool:
    kind = page.headers.get("content-type", "").lower()
    return "html" in kind or (not kind and "<" in page.text[:500]) or "xml" in kind


def _root(text: str) -> etree._Element | None:
    # Elements of lxml.html would be looked up by their tags, one by one, when walked over.
    parser = etree.HTMLParser(encoding="utf-8")
    try:
        return html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, ValueError):
        return None  # nothing that could be parsed: an empty answer


def _texts(root: etree._Element) -> Iterator[str]:
    """Texts that are seen, in the page's order."""
    for element in root.iter():
        if element.text and isinstance(element.tag, str) and element.tag not in _UNSEEN:
            yield element.text
        parent = element.getparent() if element.tail else None
        if parent is not None and parent.tag not in _UNSEEN:
            yield element.tail or ""


def _no_script(root: etree._Element) -> list[str]:
    return [str(text) for element in root.iter("noscript") for text in element.itertext()]


def _has_data(root: etree._Element) -> bool:
    return any(
        len(script.text or "") >= _ENOUGH_DATA
        for script in root.iter("script")
        if (script.get("type") or "").lower() in _DATA
    )


def _within_no_content(element: etree._Element) -> bool:
    """Whether an element shows nothing, by itself or for where it stands."""
    return element.tag in _NO_CONTENT or any(
        parent.tag in _NO_CONTENT for parent in element.iterancestors()
    )


def _closed(text: str) -> str:
    return " ".join(text.split())
