"""A page parsed once: its elements and runs of text in order, shared by all layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast
from urllib.parse import urljoin

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
_NOTED = frozenset(("a", "img", "source", "meta", "title", "link", *_HEADINGS))


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
        try:
            return urljoin(self.url, address.strip())
        except ValueError:
            return ""


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
        walker = etree.iterwalk(self.document.root, events=("start", "end"))
        for event, element in walker:
            if event == "end":
                self.leave(element)
            elif self.enter(element):
                walker.skip_subtree()

    def enter(self, element: Element) -> bool:
        """Take an element in; whether its inside is to be skipped."""
        document, tag = self.document, str(element.tag)
        number = len(document.elements)
        document.elements.append(element)
        items = cast("Sequence[tuple[str, str]]", element.items())
        document.attributes.append(dict(items) if items else _NONE)
        document.parents.append(self.stack[-1] if self.stack else -1)
        document.ends.append(number + 1)
        document.first_runs.append(len(document.texts))
        document.end_runs.append(len(document.texts))
        self.stack.append(number)
        if tag in _GLUED:
            self.glue = True
            self.add(element.text, document.parents[number])
            return True
        if tag == "script":
            document.scripts.append(element)
            return True
        if tag in _SKIPPED:
            return True
        if tag in _NOTED:
            self.note(element, tag, number)
        if element.text:
            self.glue = False
            self.add(element.text, number)
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

    def leave(self, element: Element) -> None:
        """Close an element, and take in the text after it."""
        document = self.document
        number = self.stack.pop()
        document.ends[number] = len(document.elements)
        document.end_runs[number] = len(document.texts)
        if element.tail and self.stack:
            self.glue = element.tag in _GLUED
            self.add(element.tail, self.stack[-1])

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
