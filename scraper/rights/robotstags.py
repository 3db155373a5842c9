"""X-Robots-Tag and the robots meta tag: the words that bind a crawler.

There is no standard. The words and their form are those that search engines document (Google,
"Robots meta tag, data-nosnippet, and X-Robots-Tag specifications"); `noai` and `noimageai` are
DeviantArt's of November 2022.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

EVERYBODY: Final = frozenset({"*", "robots"})
WITH_VALUE: Final = frozenset(
    {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
)
"""Words that a colon and a value follow, so that they are no user agents."""
_AGENT: Final = re.compile(r"\*|[a-z][a-z0-9_.+-]*(?:/[a-z0-9.]+)?")
_WORD: Final = re.compile(r"[a-z][a-z_-]{1,30}")
_MOST: Final = 30
"""Words that are kept of one place."""


def header_words(values: Iterable[str], token: str) -> tuple[str, ...]:
    """The words of X-Robots-Tag headers that bind a crawler with a product token.

    A user agent in front holds until another is named or its header ends.

    >>> header_words(["otherbot: noindex, noai", "noimageai", "housecrawl: none"], "housecrawl")
    ('noimageai', 'none')
    >>> header_words(["unavailable_after: 25 Jun 2030 15:00:00 PST, noai"], "housecrawl")
    ('unavailable_after', 'noai')
    """
    return _each_once(word for value in values for word in _bound(value.lower(), token.lower()))


def meta_words(tags: Iterable[tuple[str, str]], token: str) -> tuple[str, ...]:
    """The words of meta tags, given as (name, content), that bind a crawler.

    >>> meta_words([("ROBOTS", "NoIndex;NOAI"), ("googlebot", "none")], "housecrawl")
    ('noindex', 'noai')
    """
    ours = {"robots", token.lower()}
    return _each_once(
        word
        for name, content in tags
        if name.strip().lower() in ours
        for word in _bound(content.lower(), token.lower())
    )


def _bound(value: str, token: str) -> Iterable[str]:
    bound = True
    for piece in re.split(r"[,;]", value):
        name, colon, rest = (part.strip() for part in piece.partition(":"))
        if colon and name in WITH_VALUE:
            rest = name
        elif colon and _AGENT.fullmatch(name):
            bound = name in EVERYBODY or name.partition("/")[0] == token
        else:
            rest = piece
        if bound:
            yield from rest.split()


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple({word: None for word in words if _WORD.fullmatch(word)})[:_MOST]
