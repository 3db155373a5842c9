"""The figures at the top: how much there is, and how much of it is filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scraper.report.fill import filled_cells
from scraper.report.photo import stored_photos
from scraper.report.shown import NOTHING, day, money, number, share, short_money
from scraper.report.subject import Subject
from scraper.report.values import Floats, days, known, texts


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its name."""

    key: str
    """What it counts."""
    value: str
    """The figure."""
    name: str
    """How it is called."""
    note: str
    """A word more on it, may be empty."""


def figures(subject: Subject) -> list[Figure]:
    """The figures, the most important first."""
    return [_houses(subject), _photos(subject), _towns(subject), *_prices(subject), _fill(subject)]


def period(subject: Subject) -> str:
    """First and last day of the sales, or of the listings where no sale has a day.

    Empty when no house has a day.
    """
    for column, what in (("sold_on", "sold"), ("listed_on", "listed"), ("last_sold_on", "sold")):
        when = days(subject.houses, column).dropna()
        if len(when):
            return f"{what} " + " to ".join(dict.fromkeys((day(when.min()), day(when.max()))))
    return ""


def _houses(subject: Subject) -> Figure:
    kinds = len({kind for kind in subject.home_types if kind})
    return Figure("houses", number(len(subject.houses)), "houses", _of("type", kinds, "home "))


def _photos(subject: Subject) -> Figure:
    stored = stored_photos(subject.photos)
    keys = ["site", "house_id"]
    whose = len(stored[keys].drop_duplicates()) if set(keys) <= set(stored) else 0
    return Figure("photos", number(len(stored)), "photos", f"of {_of('house', whose)}")


def _towns(subject: Subject) -> Figure:
    count = _distinct_towns(texts(subject.houses, "city"), texts(subject.houses, "state"))
    zips = len(set(texts(subject.houses, "zip")) - {None})
    return Figure("towns", number(count), "town" if count == 1 else "towns", _of("zip code", zips))


def _distinct_towns(cities: list[str | None], states: list[str | None]) -> int:
    """How many towns there are; one without its state is no other than one with it.

    >>> _distinct_towns(["Troy", "Troy", "Troy", "Elko", None], ["NY", "MI", None, None, "NV"])
    3
    """
    pairs = {(city, state) for city, state in zip(cities, states, strict=True) if city}
    placed = {city for city, state in pairs if state}
    return sum(1 for city, state in pairs if state or city not in placed)


def _prices(subject: Subject) -> list[Figure]:
    price = subject.price
    values, rates = known(price.values), known(subject.per_sqft)
    if not values.size:
        return [Figure("price", NOTHING, "median price", "no house has a price")]
    full = money(_median(values), price.currency)
    out = [
        Figure("price", short_money(_median(values), price.currency), f"median {price.name}", full)
    ]
    if rates.size:
        rate = short_money(_median(rates), price.currency)
        out.append(Figure("rate", rate, "median per sqft", f"of {_of('house', rates.size)}"))
    return out


def _median(values: Floats) -> float:
    return float(np.median(values))


def _fill(subject: Subject) -> Figure:
    filled, cells = filled_cells(subject.houses)
    return Figure("fill", share(filled, cells), "cells filled", "raw texts not counted")


def _of(thing: str, count: int, before: str = "") -> str:
    """A count with its word.

    >>> _of("house", 1), _of("type", 1200, "home ")
    ('1 house', '1,200 home types')
    """
    return f"{count:,} {before}{thing}{'' if count == 1 else 's'}"
