"""How many houses a search page says that its search has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from scraper.extract import document
from scraper.extract.document import Document
from scraper.extract.scripts import Json, linked_data, parse
from scraper.extract.vocabulary import fold, key_of, labels, lines
from scraper.page import Page
from scraper.parse.number import NUMBER, to_float

_LONGEST: Final = 90
"""Longer texts tell a story."""
_LARGEST: Final = 10_000_000
_CODE: Final = 5
"""Digits of a postal code: a number of houses of so many has its thousands apart."""
_DEEPEST: Final = 7


@dataclass(frozen=True, slots=True)
class Total:
    """The houses of a whole search, as its page says."""

    count: int
    at_least: bool = False
    """Whether there may be more: "1,000+ results"."""


def total_shown(page: Page, listed: int) -> Total | None:
    """The number of houses that a search page names; None where it names none.

    By a number before a word of `words/totals.csv`, or behind one that announces it, outside of
    links; else by a key of the page's JSON. A number below `listed`, the houses that the page
    itself shows, is the number of something else.
    """
    parsed = document.read(page)
    for text in _texts(parsed):
        found = total_in(text)
        if found is not None and listed <= found.count <= _LARGEST:
            return found
    count = next((one for one in _counts(parsed) if listed <= one <= _LARGEST), None)
    return Total(count) if count else None


def total_in(text: str) -> Total | None:
    """The number of houses that a text names.

    >>> total_in("Showing 1-20 of 1,234 results"), total_in("1-25 von 1.310 Treffern")
    (Total(count=1234, at_least=False), Total(count=1310, at_least=False))
    >>> total_in("1,000+ homes for sale"), total_in("Resultados: 87")
    (Total(count=1000, at_least=True), Total(count=87, at_least=False))
    >>> total_in("240 new homes"), total_in("Page 2 of 10"), total_in("3 bedroom house")
    (Total(count=240, at_least=False), None, None)
    >>> total_in("97301 homes for sale"), total_in("12 House For Sale")
    (None, None)
    >>> total_in("Only showing 500 homes. Zoom in"), total_in("Total homes for sale: 3,708")
    (None, Total(count=3708, at_least=False))
    """
    plain = fold(_blanks(_points(text)))
    for pattern in (_before(), _behind()):
        for found in pattern.finditer(plain):
            value = to_float(found["number"])
            if value is not None and value == int(value) and _is_count(found, text):
                return Total(int(value), "+" in found.group(0))
    return None


def _is_count(found: re.Match[str], text: str) -> bool:
    """Whether a number counts: "97301 homes" has a postal code, "3 house" a house's number."""
    word, between = (found.groupdict().get(name) or "" for name in ("word", "between"))
    if _ONLY.search(found.string, 0, found.start()) or labels().get(between.strip()):
        return False
    if not word or word in _announcing():
        return True
    grouped = _THOUSANDS.search(_blanks(text)) is not None
    return (grouped or len(found["number"]) < _CODE) and (int(found["number"]) == 1) == (
        word in _singular()
    )


def _points(text: str) -> str:
    """A text whose points and commas of thousands are gone, before points mean abbreviations."""
    return _THOUSANDS.sub("", text)


def _blanks(text: str) -> str:
    return _ODD_BLANK.sub(" ", text)


def _texts(parsed: Document) -> Iterator[str]:
    """Short texts outside of links, headings first; a number and the word behind it as one."""
    heads = {step for element, _ in parsed.headings for step in _inside(parsed, element)}
    later: list[str] = []
    for run, text in enumerate(parsed.texts):
        if len(text) > _LONGEST or _in_link(parsed, parsed.owners[run]):
            continue
        after = " ".join(parsed.texts[run : run + 3])
        for one in (text, after) if _SHORT.search(text) else (text,):
            if parsed.owners[run] in heads:
                yield one
            else:
                later.append(one)
    yield from later


def _inside(parsed: Document, element: int) -> range:
    return range(element, parsed.ends[element])


def _in_link(parsed: Document, element: int) -> bool:
    return any(
        parsed.tags[step] in ("a", "button", "label", "option")
        for step in parsed.ancestors(element)
    )


def _counts(parsed: Document) -> Iterator[int]:
    for script in parsed.scripts:
        text = script.text.strip()
        if "ld+json" not in script.kind and _KEY_HINT.search(text):
            yield from _in_json(parse(text), 0)
            yield from (int(found[1]) for found in _ASSIGNED.finditer(text) if _is_key(found[0]))
    for value in linked_data(parsed):
        yield from _in_json(value, 0)


def _in_json(value: Json, depth: int) -> Iterator[int]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for inner in value[:50]:
            yield from _in_json(inner, depth + 1)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, int) and not isinstance(inner, bool) and key_of(key) in _keys():
                yield inner
            elif isinstance(inner, (dict, list)):
                yield from _in_json(inner, depth + 1)


def _is_key(text: str) -> bool:
    return key_of(text.partition(":")[0]) in _keys()


@cache
def _keys() -> frozenset[str]:
    return frozenset(line["word"] for line in lines("totals") if line["kind"] == "key")


@cache
def _announcing() -> frozenset[str]:
    """Words that stand with a number of results and with nothing else."""
    return frozenset(line["word"] for line in lines("totals") if line["before"] == "1")


@cache
def _singular() -> frozenset[str]:
    return frozenset(line["word"] for line in lines("totals") if line["one"] == "1")


@cache
def _before() -> re.Pattern[str]:
    words = "|".join(line["word"] for line in lines("totals") if line["kind"] == "word")
    return re.compile(
        rf"(?<![\w$€£.,-])(?P<number>{NUMBER}) ?\+?"
        rf"(?P<between> [a-z'-]+)?? (?P<word>{words})(?![\w-])"
    )


@cache
def _behind() -> re.Pattern[str]:
    words = "|".join(line["word"] for line in lines("totals") if line["before"] == "1")
    named = rf"(?:{words}|total(?: [a-z]+){{1,4}})"
    return re.compile(rf"(?<!\w){named}(?: ?:| ?\() ?(?P<number>{NUMBER})(?![\w%])")


_ONLY = re.compile(r"\b(?:only|nur|solo|seulement|apenas|slechts)\b")
_THOUSANDS = re.compile(r"(?<=\d)[.,\u2019'\u00a0\u202f\u2009](?=\d{3}(?!\d))")
_ODD_BLANK = re.compile(r"[\u00a0\u202f\u2009]")
_SHORT = re.compile(r"^[\d.,\s\u00a0\u202f]{1,12}\+?$|[:(]$")
_KEY_HINT = re.compile(r"(?i)[\"']?(?:total|nb_?hits|result|listing|number_?of)\w*[\"']?\s*:\s*\d")
_ASSIGNED = re.compile(r"[\"']?\b\w+[\"']?\s*:\s*(\d{1,8})\b")
