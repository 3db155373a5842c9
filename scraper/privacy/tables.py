"""The word tables of this folder, read once."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


@cache
def lines(name: str) -> tuple[dict[str, str], ...]:
    """The lines of a table; lines that start with # are comments.

    >>> lines("licences")[0]
    {'words': 'dre'}
    """
    text = files("scraper.privacy").joinpath(f"{name}.csv").read_text("utf-8")
    kept = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(kept))


def any_of(words: Iterable[str]) -> str:
    """A pattern for the longest of some words; a blank in one is any run of blanks.

    >>> any_of(["listed by", "agent"])
    'listed\\\\s+by|agent'
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
