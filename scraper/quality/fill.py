"""How many houses have a value in a column, by kind of house and by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from scraper.quality.seen import Seen

KNOWN: Final = 5
"""Houses of a place from which on it is known what its pages say."""
GIVES: Final = 0.6
"""Share of them with a value, from which on a place gives that column."""
FROM: Final = " from "
"""Stands between a column and the part of the page that its value comes from."""
PLACES: Final = 2
"""Places that nothing was known of, and that all lack a column, until it is the pages' doing."""


@dataclass(slots=True)
class Count:
    """The houses of one kind in one place."""

    rows: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    """Column to houses with a value."""

    def add(self, other: Count) -> None:
        """Count other houses in."""
        self.rows += other.rows
        self.filled.update(other.filled)


class Fill:
    """Houses counted by kind, by place and by column."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Count]] = {}
        """Kind to place to its houses."""
        self._whole: dict[str, Count] = {}

    def add(self, seen: Seen) -> None:
        """Count a house."""
        for group in seen.groups:
            for count in self._counts(group, seen.place):
                count.rows += 1
                count.filled.update(seen.filled)

    def _put(self, group: str, place: str, count: Count) -> None:
        for one in self._counts(group, place):
            one.add(count)

    def _counts(self, group: str, place: str) -> tuple[Count, Count]:
        """Where houses of a kind in a place are counted."""
        in_place = self.groups.setdefault(group, {}).setdefault(place, Count())
        return in_place, self._whole.setdefault(group, Count())

    def of(self, group: str) -> Count:
        """All houses of a kind."""
        return self._whole.get(group) or Count()

    def at(self, group: str, place: str) -> Count:
        """The houses of a kind in a place."""
        return self.groups.get(group, {}).get(place) or Count()

    def within(self, group: str, places: Iterable[str]) -> Count:
        """The houses of a kind in some places."""
        found = Count()
        for place in places:
            found.add(self.at(group, place))
        return found

    def places(self, group: str) -> set[str]:
        """The places that houses of a kind are in."""
        return set(self.groups.get(group, ()))

    def without_layers(self) -> Fill:
        """The same, but for the parts of the page that values came from."""
        fill = Fill()
        for group, places in self.groups.items():
            for place, count in places.items():
                kept = {name: n for name, n in count.filled.items() if FROM not in name}
                fill._put(group, place, Count(count.rows, Counter(kept)))
        return fill

    def as_json(self) -> dict[str, Any]:
        """Everything, for a file."""
        return {
            group: {place: {"rows": c.rows, "filled": dict(c.filled)} for place, c in some.items()}
            for group, some in self.groups.items()
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Fill:
        """What `as_json` said; KeyError, TypeError or AttributeError for anything else."""
        fill = cls()
        for group, places in said.items():
            for place, count in places.items():
                fill._put(group, place, Count(int(count["rows"]), Counter(count["filled"])))
        return fill


def gives(rows: int, filled: int) -> bool:
    """Whether a place is known to give a column, by its houses and those with a value.

    >>> gives(5, 3), gives(4, 4), gives(50, 3)
    (True, False, False)
    """
    return rows >= KNOWN and filled >= GIVES * rows
