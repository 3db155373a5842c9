"""Whether an object of a page's JSON carries the ID of the page's address."""

from __future__ import annotations

from functools import lru_cache

from scraper.extract.scripts import Json
from scraper.extract.vocabulary import key_term

_LONG_ID = 7


def carries_id(node: dict[str, Json], ids: frozenset[str]) -> bool:
    """Whether an object has the page's ID: under a key for IDs, or one too long for chance."""
    longest, numbers = _ids_as(ids)
    for key, value in node.items():
        kind = type(value)
        if (kind is int and value in numbers) or (
            kind is str and len(value) <= longest and value.lower() in ids
        ):
            term = key_term(key) if len(key) < 32 else None
            if (term is not None and term.column == "id") or len(str(value)) >= _LONG_ID:
                return True
    return False


@lru_cache(maxsize=64)
def _ids_as(ids: frozenset[str]) -> tuple[int, frozenset[int]]:
    """The length of the longest ID, and those that may stand as a number.

    >>> _ids_as(frozenset(("4711", "0815", "a7")))
    (4, frozenset({4711}))
    """
    numbers = (int(one) for one in ids if one.isdecimal() and one.isascii())
    return max(map(len, ids), default=0), frozenset(n for n in numbers if str(n) in ids)
