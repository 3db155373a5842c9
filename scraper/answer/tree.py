"""Would reading this page cost too much, or lose a part of it?"""

from __future__ import annotations

from typing import Final

from lxml import etree

from scraper.answer.encodings import too_large
from scraper.answer.fault import Fault

DEEPEST: Final = 2000
"""Elements inside each other. libxml2 drops, without a word, what lies deeper than 2048."""
MOST_TAGS: Final = 150_000
"""Tags of one page; a listing page has some thousands."""
_STEP: Final = 16_384
"""Bytes that are looked through at once."""


def tree_fault(body: bytes, limit: int) -> Fault | None:
    """What is too much in a page of HTML or XML: its bytes, its tags, or its depth.

    Costs a count or two, and a parse only for a page that has tags enough to be deep.
    """
    if len(body) > limit:
        return too_large(limit, "of text")
    tags = body.count(b"<")
    if tags > MOST_TAGS:
        return Fault(f"too large: {tags} tags")
    if tags > DEEPEST and not _closes(body, tags - DEEPEST) and _is_deep(body):
        return Fault(f"too deep: more than {DEEPEST} elements inside each other")
    return None


def _closes(body: bytes, enough: int) -> bool:
    """Whether so many end tags stand in a page, which is mostly seen before its large scripts."""
    found = 0
    for start in range(0, len(body), _STEP):
        found += body.count(b"</", start, start + _STEP + 1)
        if found >= enough:
            return True
    return False


def _is_deep(body: bytes) -> bool:
    """Whether an element lies deeper than is read. The parser knows which tags close others."""
    depth = _Depth()
    parser = etree.HTMLParser(target=depth, huge_tree=True, encoding="iso-8859-1")
    etree.fromstring(body.replace(b"\0", b""), parser)
    return depth.most > DEEPEST


class _Depth:
    """Counts instead of building a tree (lxml's parser target)."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def start(self, tag: str | bytes, attrib: object) -> None:
        del tag, attrib
        self.now += 1
        self.most = max(self.most, self.now)

    def end(self, tag: str | bytes) -> None:
        del tag
        self.now -= 1

    def data(self, data: str | bytes) -> None:
        del data

    def comment(self, text: str | bytes) -> None:
        del text

    def close(self) -> None:
        """Nothing is left to do (part of lxml's interface)."""
