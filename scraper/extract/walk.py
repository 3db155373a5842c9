"""The one walk over a page's tree that fills a document.

The tree is written out by libxml2 and read as text: most tags of a site are the same on all its
pages, so each is taken apart once, which costs a third of asking for every element. A page whose
markup cannot be read back for certain is walked element by element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from lxml import etree

from scraper.extract.kept import Kept
from scraper.extract.opening import (
    HEADINGS,
    ODD,
    OPENED,
    SKIPPED,
    WHOLE,
    Opening,
    made,
    unescaped,
)
from scraper.extract.script import Script, is_mark

Element = etree._Element
_LEFT_OUT: Final = WHOLE - {"script"}
"""What may hold elements that are no part of the document."""
_ODD_SIGN: Final = re.compile(r"&#(?!13;|10;|9;)")
"""Control characters, which markup that is written out has lost."""


def elements_of(root: Element) -> Iterator[tuple[str, Element]]:
    """Starts and ends of the elements of a document, in its order."""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        yield event, element
        if event == "start" and element.tag in WHOLE:
            walker.skip_subtree()


Piece = tuple[Opening | None, str, str]
"""A start tag, or None for an end; the text behind it tidied, where it is no more than that; the
text as it is."""


def _piece(markup: str) -> Piece:
    """A tag without its first bracket, and the text behind it.

    >>> one, tidy, text = _piece("p>3 &amp; \\n4")
    >>> one.tag, tidy, text
    ('p', '3 & 4', '3 & \\n4')

    A piece without the other bracket is a part of a name with a bracket in it, of `<a<p>`.
    """
    tag, bracket, behind = markup.partition(">")
    odd = not bracket or ("&#" in markup and _ODD_SIGN.search(markup))
    one = ODD if odd else OPENED[tag]
    if one is not None and one.is_apart:
        return one, "", behind if one.tag in SKIPPED else unescaped(behind)
    text = unescaped(behind)
    return one, " ".join(text.split()), text


PIECES: Final = Kept(_piece, longest=400, most=1_200_000)
"""Pieces of written-out markup to what they say: most are the same on all pages of a site."""


def _is_image_link(one: Opening) -> bool:
    """Whether a start tag leads to the page's picture."""
    return one.tag == "link" and one.attributes.get("rel") == "image_src"


def _without_insides(pieces: list[Piece]) -> list[Piece]:
    """The pieces without those inside elements whose inside is not read."""
    kept: list[Piece] = []
    depth = 0
    for piece in pieces:
        one = piece[0]
        if depth:
            depth += 1 if one is not None else -1
        elif one is not None and one.is_whole:
            depth = 1
            kept.append(piece)
        if not depth:
            kept.append(piece)
    return kept


@dataclass(slots=True, kw_only=True)
class Walked:
    """What the walk finds. Elements and runs are numbered in document order."""

    openings: list[Opening] = field(default_factory=list)
    """The start tag of each element."""
    tags: list[str] = field(default_factory=list)
    """The name of each element."""
    attributes: list[Mapping[str, str]] = field(default_factory=list)
    """The attributes of each element."""
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
    scripts: list[Script] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    """The texts of scripts and styles that stand for what was cut out of the page."""
    metas: dict[str, str] = field(default_factory=dict)
    """Name or property of each meta tag to its content, the first of each."""
    title: str = ""
    canonical: str = ""
    has_base: bool = True
    """Whether the tree may hold a `base`."""
    has_image_link: bool = True
    """Whether the tree may hold a link to the page's picture."""


class Walk:
    """Fills a document."""

    def __init__(self, document: Walked) -> None:
        self.document = document
        self.stack = [-1]
        """The open elements, innermost last."""
        self.languages: dict[str, list[str]] = {}

    def run(self, root: Element) -> None:
        """Fill the document."""
        document = self.document
        markup = etree.tostring(root, encoding="unicode", with_tail=False)
        # In what libxml2 writes, both brackets stand around tags, else only in odd names.
        pieces = [*map(PIECES.__getitem__, markup.replace("/>", "></>").split("<")[1:])]
        openings = [one for one, _, _ in pieces if one is not None]
        distinct = set(openings)
        if ODD in distinct:
            self.over_elements(root)
        else:
            tags = {one.tag for one in distinct}
            document.has_base = "base" in tags
            document.has_image_link = "link" in tags and any(map(_is_image_link, distinct))
            if not _LEFT_OUT.isdisjoint(tags):
                pieces = _without_insides(pieces)
                openings = [one for one, _, _ in pieces if one is not None]
            self.over_pieces(pieces, openings)
        document.tags = [one.tag for one in document.openings]
        document.attributes = [one.attributes for one in document.openings]

    def first_language(self) -> str:
        """The language of the page that a site shows to whom it knows nothing of."""
        for address in self.languages.get("x-default", ()):
            for language, addresses in self.languages.items():
                if language != "x-default" and address in addresses:
                    return language
        return ""

    def over_elements(self, root: Element) -> None:
        """The slow way: ask for each element."""
        for event, element in elements_of(root):
            if event == "start":
                items = cast("list[tuple[str, str]]", element.items())
                self.start(made(str(element.tag), items), element.text or "")
            else:
                number = self.end()
                glued = self.document.openings[number].is_glued
                self.add(element.tail or "", self.stack[-1], glued)

    def start(self, one: Opening, text: str) -> None:
        """An element begins."""
        document, number = self.document, len(self.document.openings)
        document.openings.append(one)
        document.parents.append(self.stack[-1])
        document.ends.append(0)
        document.first_runs.append(len(document.texts))
        document.end_runs.append(0)
        self.stack.append(number)
        if one.is_link:
            document.links.append(number)
        if one.is_apart:
            self.enter(one, text, number)
        else:
            self.add(text, number)

    def end(self) -> int:
        """The last open element ends; its number."""
        document, number = self.document, self.stack.pop()
        document.ends[number] = len(document.openings)
        document.end_runs[number] = len(document.texts)
        return number

    def over_pieces(self, pieces: list[Piece], openings: list[Opening]) -> None:
        """The quick way: `start`, `end` and `add` in one loop, of tags and the texts behind."""
        document, number, owner, runs = self.document, 0, -1, 0
        document.openings = openings
        parents, ends, first_runs, end_runs = ([-1] * len(openings) for _ in range(4))
        document.parents, document.ends = parents, ends
        document.first_runs, document.end_runs = first_runs, end_runs
        texts, owners, links = document.texts, document.owners, document.links
        for one, tidy, text in pieces:
            if one is None:
                ends[owner], end_runs[owner] = number, runs
                last, owner = owner, parents[owner]
            else:
                parents[number], first_runs[number] = owner, runs
                last = owner = number
                number += 1
                if one.is_apart:
                    self.enter(one, text, owner)
                    runs = len(texts)
                    continue
                if one.is_link:
                    links.append(owner)
            if not tidy:
                continue
            if tidy == ":" or openings[last].is_glued:
                self.add(text, owner, glued=one is None)
                runs = len(texts)
            else:
                texts.append(tidy)
                owners.append(owner)
                runs += 1

    def enter(self, one: Opening, text: str, number: int) -> None:
        """An element that is more than its text."""
        if one.is_glued:
            self.add(text, self.document.parents[number], glued=True)
        elif not one.is_whole:
            self.note(one, text, number)
            self.add(text, number)
        else:
            self.keep(one, text)

    def keep(self, one: Opening, text: str) -> None:
        """Remember a script, and what stands for a part that was cut out of the page."""
        if is_mark(text):
            self.document.marks.append(text)
        if one.tag == "script":
            get = one.attributes.get
            self.document.scripts.append(Script(text, get("type") or "", get("id") or ""))

    def note(self, one: Opening, text: str, number: int) -> None:
        """Remember the elements that a layer asks for."""
        document, tag = self.document, one.tag
        if tag in HEADINGS:
            document.headings.append((number, HEADINGS[tag]))
        elif tag in ("img", "source"):
            document.images.append(number)
        elif tag == "title":
            document.title = document.title or " ".join(text.split())
        else:
            self.note_head(tag, one.attributes.get)

    def note_head(self, tag: str, get: Callable[[str], str | None]) -> None:
        """Remember what the head of the page says."""
        if tag == "meta":
            name, content = get("property") or get("name"), " ".join((get("content") or "").split())
            if name and content:
                self.document.metas.setdefault(name.lower(), content)
        elif "canonical" in (get("rel") or ""):
            self.document.canonical = self.document.canonical or get("href") or ""
        elif language := get("hreflang"):
            self.languages.setdefault(language, []).append(get("href") or "")

    def add(self, text: str, owner: int, glued: bool = False) -> None:
        """Add a run, or lengthen the last one where only a glued tag stands between."""
        tidy = " ".join(text.split())
        if not tidy or owner < 0:
            return
        document = self.document
        if tidy == ":" and document.texts:
            # A cell of its own between a label and its value says that the first is a label.
            document.texts[-1] = document.texts[-1].rstrip(":") + ":"
        elif glued and document.owners and document.owners[-1] == owner:
            gap = " " if text[0].isspace() else ""
            document.texts[-1] += gap + tidy
        else:
            document.texts.append(tidy)
            document.owners.append(owner)
