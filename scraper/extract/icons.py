"""The layer of numbers whose label is an icon, a tooltip or a text for screen readers.

`<li title="Bedrooms"><i class="fa fa-bed"></i> 3</li>`, `<img alt="Lot size"> 2,400 sq ft`,
`<li aria-label="3 bedrooms">3</li>`. The words are in `words/icons.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from scraper.extract.belongs import Region
from scraper.extract.document import Document
from scraper.extract.fits import fits
from scraper.extract.opening import Opening
from scraper.extract.sieves import of_icon, own
from scraper.extract.strips import strip_facts
from scraper.extract.vocabulary import IGNORED, label_term, lines
from scraper.facts import Fact

CONFIDENCE = 0.6
_ATTRIBUTES = ("title", "aria-label", "alt", "data-original-title", "data-label")
_NAMES = ("class", "data-icon", "data-testid", "src", "href", "xlink:href")


def read(document: Document, used: Collection[int]) -> Iterator[Fact]:
    """The facts of short texts that an icon or an attribute labels; `used` runs have a label."""
    for run in own(document, of_icon):
        if run in used:
            continue
        text, columns = document.texts[run], _columns(document, run)
        if len(columns) == 1 and fits(column := columns.pop(), text):
            value = _whole(document, run, column)
            yield Fact(column, value, f"icon:{column}", CONFIDENCE)
    yield from _spoken(document)


def _columns(document: Document, run: int) -> set[str]:
    """The columns that the elements around a text, and the icons before it, name."""
    found: set[str] = set()
    for step in document.ancestors(document.owners[run]):
        if document.end_runs[step] - document.first_runs[step] > 2:
            break
        inside = range(step, min(document.ends[step], step + 8))
        for number in inside:
            if document.first_runs[number] <= run:
                found |= _named(document, number)
        if found:
            break
    return found


def _named(document: Document, number: int) -> set[str]:
    """The columns that the attributes of one element name."""
    get = document.attributes[number].get
    for name in _ATTRIBUTES:
        value = get(name)
        term = label_term(value) if value and len(value) < 40 else None
        if term is not None and term.column != IGNORED:
            return {term.column}
    words = " ".join(value for name in _NAMES if (value := get(name)) and len(value) < 120)
    if document.tags[number] == "svg":
        inside = document.element(number).iter("use")
        uses = (use.get(name) or "" for use in inside for name in _NAMES)
        words = f"{words} {' '.join(uses)}"
    return set(_icon_columns(words)) if words else set()


@lru_cache(maxsize=4096)
def _icon_columns(words: str) -> frozenset[str]:
    """The columns that the words of a class or of a picture's name stand for."""
    lowered = _CAMEL.sub(r"\1-\2", words).lower()
    return frozenset(column for column, pattern in _patterns() if pattern.search(lowered))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    words: dict[str, list[str]] = {}
    for line in lines("icons"):
        words.setdefault(line["column"], []).append(re.escape(line["word"]))
    return tuple(
        (column, re.compile(rf"(?:^|[^a-z])(?:{'|'.join(parts)})s?(?:$|[^a-z])"))
        for column, parts in words.items()
    )


def _whole(document: Document, run: int, column: str) -> str:
    """The text, with the unit that stands in the next one."""
    text = document.texts[run]
    if not column.endswith("_sqft") or not text[-1].isdigit() or run + 1 >= len(document.texts):
        return text
    behind, parent = document.owners[run + 1], document.parents[document.owners[run]]
    near = parent in (behind, document.parents[behind])
    return (
        f"{text} {document.texts[run + 1]}" if near and len(document.texts[run + 1]) < 8 else text
    )


def _spoken(document: Document) -> Iterator[Fact]:
    """What is said to those who do not see the icon: `aria-label="3 bedrooms"`."""
    for number in document.opened(said):
        if document.regions[number] == Region.OWN:
            for column, value, weight in strip_facts(document.openings[number].ask(said)):
                yield Fact(column, value, "icon:spoken", CONFIDENCE * weight)


def said(one: Opening) -> str:
    """The text with a number that an element has for those who do not see it; "" without one."""
    text = one.attributes.get("aria-label") or one.attributes.get("title") or ""
    silent = one.tag in ("button", "input") or len(text) > 40
    return "" if silent or not _DIGIT.search(text) else text


_DIGIT = re.compile(r"\d")
_CAMEL = re.compile(r"([a-z])([A-Z])")
