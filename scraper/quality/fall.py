"""Columns that come for fewer houses than before: half a site redesigned leaves no run of gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scraper.quality.fill import Fill
from scraper.quality.seen import ALL, CORE
from scraper.quality.share import LAYER_LUCK, LUCK, RARE_LUCK, is_far_below

FIRST: Final = 16
"""Houses of a crawl before its shares are looked at, and how often that is done then."""
_OF_ALL: Final = frozenset(["price", "address", "city", "currency", "status", "home_type"])
"""What every house has, of whatever kind: without status or type the kind itself is not known."""
_FROM: Final = " from "


@dataclass(frozen=True, slots=True)
class Fall:
    """A column whose share fell far."""

    group: str
    column: str
    """A column, or `<column> from <layer>`."""
    now: tuple[int, int]
    """Houses with a value, and houses, of this crawl."""
    before: tuple[int, int]
    """The same of the site's past, in the same places."""


def luck_of(column: str) -> float:
    """How unlikely gaps of a column have to be.

    >>> luck_of("price") > luck_of("price from label") > luck_of("flooring")
    True
    """
    bare, _, layer = column.partition(_FROM)
    if bare not in CORE:
        return RARE_LUCK
    return LAYER_LUCK if layer else LUCK


def is_time(rows: int) -> bool:
    """Whether the shares are to be looked at after so many houses.

    >>> [n for n in range(60) if is_time(n)]
    [16, 24, 32, 40, 48, 56]
    """
    return rows >= FIRST and (rows % 8 == 0 if rows < 512 else rows % 64 == 0)


def falls(now: Fill, past: Fill) -> Iterator[Fall]:
    """The columns, and the layers of those asked for first, that fell far below the past.

    Houses are compared by kind, in places that both know.
    """
    for group in now.groups:
        places = now.places(group) & past.places(group)
        one, before = now.within(group, places), past.within(group, places)
        if one.rows < FIRST:
            continue
        for column, filled in sorted(before.filled.items()):
            bare = column.partition(_FROM)[0]
            if group == ALL and bare not in _OF_ALL:
                continue
            if is_far_below(one.filled[column], one.rows, filled, before.rows, luck_of(column)):
                yield Fall(group, column, (one.filled[column], one.rows), (filled, before.rows))
