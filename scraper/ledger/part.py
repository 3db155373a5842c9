"""A part of the ID list, as a user writes it."""

from __future__ import annotations

import re

from scraper.errors import UsageError

Part = tuple[int, int]
"""(index, count): the index-th of count parts, counted from 0."""


def parse_part(text: str) -> Part | None:
    """The part that `-a part=I/N` names; None for the whole list.

    >>> parse_part("3/100")
    (3, 100)
    >>> parse_part("") is None
    True
    >>> parse_part("3")
    Traceback (most recent call last):
    scraper.errors.UsageError: part=3: expected I/N with 0 <= I < N, like part=0/4
    """
    if not text:
        return None
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
    if not match or not int(match[1]) < int(match[2]):
        raise UsageError(f"part={text}: expected I/N with 0 <= I < N, like part=0/4")
    return int(match[1]), int(match[2])
