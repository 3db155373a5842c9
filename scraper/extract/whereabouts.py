"""The layer of addresses: in the heading, in titles, in elements that the markup names so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from scraper.extract.belongs import Region
from scraper.extract.document import Document
from scraper.extract.fits import is_amount, status_of
from scraper.extract.opening import Opening
from scraper.facts import Fact

_MOST_RUNS = 8
"""An address is written in at most so many texts."""


def read(document: Document) -> Iterator[Fact]:
    """The addresses that a page shows without a label."""
    yield from _heading(document)
    yield from _named(document)
    yield from _titles(document)


def _heading(document: Document) -> Iterator[Fact]:
    """The address that the first heading shows, where it looks like one."""
    for number, level in document.headings:
        if level != 1 or document.regions[number] != Region.OWN:
            continue
        text = document.text_of(number, 12)
        if _is_address(text) and _ADDRESS.search(text):
            yield Fact("address", text, "heading", 0.55)
        yield from _town(text, "heading", 0.5)
        yield from _beside(document, number, text)
        return


def _beside(document: Document, heading: int, street: str) -> Iterator[Fact]:
    """The line behind the heading: the town of the street, or the place where that is kept back."""
    end = document.end_runs[heading]
    for run in range(end, min(end + 3, len(document.texts))):
        text = document.texts[run]
        if len(text) > 70 or document.regions[document.owners[run]] != Region.OWN:
            continue
        if _CODE_AND_TOWN.match(text) and not is_amount(text):
            whole = f"{street}, {text}" if _STREET.match(street) else text
            yield Fact("address", whole, "heading:next", 0.57)
            return
        if _PLACE.match(text) and status_of(text) is None:
            yield Fact("address", text, "heading:next", 0.4)
            return


def _titles(document: Document) -> Iterator[Fact]:
    """Street, town, state and code out of the page's titles."""
    titles = {"title": document.title, "meta:og:title": document.metas.get("og:title", "")}
    for name, title in titles.items():
        found = _US_ADDRESS.search(title)
        if found is None:
            yield from _town(title, name, 0.45)
            continue
        for column, part in zip(("city", "state", "zip"), found.groups()[1:], strict=True):
            yield Fact(column, part, name, 0.5)
        yield Fact("country", "US", name, 0.45)
        if found[1]:
            yield Fact("address", found[1], name, 0.5)


def _town(text: str, source: str, sure: float) -> Iterator[Fact]:
    """`Nantes (44000)`: a town with its code in brackets."""
    found = _TOWN_AND_CODE.search(text)
    if found is not None:
        yield Fact("city", found[1].strip(), source, sure)
        yield Fact("zip", found[2], source, sure)


def _named(document: Document) -> Iterator[Fact]:
    """The first texts of elements whose tag or class says that they are an address."""
    until = -1
    best: dict[float, Fact] = {}
    for number in document.opened(sureness):
        if number < until or document.regions[number] != Region.OWN:
            continue
        sure = document.openings[number].ask(sureness)
        size = document.end_runs[number] - document.first_runs[number]
        if not 0 < size <= _MOST_RUNS:
            continue
        text = _PUNCTUATION.sub(r"\1", document.text_of(number, _MOST_RUNS))
        if _is_address(text) and _WHOLE.search(text):
            until = document.ends[number]
            best.setdefault(sure, Fact("address", text, "named:address", sure))
    if best:
        yield best[max(best)]


def sureness(one: Opening) -> float:
    """How sure an element's name makes it that its text is an address."""
    if one.tag == "address":
        return 0.5
    if one.tag in _NO_ADDRESS:
        return 0.0
    get = one.attributes.get
    words = f"{get('class') or ''} {get('id') or ''} {get('data-testid') or ''}"
    return _named_sureness(words) if len(words) > 5 else 0.0


@lru_cache(maxsize=4096)
def _named_sureness(words: str) -> float:
    # The same classes stand in tags that differ by a link or a picture.
    found = _CLASS.search(words.lower())
    if found is None:
        return 0.0
    return 0.52 if found[1] else 0.42


def _is_address(text: str) -> bool:
    if not 5 < len(text) < 160 or status_of(text) is not None or _SUM.search(text):
        return False
    words = text.split()
    # A sentence has most of its words in small letters.
    return 2 * sum(word[0].islower() for word in words) <= len(words)


_NO_ADDRESS = frozenset(
    ["a", "button", "input", "form", "body", "ul", "section", "script", "style", "img", "svg"]
)
"""Elements that may be named for an address and are none."""
_CLASS = re.compile(
    r"(?:(address|adresse|direccion|indirizzo|endereco|anschrift|adres\b)"
    r"|location|localizacao|ubicacion|locality|localisation|plaats)(?!s|-?(?:label|title|map|icon))"
)
_SUM = re.compile(r"[$€£₹]\s?\d|\d\s?[$€£]|@")
_ADDRESS = re.compile(r"\d.*[^\W\d_]{2}|[^\W\d_]{3}.*,")
_WHOLE = re.compile(r"[^\W\d_]{3}.*(?:,|\b\d{4,5}\b)|^\d+[A-Za-z]? [^\W\d_]{3}|\s-\s")
_STREET = re.compile(r"^(?=.{4,60}$)(?=.*\d)[^,]*$")
_PLACE = re.compile(r"^[A-Z\u00c0-\u00de][^\d$€£:!?]{2,40},\s[A-Z\u00c0-\u00de][^\d$€£:!?]{2,40}$")
_CODE_AND_TOWN = re.compile(
    r"^(?:[A-Z]{1,2}-)?\d{4,5}(?:\s?[A-Z]{2})?,?\s[A-Z\u00c0-\u00de][^\d$€£:!?]{1,40}$"
    r"|^[A-Z\u00c0-\u00de][^\d$€£:!?,]{1,30},?\s[A-Z]{2,3},?\s\d{4,5}$"
)
_TOWN_AND_CODE = re.compile(
    r"((?:[A-Z\u00c0-\u00de][\w'\u2019-]*(?:\s(?:de|du|la|le|les|sur|sous|en|di|del|der|am))*\s)+)"
    r"\((\d{5})\)"
)
_US_ADDRESS = re.compile(
    r"(?:^|\|\s)?(\d[^,|]{3,50})?,\s*([^\W\d][^,|\d]{1,30}),\s*([A-Z]{2})\s+(\d{5})(?!\d)"
)
_PUNCTUATION = re.compile(r"\s+([,.;])")
