"""What a site's houses are like: fill, currencies and usual amounts, small enough for a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import exp, log
from statistics import median
from typing import Any, Final, NamedTuple, Self

from scraper.quality.fill import KNOWN, Fill
from scraper.quality.seen import rate, see
from scraper.schema import Row

EVERYWHERE: Final = ""
"""The town that stands for all of them."""
RATE: Final = "price_per_sqft"
"""Price by living area: hardly moves with the size of houses, at once with a wrong unit."""
AMOUNTS: Final = (RATE, "living_area_sqft", "lot_size_sqft", "annual_tax_amount")
STRAY: Final = 8.0
"""Times the usual price per square foot of its town, or a part of it, that makes a house a stray.
Of 497 real houses in 49 states 3 % are that far from the median of them all."""


class Usual(NamedTuple):
    """What is usual."""

    houses: int
    middle: float
    """The median."""


@dataclass(slots=True)
class Profile:
    """The houses of one site."""

    fill: Fill = field(default_factory=Fill)
    currencies: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, dict[str, Usual]] = field(default_factory=dict)
    """Amount to town to what is usual there; `EVERYWHERE` for all of them."""
    rated: int = 0
    """Houses with a price per square foot."""
    strays: int = 0
    """Those of them that are far from what is usual in their town."""
    reader: str = ""
    """What read the pages: the extraction's version and the site file; empty where not known."""

    def read_by(self, reader: str) -> Self:
        """The profile to compare pages with that this reads.

        A mended site file, or another extraction, may take values from other parts of a page.
        """
        if not reader or reader == self.reader:
            return self
        return replace(self, fill=self.fill.without_layers())

    @classmethod
    def of(cls, rows: Iterable[Row], past: Profile | None = None) -> Self:
        """The profile of some rows; a few values of each are held until the end.

        Strays are told by what was usual in `past`, else by what is usual in the rows.
        """
        profile = cls()
        logs: dict[str, dict[str, list[float]]] = {name: {} for name in AMOUNTS}
        for row in rows:
            profile.fill.add(see(row))
            if row.get("currency"):
                profile.currencies[str(row["currency"])] += 1
            for name, value in amounts(row).items():
                for town in (EVERYWHERE, town_of(row)):
                    logs[name].setdefault(town, []).append(log(value))
        for name, towns in logs.items():
            profile.amounts[name] = {
                town: Usual(len(some), exp(median(some)))
                for town, some in towns.items()
                if len(some) >= KNOWN
            }
        profile._count_strays(logs[RATE], past or profile)
        return profile

    def _count_strays(self, logs: Mapping[str, list[float]], measure: Profile) -> None:
        for town, some in logs.items():
            if town != EVERYWHERE:
                self.rated += len(some)
                self.strays += sum(measure.is_stray(exp(one), town) for one in some)

    def is_stray(self, value: float, town: str) -> bool:
        """Whether a price per square foot is far from what is usual."""
        usual = self.usual(RATE, town)
        return usual is not None and not 1 / STRAY < value / usual.middle < STRAY

    def strays_from(self, row: Row) -> bool:
        """Whether a house's price per square foot is far from what is usual."""
        value = amounts(row).get(RATE)
        return value is not None and self.is_stray(value, town_of(row))

    def usual(self, amount: str, town: str) -> Usual | None:
        """What is usual in a town, or everywhere where too little is known of it."""
        known = self.amounts.get(amount, {})
        return known.get(town) or known.get(EVERYWHERE)

    def where(self, amount: str, town: str) -> str:
        """Which places `usual` speaks of, in words."""
        of_it = town != EVERYWHERE and town in self.amounts.get(amount, {})
        return f"in {town}" if of_it else f"in all towns, {town} having fewer than {KNOWN} prices"

    def as_json(self) -> dict[str, Any]:
        """The profile, for a file."""
        return {
            "fill": self.fill.as_json(),
            "currencies": dict(self.currencies),
            "amounts": {
                name: {town: list(usual) for town, usual in towns.items()}
                for name, towns in self.amounts.items()
            },
            "rated": self.rated,
            "strays": self.strays,
            "reader": self.reader,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """What `as_json` said; KeyError, TypeError or AttributeError for anything else."""
        return cls(
            Fill.from_json(said["fill"]),
            Counter(said["currencies"]),
            {
                name: {town: Usual(int(n), float(middle)) for town, (n, middle) in towns.items()}
                for name, towns in said["amounts"].items()
            },
            int(said["rated"]),
            int(said["strays"]),
            str(said.get("reader", "")),
        )


def amounts(row: Row) -> dict[str, float]:
    """The amounts of a house that are looked at, those above zero.

    >>> amounts({"sold_price": 500.0, "living_area_sqft": 10.0, "lot_size_sqft": 0.0})
    {'price_per_sqft': 50.0, 'living_area_sqft': 10.0}
    """
    found = {RATE: rate(row), **{name: row.get(name) for name in AMOUNTS if name != RATE}}
    return {n: float(v) for n, v in found.items() if isinstance(v, int | float) and v > 0}


def town_of(row: Row) -> str:
    """The town of a house, with its state.

    >>> town_of({"city": "Salem", "state": "OR"})
    'Salem, OR'
    """
    return f"{row.get('city') or '?'}, {row.get('state') or '?'}"
