"""The meaning of the longest known words in a text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from scraper.parse.tables import lines, plain

_LONGEST = 6
"""Words that the longest phrase of a table has at most."""


@lru_cache(maxsize=4096)
def meaning(table: str, column: str, text: str, country: str | None = None) -> str | None:
    """What the table says of a text: of all of it, else of the longest phrase in it.

    None where no phrase is known, or the phrase says nothing. Of phrases of one length the first
    one wins.

    >>> meaning("home_types", "type", "4 bed semi-detached house for sale")
    'SingleFamily'
    >>> meaning("home_types", "type", "Duplex", "ES"), meaning("home_types", "type", "Duplex", "US")
    ('Apartment', 'MultiFamily')
    """
    known = _phrases(table, column, country)
    words = plain(text.rsplit("schema.org/", maxsplit=1)[-1]).split()
    first = _first_words(table, column, country)
    starts = [start for start, word in enumerate(words) if word in first]
    for length in range(min(_LONGEST, len(words)), 0, -1):
        for start in starts:
            phrase = words[start : start + length]
            if len(phrase) == length and (found := known.get(" ".join(phrase))) is not None:
                return found or None
    return None


@lru_cache(maxsize=512)
def _first_words(table: str, column: str, country: str | None) -> frozenset[str]:
    """What a known phrase can begin with: most words of a text are none of these."""
    return frozenset(phrase.partition(" ")[0] for phrase in _phrases(table, column, country))


@lru_cache(maxsize=512)
def _phrases(table: str, column: str, country: str | None) -> Mapping[str, str]:
    general = [line for line in lines(table) if not line.get("country")]
    local = [line for line in lines(table) if country and line.get("country") == country]
    return {plain(line["words"]): line[column] for line in (*general, *local)}
