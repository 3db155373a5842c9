"""What was worked out of texts that come again on all pages of a site, kept within bounds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")
_ENTRY = 100
"""Bytes that an entry takes besides its text, about."""
_MOST_KEYS = 60
"""An object with more keys is kept by its IDs: no other has the same."""


class Kept(dict[str, T]):
    """Texts to what is worked out of them. A hit costs no call: a page makes thousands of them.

    What was asked for lately is kept: when it fills `most` bytes it becomes the older half, and
    what is not asked for until the next time is forgotten. Texts of `longest` characters and more
    are worked out each time.

    >>> lengths = Kept(len, longest=9, most=700)
    >>> [lengths[text] for text in ("a", "bb", "ccc", "dddd", "a", "a text too long")]
    [1, 2, 3, 4, 1, 15]
    >>> sorted(lengths), sorted(lengths.older)
    (['a', 'dddd'], ['a', 'bb', 'ccc'])
    """

    def __init__(self, work: Callable[[str], T], *, longest: int, most: int) -> None:
        super().__init__()
        self.work = work
        self.longest = longest
        self.most = most // 2
        self.held = 0
        """Bytes that the newer half holds."""
        self.older: dict[str, T] = {}

    def __missing__(self, text: str) -> T:
        found = self.older[text] if text in self.older else self.work(text)
        if len(text) < self.longest:
            self.held += len(text) + _ENTRY
            if self.held > self.most:
                self.older, self.held = dict(self), len(text) + _ENTRY
                self.clear()
            self[text] = found
        return found


def by_keys(work: Callable[[tuple[str, ...]], T]) -> Callable[[Collection[str]], T]:
    """What is worked out of an object's keys alone, once for all objects with the same ones.

    >>> count = by_keys(len)
    >>> count({"beds": 3, "price": 1}), count({"beds": 2, "price": 5})
    (2, 2)
    """
    known = lru_cache(maxsize=4096)(work)

    def of(node: Collection[str]) -> T:
        return known(tuple(node)) if len(node) <= _MOST_KEYS else work(tuple(node))

    return of
