"""Addresses of photos without the names of people that their page tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final
from urllib.parse import unquote

from scraper.privacy.people import people
from scraper.privacy.personal import personal_label
from scraper.schema import Row

PERSON: Final = "person"
"""What stands in the place of a name."""
_WORD: Final = re.compile(r"[^\W\d_][^\W\d_'’-]{2,}")  # noqa: RUF001  # both apostrophes are met
_BETWEEN: Final = r"(?:%[0-9A-Fa-f]{2}|[\W_]){0,3}"
_MAIL: Final = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PICTURE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)
"""`kitchen@2x.jpg` is no mail address."""
_MOST: Final = 50

Names = frozenset[tuple[str, str]]
"""Pairs of words that stand beside each other in a name, in small letters."""


def names_of(row: Row) -> Names:
    """The names that a page announces, by its labels and in its description, before it is cleaned.

    >>> sorted(names_of({"facts": {"Agent": "Jane Roe"}, "description": "Call Ann Lee Poe."}))
    [('ann', 'lee'), ('jane', 'roe'), ('lee', 'poe')]
    """
    facts, text = row.get("facts"), row.get("description")
    told = people(text) if isinstance(text, str) else []
    if isinstance(facts, Mapping):
        told += [value for label, value in facts.items() if personal_label(label)]
    pairs = (pair for name in told for pair in pairwise(_words(name)))
    return frozenset(list(dict.fromkeys(pairs))[:_MOST])


def without_names(urls: Iterable[str], names: Names) -> list[str]:
    """The addresses, names and mail addresses in their paths taken out; hosts stay.

    >>> without_names(["http://h.example/p/Jane_Roe-3@2x.jpg"], frozenset({("jane", "roe")}))
    ['http://h.example/p/person-3@2x.jpg']
    """
    ways = (
        rf"{re.escape(a)}{_BETWEEN}{re.escape(b)}" for one in names for a, b in (one, one[::-1])
    )
    known = re.compile("|".join(ways), re.IGNORECASE) if names else None
    return [_masked(url, known) for url in urls]


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name) if word[0].isupper()]


def _masked(url: str, known: re.Pattern[str] | None) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    if known is not None:
        found = known.sub(PERSON, path)
        # Letters of another script are escaped in an address.
        path = found if found != path or "%" not in path else _unescaped(path, known)
    return f"{scheme}://{host}{slash}{_MAIL.sub(_mail, path)}" if slash else url


def _mail(found: re.Match[str]) -> str:
    return found[0] if _PICTURE.search(found[0]) else PERSON


def _unescaped(path: str, known: re.Pattern[str]) -> str:
    shown = unquote(path)
    return known.sub(PERSON, shown) if known.search(shown) else path
