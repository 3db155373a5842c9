"""A script of a page, and large scripts and styles taken out of a page before it is parsed.

Half a megabyte of an application's state or of its styles costs the parser more than the rest of a
page. What is cut out counts only where the parser found just the mark in its place, so it was a
script or a style indeed. What a style holds is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

LARGE: Final = 2_000
"""Shorter scripts are not worth it: characters."""
_MARK: Final = "\ue001script "
"""Begins what stands in the place of a script or a style."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a page's script holds."""

    text: str
    kind: str
    """Its type, "" for a program."""
    name: str
    """Its `id`."""


def cut(text: str) -> tuple[str, list[str]]:
    """A page's text with a mark in the place of each large script and style, and what was cut.

    >>> short, cuts = cut("<script id=a>" + 3000 * "x" + "</script>y")
    >>> len(short), len(cuts[0])
    (32, 3000)
    """
    parts: list[str] = []
    cuts: list[str] = []
    kept = 0
    for start, end, name in () if _MARK in text else _insides(text):
        if end - start >= LARGE and _is_plain(inside := text[start:end], name):
            parts += text[kept:start], f"{_MARK}{len(cuts)}"
            cuts.append(_with_lines(inside))
            kept = end
    return "".join((*parts, text[kept:])), cuts


def is_mark(text: str) -> bool:
    """Whether a text is or begins with what stands in the place of something cut."""
    return text.startswith(_MARK)


def put_back(found: Sequence[Script], marks: list[str], cuts: list[str]) -> list[Script] | None:
    """The parsed scripts with their texts; None where a mark is not just where it was put.

    `marks` are the texts of the page's scripts and styles that are marks, in its order.
    """
    texts = {f"{_MARK}{number}": text for number, text in enumerate(cuts)}
    if marks != [*texts]:
        return None
    return [
        replace(script, text=texts[script.text]) if script.text in texts else script
        for script in found
    ]


def _insides(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the inside of each script and style stands, and the beginning of its end tag."""
    script, end = text.find("<script"), 0
    while True:
        # What stands in a script is not searched for a style.
        style = text.find("<style", end, script if script >= 0 else len(text))
        begin, name = (style, "</style") if style >= 0 else (script, "</script")
        start = text.find(">", begin) + 1 if begin >= 0 else 0
        end = _end(text, start, name) if start else -1
        if end < 0:
            return
        yield start, end, name
        script = text.find("<script", end) if 0 <= script < end else script


def _end(text: str, start: int, name: str) -> int:
    """Where the first end tag of a name stands; -1 where none does."""
    # A single sign is found by the processor's own search, ten times as fast as a word.
    at = text.find("<", start)
    while at >= 0 and not text.startswith(name, at):
        at = text.find("<", at + 1)
    return at


def _is_plain(text: str, name: str) -> bool:
    """Whether a parser takes a text for the inside of one element of that end tag, as it is."""
    return "<" not in text or not ("<!--" in text or name in text.lower())


def _with_lines(text: str) -> str:
    """A text with its line ends as the parser would give them."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
