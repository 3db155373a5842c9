"""The regions of a page that are about people: the agent's card, the contact form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scraper.archive.words import Words
from scraper.extract.document import Element
from scraper.privacy.marks import DONE
from scraper.privacy.personal import personal_label

_NAMING: Final = ("class", "id", "data-testid", "data-test", "aria-label", "itemprop", "rel")
_HEADINGS: Final = frozenset(["h2", "h3", "h4", "h5", "h6", "dt", "th", "legend", "strong", "b"])
_CODE: Final = frozenset(["script", "style"])
_PARTS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_NAME: Final = re.compile(r"(?:[A-ZÀ-ÖØ-Þ][\w'’.-]+\s+){1,3}[A-ZÀ-ÖØ-Þ][\w'’.-]+")  # noqa: RUF001  # both apostrophes are met
_LARGEST: Final = 1200
"""Characters of a region: a larger one holds more than a person."""


def clear_regions(root: Element, words: Words) -> None:
    """Put marks in the place of texts in regions that are about people.

    A region is told by the names in its code (`agent-card`) or by its heading (`Listed by`). What
    the row says stays, and what announces a person; names are learned, to be found elsewhere.
    """
    for region in list(_regions(root)):
        for element in region.iter():
            if not isinstance(element.tag, str) or element.tag in _CODE:
                continue
            element.text = _cleared(element.text, words)
            if element is not region:
                element.tail = _cleared(element.tail, words)


def _regions(root: Element) -> Iterator[Element]:
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in ("html", "body", "head", "main"):
            continue
        if any(_is_named(str(element.get(name) or "")) for name in _NAMING):
            if _is_small(element):
                yield element
        elif element.tag in _HEADINGS and len(element) == 0:
            around = element.getparent()
            if around is not None and _heads(element) and _is_small(around):
                yield around


def _heads(element: Element) -> bool:
    """Whether a heading announces a person, and nothing of the house stands beside it."""
    text = " ".join((element.text or "").split())
    if not text or len(text) > 60 or not personal_label(text):
        return False
    around = element.getparent()
    others = [one for one in around if one.tag == element.tag] if around is not None else []
    return len(others) == 1


def _is_named(text: str) -> bool:
    """Whether the code's own words announce a person.

    >>> _is_named("agent-card dark"), _is_named("listingAgent"), _is_named("price-box")
    (True, True, False)
    """
    return bool(text) and personal_label(" ".join(_PARTS.split(text)))


def _is_small(element: Element) -> bool:
    size = 0
    for text in element.itertext():
        size += len(text.strip())
        if size > _LARGEST:
            return False
    return element.find(".//h1") is None


def _cleared(text: str | None, words: Words) -> str | None:
    if text is None or not any(char.isalnum() for char in text):
        return text
    tidy = " ".join(text.split())
    if words.may_stay(tidy) or personal_label(tidy):
        return text
    if _NAME.fullmatch(tidy):
        words.learn([tidy])
    return f" {DONE} "
