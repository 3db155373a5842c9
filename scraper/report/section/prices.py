"""Prices: their histogram, their density by type, and the types themselves."""

from __future__ import annotations

from functools import partial

import numpy as np

from scraper.report.chart.bars import bars
from scraper.report.chart.boxes import boxes
from scraper.report.chart.histogram import histogram
from scraper.report.chart.ridges import ridges
from scraper.report.section.section import Section
from scraper.report.shown import short_money, words
from scraper.report.subject import Subject
from scraper.report.values import Floats, known


def prices(subject: Subject) -> Section:
    """The section of the report."""
    price = subject.price
    label = partial(short_money, currency=price.currency)
    return Section(
        "prices",
        "Prices",
        "Prices and types of homes",
        _lead(subject),
        {
            "price": price,
            "histogram": histogram(known(price.values), label),
            "priced": known(price.values).size,
            "types": bars(subject.home_types, words),
            "ridges": ridges(_by_type(subject, price.values), label),
            "boxes": boxes(_by_type(subject, subject.per_sqft), label),
        },
    )


def _lead(subject: Subject) -> str:
    """Which price it is, of how many houses, and what was left out."""
    price = subject.price
    priced = known(price.values).size
    if not priced:
        return "No house of this dataset has a price."
    text = f"The {price.name} in {price.currency or 'an unnamed currency'} of {priced:,} of "
    text += f"{len(subject.houses):,} houses, on logarithmic axes."
    if price.column != "sold_price":
        text = f"No house has a sold price, so the {price.name} stands in for it. {text}"
    if price.elsewhere:
        text += f" {price.elsewhere:,} with a price in another currency are left out."
    return text


def _by_type(subject: Subject, values: Floats) -> dict[str, Floats]:
    """Known values by home type, the lowest median first."""
    kinds = np.array([kind or "" for kind in subject.home_types], dtype=object)
    groups = {words(kind): known(values[kinds == kind]) for kind in set(kinds) - {""}}
    filled = {kind: group for kind, group in groups.items() if group.size}
    return dict(sorted(filled.items(), key=lambda item: (float(np.median(item[1])), item[0])))
