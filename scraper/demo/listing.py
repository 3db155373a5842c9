"""The money and the days of a made-up house: what it was sold for, asked for and taxed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from scraper.demo.model import Event, Tax

Status = Literal["sold", "for_sale", "pending", "off_market"]

TODAY = date(2024, 6, 30)
"""The day on which the site stands still, so that a seed always gives the same pages."""
_STATUSES: tuple[Status, ...] = ("sold", "for_sale", "pending", "off_market")
_WEIGHTS = (60, 25, 9, 6)


@dataclass(frozen=True, slots=True)
class Sale:
    """What happened to a house, oldest event first."""

    status: Status
    events: tuple[Event, ...]
    sold: Event | None = None
    """The sale that the page names as the house's sale."""
    listed: Event | None = None
    """Day of the listing, with the last price that was asked for."""
    last_sold: Event | None = None
    """The sale before the listing."""


def sale(rng: Random, worth: float) -> Sale:
    """The way of a house to the market; one in twenty-five sold ones hides its price."""
    status = rng.choices(_STATUSES, _WEIGHTS)[0]
    if status == "off_market":
        only = Event(_past(rng, 900, 9000), "Sold", _rounded(worth * rng.uniform(0.3, 0.9)))
        return Sale(status, (only,), sold=only)
    listed_on = _past(rng, 120, 900) if status == "sold" else _past(rng, 3, 120)
    last = _earlier_sale(rng, worth, listed_on)
    events, listed = _asked(rng, worth, listed_on)
    if status == "pending":
        on = min(listed.on + timedelta(days=2), TODAY)
        events.append(Event(on, "Pending sale", listed.price))
    sold = _closed(rng, listed, events) if status == "sold" else None
    first = [last] if last else []
    return Sale(status, (*first, *events), sold, Event(listed_on, "", listed.price), last)


def taxes(rng: Random, worth: float) -> tuple[Tax, ...]:
    """Six years of assessments, newest first; the last year is what the page's facts say."""
    assessed = _rounded(worth * rng.uniform(0.45, 0.95), 1)
    rate = rng.uniform(0.006, 0.021)
    years = []
    for back in range(6):
        years.append(Tax(TODAY.year - 1 - back, float(round(assessed * rate)), assessed))
        assessed = _rounded(assessed / rng.uniform(1.005, 1.06), 1)
    return tuple(years)


def _earlier_sale(rng: Random, worth: float, listed_on: date) -> Event | None:
    if rng.random() < 0.35:
        return None
    on = listed_on - timedelta(days=rng.randint(500, 7000))
    return Event(on, "Sold", _rounded(worth * rng.uniform(0.3, 0.85)))


def _asked(rng: Random, worth: float, listed_on: date) -> tuple[list[Event], Event]:
    asked = _rounded(worth * rng.uniform(0.97, 1.12))
    events = [Event(listed_on, "Listed for sale", asked)]
    if rng.random() < 0.3:
        on = min(listed_on + timedelta(days=rng.randint(1, 45)), TODAY)
        events.append(Event(on, "Price change", _rounded(asked * rng.uniform(0.92, 0.99))))
    return events, events[-1]


def _closed(rng: Random, listed: Event, events: list[Event]) -> Event:
    pending = listed.on + timedelta(days=rng.randint(4, 30))
    events.append(Event(pending, "Pending sale", listed.price))
    assert listed.price is not None
    paid = None if rng.random() < 0.04 else _rounded(listed.price * rng.uniform(0.95, 1.07), 500)
    sold = Event(pending + timedelta(days=rng.randint(10, 28)), "Sold", paid)
    events.append(sold)
    return sold


def _past(rng: Random, nearest: int, farthest: int) -> date:
    return TODAY - timedelta(days=rng.randint(nearest, farthest))


def _rounded(value: float, step: int = 1000) -> float:
    return float(round(value / step) * step)
