"""Places: a map of the houses, and price per square foot by zip code."""

from __future__ import annotations

from collections import Counter
from functools import partial

import numpy as np

from scraper.report.chart.bars import bars
from scraper.report.chart.boxes import Boxes, boxes
from scraper.report.chart.dots import dots
from scraper.report.section.section import Section
from scraper.report.shown import short_money
from scraper.report.subject import Subject
from scraper.report.values import Floats, known, numbers, texts

_ZIPS = 20
_TOWNS = 12


def places(subject: Subject) -> Section:
    """The section of the report."""
    houses = subject.houses
    return Section(
        "places",
        "Places",
        "Where the houses are",
        f"The map colours a house by which fifth of the {subject.price.name}s its own is in. "
        f"Boxes show the {_ZIPS} zip codes with the most houses, the dearest first.",
        {
            "price": subject.price,
            "map": dots(
                numbers(houses, "latitude"), numbers(houses, "longitude"), subject.price.values
            ),
            "towns": bars(texts(houses, "city"), str, most=_TOWNS),
            "zips": _zips(subject),
            "most": _ZIPS,
        },
    )


def _zips(subject: Subject) -> Boxes | None:
    codes = texts(subject.houses, "zip")
    column = np.array([code or "" for code in codes], dtype=object)
    rated = Counter(column[~np.isnan(subject.per_sqft)].tolist())
    rated.pop("", None)
    biggest = sorted(rated, key=lambda code: (-rated[code], code))[:_ZIPS]
    groups = {code: known(subject.per_sqft[column == code]) for code in biggest}
    label = partial(short_money, currency=subject.price.currency)
    return boxes(_dearest_first(groups), label, _towns(subject))


def _towns(subject: Subject) -> dict[str, str]:
    """Zip code to the town that most of its houses name."""
    pairs = zip(texts(subject.houses, "zip"), texts(subject.houses, "city"), strict=True)
    out: dict[str, str] = {}
    for (code, town), _ in Counter(pairs).most_common():
        if code:
            out.setdefault(code, town or "")
    return out


def _dearest_first(groups: dict[str, Floats]) -> dict[str, Floats]:
    return dict(sorted(groups.items(), key=lambda item: (-float(np.median(item[1])), item[0])))
