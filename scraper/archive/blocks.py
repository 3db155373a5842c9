"""The texts of a document that are read as one, whatever tags stand inside of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from scraper.extract.document import Element
from scraper.privacy.marks import DONE

_INLINE: Final = frozenset(
    ["a", "abbr", "b", "bdi", "big", "br", "cite", "em", "font", "i", "img", "label", "mark",
     "nobr", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr"]
)  # fmt: skip
_CODE: Final = frozenset(["script", "style"])


@dataclass(slots=True)
class Block:
    """Texts that follow one another within a block: where each stands, and what it says."""

    slots: list[tuple[Element, str]] = field(default_factory=list)
    """Elements, and which of their texts: `text` or `tail`."""
    starts: list[int] = field(default_factory=list)
    """Where each text begins in `text`."""
    text: str = ""
    """All of them, with a blank between two."""

    def add(self, element: Element, which: str) -> None:
        """Add a text."""
        self.slots.append((element, which))
        self.starts.append(len(self.text))
        self.text += str(getattr(element, which)) + " "

    def cut(self, start: int, end: int) -> None:
        """Put one mark in the place of a stretch; stretches are cut from the last to the first."""
        marked = False
        for (element, which), first in zip(self.slots, self.starts, strict=True):
            text = str(getattr(element, which))
            a, b = max(0, start - first), min(len(text), end - first)
            if a < b:
                setattr(element, which, text[:a] + ("" if marked else DONE) + text[b:])
                marked = True


def blocks(root: Element) -> Iterator[Block]:
    """The blocks of a document in order; a block is made before the ones after it are changed."""
    block = Block()
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if element.tag not in _INLINE and block.slots:
            yield block
            block = Block()
        which = "text" if event == "start" else "tail"
        if which == "text" and element.tag in _CODE:
            continue
        if (getattr(element, which) or "").strip():
            block.add(element, which)
    if block.slots:
        yield block
