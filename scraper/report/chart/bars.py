"""Horizontal bars: counts of groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Count:
    """One group."""

    name: str
    """How it is called."""
    key: str
    """Its value in the table; empty for the rest."""
    count: int
    """How many there are."""
    length: float
    """Percent of the longest bar; 0 for the others, which would dwarf every group."""
    part: float
    """Percent of all."""


def bars(values: Iterable[str | None], name: Callable[[str], str], most: int = 12) -> list[Count]:
    """The groups, the largest first; those after the first `most` together as "others".

    >>> [(bar.name, bar.count, bar.length) for bar in bars(["b", "a", "b", None], str.upper)]
    [('B', 2, 100.0), ('A', 1, 50.0), ('not known', 1, 50.0)]
    """
    counter = Counter(values)
    missing = counter.pop(None, 0)
    ranked = sorted(
        ((key, n) for key, n in counter.items() if key), key=lambda item: (-item[1], item[0])
    )
    rest = sum(count for _, count in ranked[most:])
    groups = [(name(key), key, count) for key, count in ranked[:most]]
    groups += [(text, "", n) for text, n in ((_OTHERS, rest), ("not known", missing)) if n]
    longest = max((count for name, _, count in groups if name != _OTHERS), default=1)
    total = sum(count for *_, count in groups)
    return [
        Count(
            text, key, count, 0 if text == _OTHERS else 100 * count / longest, 100 * count / total
        )
        for text, key, count in groups
    ]
