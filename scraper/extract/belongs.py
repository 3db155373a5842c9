"""What belongs to this house: the parts of a page that speak of something else are marked.

Told apart by headings, by words in classes and roles, by struck-out text, and by cards that link
to another house. The words are in `words/regions.csv`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from enum import IntEnum
from functools import cache, lru_cache

from scraper.extract.document import Document
from scraper.extract.houselink import OwnAddress
from scraper.extract.opening import Opening
from scraper.extract.sieves import of_heading, passing
from scraper.extract.vocabulary import fold, words_pattern


class Region(IntEnum):
    """What a part of a page speaks of."""

    OWN = 0
    """This house."""
    OTHER = 1
    """Another house."""
    MONEY = 2
    """Money that is not the house's price: calculators, estimates, rents, former prices."""
    CHROME = 3
    """Menus, advertisements, people."""
    HISTORY = 4
    """The price history."""
    TAX = 5
    """The tax history."""
    SCHOOL = 6
    """Schools."""


FOREIGN = frozenset((Region.OTHER, Region.MONEY, Region.CHROME))
"""Regions that say nothing of this house."""

_NAMES = {
    Region.OTHER: "other",
    Region.MONEY: "money",
    Region.CHROME: "chrome",
    Region.HISTORY: "history",
    Region.TAX: "tax",
    Region.SCHOOL: "school",
}
_CHROME_TAGS = frozenset(("nav", "footer", "noscript", "dialog"))
_STRUCK = frozenset(("s", "del", "strike"))
_WHOLE = frozenset(("html", "body", "main", "form", "article", "head", "title", "button", "a"))
_BARE = 7
"""Level of a text that is a heading by its words only."""
_CARD_RUNS = 30
"""A card of another house has at most so many texts."""


def mark(document: Document) -> None:
    """Fill `document.regions`."""
    _mark_headings(document)
    _mark_classes(document)
    _mark_cards(document)


@lru_cache(maxsize=2048)
def heading_region(text: str) -> Region:
    """The region that a heading opens.

    >>> heading_region("Similar homes for sale"), heading_region("Facts & features")
    (<Region.OTHER: 1>, <Region.OWN: 0>)
    """
    folded = fold(text)
    if len(folded) > 90:
        return Region.OWN
    for region, name in _NAMES.items():
        if words_pattern("heading", name).search(folded):
            return region
    return Region.OWN


@lru_cache(maxsize=4096)
def class_region(words: str) -> Region:
    """The region that the words of an element's class, id and role name."""
    lowered = words.lower().replace("_", "-").replace(" ", "-")
    found = _any_class_word().search(lowered)
    if found is None:
        return Region.OWN
    for region, name in _NAMES.items():
        if words_pattern("class", name).search(lowered):
            return region
    return Region.OWN


@lru_cache(maxsize=8192)
def key_region(key: str) -> Region:
    """The region that a JSON key, in the form of `vocabulary.key_of`, opens."""
    for region in (Region.OTHER, Region.MONEY, Region.CHROME):
        if words_pattern("key", _NAMES[region]).search(key):
            return region
    return Region.OWN


@cache
def _any_class_word() -> re.Pattern[str]:
    return re.compile("|".join(words_pattern("class", name).pattern for name in _NAMES.values()))


def _paint(document: Document, start: int, end: int, region: Region) -> None:
    """Mark elements; what speaks of another house stays so."""
    regions = document.regions
    if region is Region.OTHER:
        regions[start:end] = bytes((region,)) * (end - start)
        return
    for number in range(start, end):
        if regions[number] in (Region.OWN, Region.SCHOOL):
            regions[number] = region


def _mark_headings(document: Document) -> None:
    marks = _headings(document)
    for place, (number, level, region) in enumerate(marks):
        if region is Region.OWN:
            continue
        if level == _BARE and (part := _labelled_part(document, number, region)):
            _paint(document, part, document.ends[part], region)
            continue
        following = (other for other, rank, _ in marks[place + 1 :] if rank <= level)
        end = min(next(following, len(document.tags)), _section_end(document, number, region))
        _paint(document, number, end, region)


def _labelled_part(document: Document, number: int, region: Region) -> int:
    """The element of a number and its label behind it: `$1,121,400` `Estimate`; else 0."""
    for step in document.ancestors(document.parents[number]):
        before = document.first_runs[number] - document.first_runs[step]
        if document.end_runs[step] > document.end_runs[number] or before > 1:
            return 0
        if before == 1:
            text = document.texts[document.first_runs[step]]
            return step if region is Region.MONEY and any(c.isdigit() for c in text) else 0
    return 0


def _headings(document: Document) -> list[tuple[int, int, Region]]:
    """Headings in order with level and region; a short text that is just such words is one."""
    real = dict(document.headings)
    found = [
        (number, level, Region.OWN if level == 1 else heading_region(document.text_of(number, 6)))
        for number, level in real.items()
    ]
    for run in passing(document, of_heading):
        owner = document.owners[run]
        plain = owner not in real and document.tags[owner] not in _WHOLE
        if plain and not _in_link(document, owner):
            found.append((owner, _BARE, _bare_heading(document.texts[run])))
    return sorted(found)


@lru_cache(maxsize=4096)
def _bare_heading(text: str) -> Region:
    folded = fold(text)
    for region, name in _NAMES.items():
        if words_pattern("heading", name).fullmatch(folded):
            return region
    return Region.OWN


def _in_link(document: Document, number: int) -> bool:
    chain = [document.tags[step] for step in document.ancestors(number)][:3]
    return "a" in chain or "button" in chain or "label" in chain


def _section_end(document: Document, number: int, region: Region) -> int:
    """Where the innermost part of the page ends that holds more than the heading itself."""
    after = document.end_runs[number]
    enough = 1 if region is Region.MONEY else 3
    for step in document.ancestors(document.parents[number]):
        if document.end_runs[step] - after >= enough:
            return document.ends[step]
    return document.ends[number]


def _mark_classes(document: Document) -> None:
    titles = [number for number, level in document.headings if level == 1]
    limit = 0.6 * len(document.texts)
    for number in document.opened(region_of):
        region = document.openings[number].ask(region_of)
        if document.end_runs[number] - document.first_runs[number] > limit:
            continue
        if not _holds(titles, number, document.ends[number]):
            _paint(document, number, document.ends[number], region)


def region_of(one: Opening) -> Region:
    """The region that an element opens by its name, class, id and role."""
    if one.tag in ("html", "body", "main", "head"):
        return Region.OWN
    if one.tag in _CHROME_TAGS:
        return Region.CHROME
    if one.tag in _STRUCK:
        return Region.MONEY
    get = one.attributes.get
    words = get("class") or ""
    for name in ("id", "data-testid", "data-test", "aria-label"):
        more = get(name)
        if more is not None and len(more) < 60:
            words = f"{words} {more}"
    return class_region(words) if words else Region.OWN


def _holds(numbers: list[int], start: int, end: int) -> bool:
    """Whether one of the sorted numbers is in [start, end)."""
    place = bisect_left(numbers, start)
    return place < len(numbers) and numbers[place] < end


def _mark_cards(document: Document) -> None:
    titles = [number for number, level in document.headings if level == 1]
    own = OwnAddress(document)
    links = [
        (number, address)
        for number in document.links
        if (address := own.other_house(document.attributes[number].get("href") or ""))
    ]
    numbers = [number for number, _ in links]
    for number, address in links:
        if document.regions[number] in FOREIGN:
            continue
        card = number
        for step in document.ancestors(document.parents[number]):
            inside = links[bisect_left(numbers, step) : bisect_left(numbers, document.ends[step])]
            if any(other != address for _, other in inside):
                break
            if document.end_runs[step] - document.first_runs[step] > _CARD_RUNS:
                break
            if document.tags[step] in _WHOLE or _holds(titles, step, document.ends[step]):
                break
            card = step
            if any(char.isdigit() for char in document.text_of(step)) and len(links) == 1:
                break
        _paint(document, card, document.ends[card], Region.OTHER)
