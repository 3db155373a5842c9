"""The labels of a new site that no vocabulary knows, and the columns that they may stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from scraper.extract.fits import fits, is_amount, kind_of
from scraper.extract.vocabulary import fold, labels, split_unit
from scraper.parse.area import parse_area
from scraper.parse.money import parse_money
from scraper.privacy.personal import without_personal
from scraper.schema import Row

MOST: Final = 25
"""Labels that are shown at most."""
_PRICES: Final = ("sold_price", "listed_price", "last_sold_price")
_AREAS: Final = ("living_area_sqft", "lot_size_sqft")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A label that the vocabulary does not know."""

    label: str
    seen: str
    """A value that stood with it, without personal data."""
    column: str = ""
    """A column that it may stand for; empty where nothing speaks for one."""
    sure: bool = False
    """Whether it is the only one that can be, for a column that every house needs."""


def unknown_labels(pages: Sequence[Mapping[str, str]], rows: Sequence[Row]) -> list[Unknown]:
    """The unknown labels of some house pages, those of most pages first.

    `pages` are all labels and values of each page, `rows` what was read from it.

    >>> known = {"address": "1 Elm St", "listed_price": 9.0}
    >>> unknown_labels([{"Bostadsyta": "85 m²", "Year built": "1988", "Våning": "2"}], [known])
    ... # doctest: +NORMALIZE_WHITESPACE
    [Unknown(label='Bostadsyta', seen='85 m²', column='living_area_sqft', sure=True),
     Unknown(label='Våning', seen='2', column='', sure=False)]
    """
    counts: Counter[str] = Counter()
    values: dict[str, Unknown] = {}
    for page, row in zip(pages, rows, strict=True):
        for label, value in without_personal(page).items():
            if _is_label(label, value):
                counts[label] += 1
                values.setdefault(label, Unknown(label, value, _same(value, row)))
    lacking = {name for name in _columns() if not any(_has(row, name) for row in rows)}
    found = [values[label] for label, _ in counts.most_common(MOST)]
    return _suggested(found, lacking, len(pages), counts)


def _same(value: str, row: Row) -> str:
    """The column that has the same amount already, read from another place of the page."""
    area = parse_area(value) if any(char.isalpha() for char in value) else None
    for name in _AREAS if area else ():
        known = row.get(name)
        if area and isinstance(known, float) and abs(known - area.sqft) < 0.01 * known:
            return name
    money = parse_money(value) if is_amount(value) else None
    return next((name for name in _PRICES if money and row.get(name) == money.amount), "")


def _suggested(
    found: Sequence[Unknown], lacking: Set[str], pages: int, counts: Mapping[str, int]
) -> list[Unknown]:
    guessed = [(one, one.column or _guess(one.seen, lacking)) for one in found]
    times = Counter(column for _, column in guessed)
    return [
        Unknown(
            one.label,
            one.seen,
            column,
            sure=column in {*_PRICES, *_AREAS[:1]} & lacking
            and times[column] == 1
            and counts[one.label] == pages,
        )
        for one, column in guessed
    ]


def _guess(value: str, lacking: Set[str]) -> str:
    """A column that is missing and that a value looks made for."""
    if is_amount(value) and lacking >= set(_PRICES):
        return "listed_price"
    if any(char.isalpha() for char in value) and parse_area(value) is not None:
        return next((name for name in _AREAS if name in lacking), "")
    if len(value) == 4 and "year_built" in lacking and fits("year_built", value):
        return "year_built"
    return ""


def _is_label(label: str, value: str) -> bool:
    plain, _ = split_unit(label)
    known = fold(plain) in labels() or fold(value) in labels()
    shown = (
        label.isprintable()
        and 1 < len(label) <= 48
        and any(char.isalpha() for char in label)
        and 0 < len(value) < 80
    )
    return shown and not known and not is_amount(label) and parse_area(label) is None


def _columns() -> tuple[str, ...]:
    names = (*_PRICES, *_AREAS, "year_built", "bedrooms", "bathrooms")
    return tuple(name for name in names if kind_of(name) != "text")


def _has(row: Row, name: str) -> bool:
    return row.get(name) not in (None, "")
