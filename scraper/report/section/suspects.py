"""Suspects: values that a person should look at before a model learns from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from scraper.report.fill import shown_columns
from scraper.report.photo import Picture, pictures
from scraper.report.section.section import Section
from scraper.report.shown import money, number, significant
from scraper.report.subject import Subject
from scraper.report.values import Floats, days, known, numbers, texts, web_address

_MOST = 24
_BUDGET = 600_000
"""Characters that their photos may take together."""
_TOWN = 8
"""Houses with a rate that a town needs to be its own measure; else all houses are."""
_FAR = 3.5
"""Modified z-score beyond which a value is an outlier (Iglewicz and Hoaglin, 1993)."""
_NARROWEST = 0.1
"""Smallest spread of log rates, about 10 %, so that a uniform town has no false suspects."""


_IMPOSSIBLE, _ODD, _NOTED = 1000.0, 5.0, 6.0
"""Weights of a value out of bounds, of a sale before the house, which a lot can have, and of what
the gate noted."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A house with something odd."""

    row: int
    """Its row in the table of houses."""
    name: str
    """Its address, or its ID."""
    town: str
    """Where it is."""
    link: str | None
    """Its page, when that is a web address."""
    why: str
    """What is odd."""
    weight: float
    """How odd: larger is odder."""
    checks: tuple[str, ...]
    """What found it, as the gate calls its checks."""
    noted: bool
    """Whether the gate found it: what the report finds itself is said in its own words."""
    picture: Picture | None = None
    """Its first photo."""


def suspects(subject: Subject) -> Section:
    """The section of the report."""
    checks = (_far_rates, _out_of_bounds, _sold_before_built, _surprises, _noted)
    found = _each_once(one for check in checks for one in check(subject))
    return Section(
        "suspects",
        "Suspects",
        "Worth a second look",
        "Price per square foot far from what is usual in the house's town (or in the whole "
        f"dataset where the town has fewer than {_TOWN} houses), values out of their column's "
        "bounds, houses sold before they were built, prices that a model of the others does not "
        "understand, and what the gate noted when it let this version pass.",
        {"suspects": _pictured(subject, found[:_MOST]), "total": len(found)},
    )


def _each_once(suspects: Iterable[Suspect]) -> list[Suspect]:
    """Each house once, with all that is odd about it; the oddest first."""
    rows: dict[int, Suspect] = {}
    for one in suspects:
        known = rows.setdefault(one.row, one)
        if known is not one and not (one.noted and set(one.checks) <= set(known.checks)):
            rows[one.row] = replace(
                known,
                why=f"{known.why}; {one.why}",
                weight=max(one.weight, known.weight),
                checks=(*known.checks, *one.checks),
            )
    return sorted(rows.values(), key=lambda one: (-one.weight, one.row))


def _pictured(subject: Subject, found: list[Suspect]) -> list[Suspect]:
    """The suspects with their first photos: many a mistake is seen at once."""
    table = subject.houses.iloc[[one.row for one in found]]
    pairs = zip(texts(table, "site"), texts(table, "house_id"), strict=True)
    keys = [(site or "", house or "") for site, house in pairs]
    photos = pictures(subject.photos, keys, each=1, budget=_BUDGET)
    return [
        replace(one, picture=next(iter(photos[key]), None))
        for one, key in zip(found, keys, strict=True)
    ]


def _suspect(
    subject: Subject, row: int, why: str, weight: float, check: str, *, noted: bool = False
) -> Suspect:
    table = subject.houses.iloc[[row]]
    place = [word for column in ("city", "state", "zip") if (word := texts(table, column)[0])]
    name = texts(table, "address")[0] or f"house {texts(table, 'house_id')[0]}"
    link = web_address(texts(table, "url")[0])
    return Suspect(row, name, " ".join(place), link, why, weight, (check,), noted)


def _far_rates(subject: Subject) -> list[Suspect]:
    """Houses whose rate is far from their town's, by the median and its absolute deviation."""
    logs = np.log(subject.per_sqft)
    towns = np.array([town or "" for town in texts(subject.houses, "city")], dtype=object)
    where = np.full(logs.size, "the dataset", dtype=object)
    scores, middles = _scores(logs)
    for town in set(towns) - {""}:
        inside = towns == town
        if known(logs[inside]).size >= _TOWN:
            scores[inside], middles[inside] = _scores(logs[inside])
            where[inside] = town
    rows = np.flatnonzero(np.abs(scores) > _FAR)
    return [
        _suspect(
            subject,
            int(row),
            _rate_text(subject, int(row), float(np.exp(middles[row])), str(where[row])),
            abs(float(scores[row])),
            "outliers",
        )
        for row in rows
    ]


def _scores(logs: Floats) -> tuple[Floats, Floats]:
    """Modified z-score of each value, and the median that it was measured from."""
    there = known(logs)
    if there.size < _TOWN:
        return np.full(logs.size, np.nan), np.full(logs.size, np.nan)
    middle = float(np.median(there))
    spread = max(float(np.median(np.abs(there - middle))), _NARROWEST)
    return 0.6745 * (logs - middle) / spread, np.full(logs.size, middle)


def _rate_text(subject: Subject, row: int, usual: float, where: str) -> str:
    rate = float(subject.per_sqft[row])
    currency = subject.price.currency
    times = rate / usual if rate > usual else usual / rate
    side = "higher" if rate > usual else "lower"
    return (
        f"{money(rate, currency)} per sqft, {number(times)} times {side} than usual in {where} "
        f"({money(usual, currency)})"
    )


def _out_of_bounds(subject: Subject) -> list[Suspect]:
    out: list[Suspect] = []
    for column in shown_columns():
        low = -np.inf if column.low is None else column.low
        high = np.inf if column.high is None else column.high
        if np.isinf(low) and np.isinf(high):
            continue
        values = numbers(subject.houses, column.name)
        for row in np.flatnonzero((values < low) | (values > high)):
            why = f"{column.name} is {number(float(values[row]))}, out of {low:,g} to {high:,g}"
            out.append(_suspect(subject, int(row), why, _IMPOSSIBLE, "schema"))
    return out


def _sold_before_built(subject: Subject) -> list[Suspect]:
    built = numbers(subject.houses, "year_built")
    sold = np.asarray(days(subject.houses, "sold_on").year, dtype="float64")
    rows = np.flatnonzero(sold < built - 1)
    return [
        _suspect(subject, int(r), f"sold in {sold[r]:.0f}, built in {built[r]:.0f}", _ODD, "order")
        for r in rows
    ]


def _surprises(subject: Subject) -> list[Suspect]:
    """Houses whose price is far from what a model of the others expects."""
    found = subject.baseline
    if found is None:
        return []
    rows = found.rows.index
    return [
        _suspect(
            subject,
            int(rows[at]),
            f"{money(float(found.rows['price'].iloc[at]), subject.price.currency)}, where a model "
            f"of the others expects about {money(significant(said, 2), subject.price.currency)}",
            abs(float(found.errors[at])) * 2,
            "model",
        )
        for at, said in found.surprises()
    ]


def _noted(subject: Subject) -> Iterator[Suspect]:
    """What the gate noted, of the houses that are still there."""
    if not subject.standing.suspects:
        return
    pairs = zip(texts(subject.houses, "site"), texts(subject.houses, "house_id"), strict=True)
    rows = {pair: row for row, pair in enumerate(pairs)}
    for one in subject.standing.suspects:
        row = rows.get((one.get("site"), one.get("house_id")))
        if row is not None:
            check = one.get("check", "")
            yield _suspect(subject, row, _note(one), _NOTED, check, noted=True)


def _note(one: Mapping[str, str]) -> str:
    """A suspect of the gate in words.

    >>> _note({"column": "bedrooms", "found": "40", "expected": "about 4, as before"})
    'bedrooms is 40, expected about 4, as before'
    """
    if one.get("check") == "duplicates":
        return str(one.get("found", ""))
    return f"{one.get('column', '')} is {one.get('found', '')}, expected {one.get('expected', '')}"
