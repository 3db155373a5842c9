"""A page parsed once: its elements and runs of text in order, shared by all layers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml import etree

from scraper.extract.opening import Opening
from scraper.extract.script import cut, put_back
from scraper.extract.walk import Walk, Walked, elements_of
from scraper.page import Page

Element = etree._Element
Table = list[list[str]]
"""Rows of cells, the header first."""

_USUAL = 300
"""Longer addresses are pictures in themselves, and come once."""
_ROOTED = re.compile(
    r"/(?:[\w%~+=&,@:.-]+(?:/[\w%~+=&,@:.-]+)*/?)?(?:\?[\w%~+=&,@:./-]+)?", re.ASCII
)
"""An address that needs only its page's origin before it, if it has no steps up in it."""
_WHOLE = re.compile(
    r"https?://[a-zA-Z0-9.-]+(?:/[\w%~+=&,@:./!*()-]*)?(?:\?[\w%~+=&,@:./!*()-]+)?", re.ASCII
)
"""An address that stays as it is, wherever it stands."""


@dataclass(slots=True)
class Document(Walked):
    """A parsed page. Elements and runs are numbered in document order."""

    url: str
    """Address that links are relative to."""
    bare: Element
    """The parsed tree, without the texts of large scripts and styles."""
    text: str = ""
    """The page's text, where the tree lacks a part of it."""
    language: str = ""
    """Language of the page, as `en` or `en-AU`; where pages of several exist, of the first one."""
    has_items: bool = False
    """Whether the page has microdata or RDFa."""
    regions: bytearray = field(default_factory=bytearray)
    """Region of each element: 0 the house's own, else a value of `belongs.Region`."""
    meant: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The runs by what their texts alone may mean, once it was asked for: bits of `sieves`."""
    loud: list[tuple[int, Opening]] | None = None
    """The start tags, and their elements, that a test says something of, once that was asked."""
    tree: list[Element] = field(default_factory=list)
    """The elements themselves, once they were asked for."""
    single: dict[int, Element] = field(default_factory=dict)
    """Those that were asked for one by one, and what stands beside them."""

    @property
    def root(self) -> Element:
        """The parsed tree."""
        if self.text:
            self.bare, self.text, self.tree, self.single = _parsed(self.text), "", [], {}
        return self.bare

    @property
    def elements(self) -> list[Element]:
        """The elements in the parsed tree. What their tags say has been read without them."""
        if not self.tree:
            found = elements_of(self.bare)
            self.tree = [element for event, element in found if event == "start"]
        return self.tree

    def element(self, number: int) -> Element:
        """One element in the parsed tree; for a few of them cheaper than `elements`."""
        single = self.single
        single.setdefault(0, self.bare)
        above = [step for step in self.ancestors(number) if step not in single]
        for step in reversed(above):
            child = (parent := self.parents[step]) + 1
            for element in single[parent]:
                single[child], child = element, self.ends[child]
        return single[number]

    def ask(self, tests: Sequence[Callable[[Opening], object]]) -> None:
        """Make all tests that `opened` will be asked for, so that it sees few start tags."""
        loud = False
        for one in set(self.openings):
            if one.is_loud is None:
                one.is_loud = any(test(one) for test in tests)
            loud = loud or one.is_loud
        numbered = enumerate(self.openings) if loud else ()
        self.loud = [(n, one) for n, one in numbered if one.is_loud]

    def opened(self, test: Callable[[Opening], object]) -> list[int]:
        """The elements whose start tags pass a test, which is made once for equal tags."""
        numbered = enumerate(self.openings) if self.loud is None else self.loud
        return [n for n, one in numbered if one.ask(test)]

    def text_of(self, element: int, limit: int = 400) -> str:
        """The text inside an element, at most `limit` runs of it."""
        first = self.first_runs[element]
        return " ".join(self.texts[first : min(self.end_runs[element], first + limit)])

    def ancestors(self, element: int) -> Iterator[int]:
        """The element and what it stands in, innermost first."""
        while element >= 0:
            yield element
            element = self.parents[element]

    def absolute(self, address: str) -> str:
        """An address of the page made absolute; "" for one that cannot be."""
        address = address.strip()
        form = (_form if len(address) < _USUAL else _form.__wrapped__)(address)
        if form == "whole":
            return address
        if form == "rooted" and (origin := _origin(self.url)):
            return origin + address
        try:
            return urljoin(self.url, address)
        except ValueError:
            return ""


def read(page: Page) -> Document:
    """Parse a page. Total: a page that is no HTML gives a document without text."""
    text = _without_nul(page.text).strip() or "<html></html>"
    short, cuts = cut(text)
    document = _walked(page, short)
    if cuts:
        found = put_back(document.scripts, document.marks, cuts)
        if found is None:
            document = _walked(page, text)
        else:
            document.scripts, document.text = found, text
    document.has_items = "itemprop=" in short or "typeof=" in short
    base = document.bare.find(".//base[@href]") if document.has_base else None
    if base is not None:
        document.url = document.absolute(str(base.get("href"))) or document.url
    document.regions = bytearray(len(document.tags))
    return document


def _walked(page: Page, text: str) -> Document:
    """The document of a page's text."""
    document = Document(page.final_url or page.url, _parsed(text))
    walk = Walk(document)
    walk.run(document.bare)
    document.language = walk.first_language() or (document.bare.get("lang") or "").strip()
    return document


def _without_nul(text: str) -> str:
    return text.replace("\x00", "") if "\x00" in text else text


def _parsed(text: str) -> Element:
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    return etree.Element("html") if root is None else root


@lru_cache(maxsize=8192)
def _form(address: str) -> Literal["rooted", "whole", ""]:
    """Whether an address needs only an origin before it, or nothing at all."""
    if address[:1] == "/":
        return "rooted" if _ROOTED.fullmatch(address) and "/." not in address else ""
    return "whole" if _WHOLE.fullmatch(address) else ""


@lru_cache(maxsize=64)
def _origin(url: str) -> str:
    """The origin of a page; "" of one that is not of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""
