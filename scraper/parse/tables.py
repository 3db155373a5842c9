"""The tables of `scraper/parse/words`, read once."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

Line = dict[str, str]
"""One line of a table: column name to text, "" where nothing stands."""


@cache
def lines(name: str) -> tuple[Line, ...]:
    """The lines of the table `words/<name>.csv`; lines that start with # are comments.

    >>> lines("scales")[0]["word"]
    'k'
    """
    text = files("scraper.parse.words").joinpath(f"{name}.csv").read_text("utf-8")
    kept = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(kept, restval=""))


def any_of(words: Iterable[str]) -> str:
    """A pattern that matches the longest of the words; a blank in a word matches any or none.

    >>> re.match(any_of(["sq", "sq ft"]), "sqft")
    <re.Match object; span=(0, 4), match='sqft'>
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s*") for word in ordered)


def plain(text: str) -> str:
    """Text in lower case without accents, anything but letters and digits made a blank.

    >>> plain("Semi-Detached  HOUSE"), plain("Maison à étage")
    ('semi detached house', 'maison a etage')
    """
    if not text.isascii():
        split = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in split if not unicodedata.combining(char))
    return " ".join(_NO_WORD.sub(" ", text.casefold()).split())


_NO_WORD = re.compile(r"[\W_]+")
