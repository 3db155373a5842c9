"""A page parsed once: its elements and runs of text in order, shared by all layers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from typing import cast
from urllib.parse import urljoin, urlsplit

from lxml import etree

from scraper.page import Page

Element = etree._Element
Table = list[list[str]]
"""Rows of cells, the header first."""

_SKIPPED = frozenset(
    [
        "style",
        "svg",
        "template",
        "iframe",
        "object",
        "canvas",
        "select",
        "datalist",
        "textarea",
        "audio",
        "math",
    ]
)
_NONE: Mapping[str, str] = MappingProxyType({})
_GLUED = frozenset(("sup", "sub", "wbr"))
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_APART = frozenset(
    ("a", "img", "source", "meta", "title", "link", "script", *_HEADINGS, *_SKIPPED, *_GLUED)
)
"""Tags of elements that are more than their text."""
_ROOTED = re.compile(
    r"/(?:[\w%~+=&,@:.-]+(?:/[\w%~+=&,@:.-]+)*/?)?(?:\?[\w%~+=&,@:./-]+)?", re.ASCII
)
"""An address that needs only its page's origin before it, if it has no steps up in it."""


@dataclass(slots=True)
class Document:
    """A parsed page. Elements and runs are numbered in document order."""

    url: str
    """Address that links are relative to."""
    root: Element
    elements: list[Element] = field(default_factory=list)
    attributes: list[Mapping[str, str]] = field(default_factory=list)
    """Attributes of each element: what a layer asks for again and again is read once."""
    parents: list[int] = field(default_factory=list)
    """Number of each element's parent; -1 for the root."""
    ends: list[int] = field(default_factory=list)
    """Number of the first element after each element's subtree."""
    texts: list[str] = field(default_factory=list)
    """The runs: texts between two tags, white space tidied."""
    owners: list[int] = field(default_factory=list)
    """Number of the element that each run stands in."""
    first_runs: list[int] = field(default_factory=list)
    """Number of the first run at or after each element's start."""
    end_runs: list[int] = field(default_factory=list)
    """Number of the first run after each element's end."""
    headings: list[tuple[int, int]] = field(default_factory=list)
    """Element and level of each heading."""
    images: list[int] = field(default_factory=list)
    """Elements that may show a picture: img, source, and links to one."""
    links: list[int] = field(default_factory=list)
    """Elements `a` with an address."""
    scripts: list[Element] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    """Name or property of each meta tag to its content, the first of each."""
    title: str = ""
    canonical: str = ""
    language: str = ""
    """Language of the page, as `en` or `en-AU`; where pages of several exist, of the first one."""
    has_items: bool = False
    """Whether the page has microdata or RDFa."""
    lowered: str = ""
    """All runs in small letters, a line each, once they were asked for."""
    starts: list[int] = field(default_factory=list)
    """Where each line of them begins, and where the text ends."""
    regions: bytearray = field(default_factory=bytearray)
    """Region of each element: 0 the house's own, else a value of `belongs.Region`."""

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
        if _ROOTED.fullmatch(address) and "/." not in address and (origin := _origin(self.url)):
            return origin + address
        try:
            return urljoin(self.url, address)
        except ValueError:
            return ""

    def holding(self, words: Iterable[str]) -> list[int]:
        """The runs that hold one of some words, in small letters, anywhere in them."""
        if not self.lowered:
            self.lowered = "\n".join(self.texts).lower()
            self.starts = [0, *accumulate(len(line) + 1 for line in self.lowered.split("\n"))]
        found: set[int] = set()
        for word in words:
            at = self.lowered.find(word)
            while at >= 0:
                run = bisect_right(self.starts, at) - 1
                found.add(run)
                at = self.lowered.find(word, self.starts[run + 1])
        return sorted(found)


def read(page: Page) -> Document:
    """Parse a page. Total: a page that is no HTML gives a document without text."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    text = page.text.replace("\x00", "").strip() or "<html></html>"
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        root = etree.Element("html")
    document = Document(page.final_url or page.url, root)
    document.has_items = "itemprop=" in text or "typeof=" in text
    document.language = (root.get("lang") or "").strip()
    walk = _Walk(document)
    walk.run()
    document.language = walk.first_language() or document.language
    base = root.find(".//base[@href]")
    if base is not None:
        document.url = document.absolute(str(base.get("href"))) or document.url
    document.regions = bytearray(len(document.elements))
    return document


@lru_cache(maxsize=64)
def _origin(url: str) -> str:
    """The origin of a page; "" of one that is not of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""


class _Walk:
    """The one walk over the tree that fills a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.stack: list[int] = []
        self.glue = False
        self.languages: dict[str, list[str]] = {}

    def first_language(self) -> str:
        """The language of the page that a site shows to whom it knows nothing of."""
        for address in self.languages.get("x-default", ()):
            for language, addresses in self.languages.items():
                if language != "x-default" and address in addresses:
                    return language
        return ""

    def run(self) -> None:
        """One loop, without a call for what most elements are: it is a quarter of all reading."""
        document, stack, add = self.document, self.stack, self.add
        elements, attributes, parents = document.elements, document.attributes, document.parents
        ends, end_runs = document.ends, document.end_runs
        first_runs, texts = document.first_runs, document.texts
        walker = etree.iterwalk(document.root, events=("start", "end"))
        for event, element in walker:
            if event == "end":
                number = stack.pop()
                ends[number], end_runs[number] = len(elements), len(texts)
                if stack and (tail := element.tail):
                    self.glue = element.tag in _GLUED
                    if not tail.isspace():
                        add(tail, stack[-1])
                continue
            number = len(elements)
            elements.append(element)
            items = cast("Sequence[tuple[str, str]]", element.items())
            attributes.append(dict(items) if items else _NONE)
            parents.append(stack[-1] if stack else -1)
            ends.append(0)
            first_runs.append(len(texts))
            end_runs.append(0)
            stack.append(number)
            tag = str(element.tag)
            if tag in _APART and self.enter(element, tag, number):
                walker.skip_subtree()
            elif text := element.text:
                self.glue = False
                if not text.isspace():
                    add(text, number)

    def enter(self, element: Element, tag: str, number: int) -> bool:
        """Look at an element that is more than its text; whether its inside is to be skipped."""
        if tag in _GLUED:
            self.glue = True
            self.add(element.text, self.document.parents[number])
            return True
        if tag == "script":
            self.document.scripts.append(element)
            return True
        if tag in _SKIPPED:
            return True
        self.note(element, tag, number)
        return False

    def note(self, element: Element, tag: str, number: int) -> None:
        """Remember the elements that a layer asks for."""
        document = self.document
        if tag == "a":
            if element.get("href"):
                document.links.append(number)
        elif tag in ("img", "source"):
            document.images.append(number)
        elif tag in _HEADINGS:
            document.headings.append((number, _HEADINGS[tag]))
        elif tag == "meta":
            self.note_meta(element)
        elif tag == "title":
            document.title = document.title or " ".join((element.text or "").split())
        elif tag == "link":
            self.note_link(element)

    def note_link(self, element: Element) -> None:
        document, rel = self.document, element.get("rel") or ""
        if "canonical" in rel:
            document.canonical = document.canonical or str(element.get("href") or "")
        elif language := element.get("hreflang"):
            self.languages.setdefault(language, []).append(element.get("href") or "")

    def note_meta(self, element: Element) -> None:
        name = element.get("property") or element.get("name") or ""
        content = " ".join((element.get("content") or "").split())
        if name and content:
            self.document.metas.setdefault(name.lower(), content)

    def add(self, text: str | None, owner: int) -> None:
        """Add a run, or lengthen the last one where only a glued tag stands between."""
        document = self.document
        tidy = " ".join(text.split()) if text else ""
        if not tidy or text is None:
            return
        if tidy == ":" and document.texts:
            # A cell of its own between a label and its value says that the first is a label.
            document.texts[-1] = document.texts[-1].rstrip(":") + ":"
            return
        if self.glue and document.owners and document.owners[-1] == owner:
            gap = " " if text[0].isspace() else ""
            document.texts[-1] += gap + tidy
        else:
            document.texts.append(tidy)
            document.owners.append(owner)
