"""What a week does to the houses of the embedded site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from scraper.demo.listing import TODAY
from scraper.demo.model import Catalogue, Event, House, Town
from scraper.demo.seeded import house

_SEED: Final = 20_260
"""New houses are those of another seed than any that tests use: none is there already."""
SHARES: Final = {"new": 0.04, "sold": 0.05, "repriced": 0.08, "gone": 0.03, "unlisted": 0.02}
"""What happens in a week, as shares of all listed houses; each happens once at least."""


@dataclass(frozen=True, slots=True)
class Week:
    """House IDs by what happened to them, no house in two of them."""

    new: frozenset[str]
    sold: frozenset[str]
    """Offered or pending before."""
    repriced: frozenset[str]
    """Offered for another price than before."""
    gone: frozenset[str]
    """In no list, and their page answers 404 or 410."""
    unlisted: frozenset[str]
    """In no list, and their page is as it was."""


def after_week(catalogue: Catalogue, number: int) -> tuple[Catalogue, Week]:
    """The site when its week of that number (from 1) is over, and what happened in it.

    The same catalogue and number give the same week. Houses that search pages list and whose page
    may be read change; what is not listed any more does not come back.
    """
    rng = Random(f"week/{number}")  # noqa: S311 - believable, not secret
    on = TODAY + timedelta(days=7 * number)
    listed = sorted({one for town in catalogue.towns for one in town.house_ids})
    read = [one for one in listed if _is_read(catalogue, one)]
    houses = dict(catalogue.houses)
    chosen: set[str] = set()

    def some(kind: str, among: Iterable[str]) -> list[str]:
        left = [one for one in among if one not in chosen]
        found = rng.sample(left, min(len(left), max(1, round(SHARES[kind] * len(listed)))))
        chosen.update(found)
        return sorted(found)

    sold = some("sold", (one for one in read if houses[one].status in ("for_sale", "pending")))
    repriced = some("repriced", (one for one in read if houses[one].status == "for_sale"))
    gone, unlisted = some("gone", read), some("unlisted", read)
    houses |= {one: _sold(houses[one], rng, on) for one in sold}
    houses |= {one: _repriced(houses[one], rng, on) for one in repriced}
    houses |= {one: replace(houses[one], gone=rng.choice((404, 410))) for one in gone}
    new = _new(catalogue, number, max(1, round(SHARES["new"] * len(listed))))
    houses |= {one.house_id: one for one in new}
    towns = _towns(catalogue.towns, {*gone, *unlisted}, new)
    kinds = (frozenset(some) for some in (sold, repriced, gone, unlisted))
    week = Week(frozenset(one.house_id for one in new), *kinds)
    return replace(catalogue, houses=houses, towns=towns), week


def _is_read(catalogue: Catalogue, house_id: str) -> bool:
    is_gone = catalogue.houses[house_id].gone
    return not is_gone and not f"/house/{house_id}".startswith(catalogue.disallow)


def _sold(one: House, rng: Random, on: date) -> House:
    asked = one.listed_price or 300_000.0
    paid = float(round(asked * rng.uniform(0.95, 1.05) / 500) * 500)
    sale = Event(on - timedelta(days=rng.randint(0, 6)), "Sold", paid)
    return replace(
        one, status="sold", sold_price=paid, sold_on=sale.on, history=(sale, *one.history)
    )


def _repriced(one: House, rng: Random, on: date) -> House:
    asked = one.listed_price or 300_000.0
    price = float(round(asked * rng.uniform(0.9, 0.98) / 1000) * 1000)
    change = Event(on - timedelta(days=rng.randint(0, 6)), "Price change", price)
    return replace(one, listed_price=price, history=(change, *one.history))


def _new(catalogue: Catalogue, number: int, count: int) -> list[House]:
    """Houses of the towns that there are, which any crawler may read."""
    towns = {town.name for town in catalogue.towns}
    made: list[House] = []
    at = number * 1000
    while len(made) < count:
        at += 1
        one = replace(house(at, _SEED), gone=0, flaky=False, javascript=False)
        known = one.house_id in catalogue.houses
        if not known and f"{one.city}, {one.state}" in towns and one.house_id[0] != "9":
            made.append(one)
    return made


def _towns(towns: Sequence[Town], left: set[str], new: Sequence[House]) -> tuple[Town, ...]:
    return tuple(
        replace(
            town,
            house_ids=(
                *(one for one in town.house_ids if one not in left),
                *(one.house_id for one in new if f"{one.city}, {one.state}" == town.name),
            ),
        )
        for town in towns
    )
