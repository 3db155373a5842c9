"""The word tables of this folder, read once."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import groupby


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

    A text's letter is compared with each first letter, and not with each word.

    >>> any_of(["listed by", "agent", "lic"])
    'a(?:gent)|l(?:isted\\\\s+by|ic)'
    """
    ordered = sorted(set(words), key=lambda word: (word[0], -len(word), word))
    groups = groupby(ordered, key=lambda word: word[0])
    return "|".join(f"{re.escape(first)}(?:{_rests(some)})" for first, some in groups)


def _rests(words: Iterable[str]) -> str:
    return "|".join(re.escape(word[1:]).replace(r"\ ", r"\s+") for word in words)
