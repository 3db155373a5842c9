"""What changed since another version."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scraper.report.fill import fill
from scraper.report.section.section import Section
from scraper.report.shown import money, number
from scraper.report.subject import Subject
from scraper.report.values import numbers, texts, web_address

_WATCHED = (
    "status",
    "sold_price",
    "listed_price",
    "last_sold_price",
    "sold_on",
    "home_type",
    "bedrooms",
    "bathrooms",
    "living_area_sqft",
    "lot_size_sqft",
    "tax_assessed_value",
)
_MONEY = ("sold_price", "listed_price")
_MOST = 12
_STEP = 1.0
"""Points of percent by which a fill rate has to move to be named."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A column whose fill rate moved."""

    name: str
    """The column."""
    before: float
    """Percent filled before."""
    after: float
    """Percent filled in this version."""


@dataclass(frozen=True, slots=True)
class Repriced:
    """A house whose price is another."""

    name: str
    """Its address, or its ID."""
    town: str
    """Where it is."""
    link: str | None
    """Its page, when that is a web address."""
    before: str
    """The price before."""
    after: str
    """The price now."""
    percent: float
    """By how much it changed, in percent of the price before."""


def changes(subject: Subject) -> Section | None:
    """The section; None without a version to compare with."""
    if subject.before is None:
        return None
    before, after = _keyed(subject.before), _keyed(subject.houses)
    both = after.index.intersection(before.index)
    counts = {
        "new": len(after.index.difference(before.index)),
        "no longer there": len(before.index.difference(after.index)),
        "in both": len(both),
    }
    return Section(
        "changes",
        "Changes",
        "What changed",
        f"Compared with {subject.since or 'the version before'}, house by house.",
        {
            "counts": {name: number(count) for name, count in counts.items()},
            "changed": _changed(before.loc[both], after.loc[both]),
            "repriced": _repriced(before.loc[both], after.loc[both]),
            "moved": _moved(subject.before, subject.houses),
        },
    )


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    """The table under its keys, each once."""
    keys = pd.MultiIndex.from_arrays([texts(table, "site"), texts(table, "house_id")])
    keyed = table.set_index(keys)
    return keyed[~keyed.index.duplicated()]


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> list[tuple[str, int]]:
    """Columns with the number of houses whose value differs, the most first."""
    counts = []
    for column in _WATCHED:
        pairs = zip(texts(before, column), texts(after, column), strict=True)
        if differing := sum(old != new for old, new in pairs):
            counts.append((column, differing))
    return sorted(counts, key=lambda item: -item[1])


def _moved(before: pd.DataFrame, after: pd.DataFrame) -> list[Moved]:
    pairs = zip(fill(before), fill(after), strict=True)
    moved = [Moved(new.column.name, old.part, new.part) for old, new in pairs]
    return [move for move in moved if abs(move.after - move.before) >= _STEP]


def _repriced(before: pd.DataFrame, after: pd.DataFrame) -> list[Repriced]:
    """The houses whose price moved the most, in either direction."""
    found: dict[int, Repriced] = {}
    for column in _MONEY:
        old, new = numbers(before, column), numbers(after, column)
        percent = 100 * (new / np.where(old > 0, old, np.nan) - 1)
        for row in np.flatnonzero(np.abs(np.nan_to_num(percent)) > 0):
            at = int(row)
            found.setdefault(at, _moved_price(after.iloc[[at]], old[at], new[at], percent[at]))
    return sorted(found.values(), key=lambda one: (-abs(one.percent), one.name))[:_MOST]


def _moved_price(table: pd.DataFrame, old: float, new: float, percent: float) -> Repriced:
    place = [word for column in ("city", "state", "zip") if (word := texts(table, column)[0])]
    currency = texts(table, "currency")[0] or ""
    return Repriced(
        texts(table, "address")[0] or f"house {texts(table, 'house_id')[0]}",
        " ".join(place),
        web_address(texts(table, "url")[0]),
        money(float(old), currency),
        money(float(new), currency),
        float(percent),
    )
