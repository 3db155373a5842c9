"""Words that a page shows to its own scripts, a build ID or a key: found, and found again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_BEFORE: Final = 40
"""Characters before a word by which it is found again, at most."""
_LEAST: Final = 5
"""And at least."""
_SHORTEST: Final = 4
"""Characters of a word that is looked for."""
_ANY: Final = r"""([^"'<>&\s\\]{1,400}?)"""
_LOOKS: Final = 30
"""Places of a page where a word may stand that are looked at."""


@dataclass(frozen=True, slots=True)
class Token:
    """Where a word stands on a page."""

    before: str
    after: str

    def on(self, html: str) -> str | None:
        """The word on a page; None where the page has no such place.

        >>> Token('build="', '"').on('<p data-build="a81f">')
        'a81f'
        """
        found = re.search(re.escape(self.before) + _ANY + re.escape(self.after), html)
        return found[1] if found else None


def learn_token(words: Sequence[str], pages: Sequence[str]) -> Token | None:
    """The place where each page has its word; None where there is none.

    >>> learn_token(["a81fx", "b22cy"], ['<i>1</i><p data-key="a81fx">', '<p data-key="b22cy">'])
    Token(before='<p data-key="', after='"')
    """
    if not words or min(map(len, words)) < _SHORTEST:
        return None
    first, page = words[0], pages[0]
    for place in list(re.finditer(re.escape(first), page))[:_LOOKS]:
        befores = [page[max(0, place.start() - _BEFORE) : place.start()]]
        after = page[place.end() : place.end() + 1]
        for word, other in zip(words[1:], pages[1:], strict=True):
            befores.append(_longest(befores[0], after, word, other))
        common = befores[0][len(befores[0]) - min(_alike(befores[0], one) for one in befores) :]
        token = Token(common, after)
        if len(common) >= _LEAST and after:
            found = [token.on(other) for other in pages]
            if found == list(words):
                return token
    return None


def _longest(before: str, after: str, word: str, page: str) -> str:
    """What stands before a word on a page, where that is most like what is wanted."""
    places = [
        page[max(0, found.start() - _BEFORE) : found.start()]
        for found in list(re.finditer(re.escape(word + after), page))[:_LOOKS]
    ]
    return max(places, key=lambda one: _alike(before, one), default="")


def _alike(one: str, other: str) -> int:
    """Characters that two texts have in common at their ends."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
