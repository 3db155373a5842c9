"""A script of a page, and large ones taken out of a page before it is parsed.

Half a megabyte of an application's state costs the parser more than the rest of a page. What is cut
out is put back only where the parser found just the mark in its place, so it was a script indeed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

LARGE: Final = 2_000
"""Shorter scripts are not worth it: characters."""
_MARK: Final = "\ue001script "
"""Begins what stands in the place of a script."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a page's script holds."""

    text: str
    kind: str
    """Its type, "" for a program."""
    name: str
    """Its `id`."""


def cut(text: str) -> tuple[str, list[str]]:
    """A page's text with a mark in the place of each large script, and the scripts.

    >>> short, scripts = cut("<script id=a>" + 3000 * "x" + "</script>y")
    >>> len(short), len(scripts[0])
    (32, 3000)
    """
    parts: list[str] = []
    scripts: list[str] = []
    kept, begin = 0, -1 if _MARK in text else text.find("<script")
    while begin >= 0:
        start = text.find(">", begin) + 1
        end = _end(text, start) if start else -1
        if end < 0:
            break
        if end - start >= LARGE and _is_plain(inside := text[start:end]):
            parts += text[kept:start], f"{_MARK}{len(scripts)}"
            scripts.append(inside)
            kept = end
        begin = text.find("<script", end)
    return "".join((*parts, text[kept:])), scripts


def put_back(found: Sequence[Script], scripts: list[str]) -> list[Script] | None:
    """The parsed scripts with their texts; None where a mark is not just where it was put."""
    marks = [script.text for script in found if script.text.startswith(_MARK)]
    if marks != [f"{_MARK}{number}" for number in range(len(scripts))]:
        return None
    texts = iter(scripts)
    return [
        replace(script, text=next(texts)) if script.text.startswith(_MARK) else script
        for script in found
    ]


def _end(text: str, start: int) -> int:
    """Where the first end of a script stands; -1 where none does."""
    # A single sign is found by the processor's own search, ten times as fast as a word.
    at = text.find("<", start)
    while at >= 0 and not text.startswith("</script", at):
        at = text.find("<", at + 1)
    return at


def _is_plain(text: str) -> bool:
    """Whether a parser takes a text for the inside of one script, and leaves it as it is."""
    if "\r" in text:
        return False
    return "<" not in text or not ("<!--" in text or "</script" in text.lower())
