"""Made-up houses: a few hundred that look real, the same ones for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from scraper.demo import listing, traits
from scraper.demo.listing import Sale
from scraper.demo.model import MARKUPS, Catalogue, Embedded, Ending, House, Photo, PhotoKind, Town
from scraper.demo.words import Place, places

PRIVATE_PREFIX: Final = "/house/9"
"""Houses whose ID begins with 9 stand under this disallowed part of the site."""
_EMBEDDED: Final[tuple[Embedded, ...]] = ("json-ld", "next-data", "none")
_GUESTS: Final = 2
_ENDINGS: Final[tuple[Ending, ...]] = ("link", "pager", "endless", "head")


@dataclass(frozen=True, slots=True)
class Seeded:
    """So many made-up houses of a seed, in their towns."""

    houses: int = 300
    seed: int = 7

    def catalogue(self) -> Catalogue:
        """All of them; each town also lists some of the next town's."""
        return _catalogue([house(number, self.seed) for number in range(self.houses)])


def _catalogue(made: list[House]) -> Catalogue:
    by_town: dict[str, list[str]] = {}
    for one in made:
        by_town.setdefault(one.city, []).append(one.house_id)
    ids = [by_town[place.name] for place in places() if place.name in by_town]
    present = [place for place in places() if place.name in by_town]
    towns = tuple(
        Town(
            place.slug,
            f"{place.name}, {place.state}",
            (*ids[at], *ids[(at + 1) % len(ids)][:_GUESTS]),
            _ENDINGS[at] if at < len(_ENDINGS) else "link",
        )
        for at, place in enumerate(present)
    )
    return Catalogue({one.house_id: one for one in made}, towns, (PRIVATE_PREFIX,))


def house(number: int, seed: int) -> House:
    """The house of a number, whatever the other houses are."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 - believable, not secret
    place = rng.choice(places())
    kind = traits.home_type(rng)
    body = traits.body(rng, kind)
    worth = traits.worth(rng, kind, body, place.price)
    sold = listing.sale(rng, worth)
    taxes = () if rng.random() < 0.06 else listing.taxes(rng, worth)
    private = traits.agent(rng)
    street = traits.street(rng, kind)
    return House(
        house_id=_house_id(number, seed),
        street=street,
        **_where(rng, place),
        **_money(sold),
        **body,
        **traits.comforts(rng, kind),
        **traits.prose(rng, place, street, private),
        home_type=kind,
        parcel_number=_maybe(rng, f"{rng.randint(1, 999):03d}-{rng.randint(0, 9999):04d}-{number}"),
        hoa_monthly=traits.hoa(rng, kind),
        estimate=float(round(worth * rng.uniform(0.93, 1.1), -2)),
        rent_estimate=float(round(worth * 0.0045 / 10) * 10),
        tax_assessed_value=taxes[0].assessed if taxes else None,
        annual_tax_amount=taxes[0].paid if taxes else None,
        taxes=taxes,
        agent=private,
        schools=traits.schools(rng),
        more=traits.more(rng),
        **_delivery(rng, number),
    )


def _house_id(number: int, seed: int) -> str:
    first = 9 if number % 20 == 8 else 1 + number % 8
    return f"{first}{(number * 7919 + seed * 104_729) % 10**7:07d}"


def _where(rng: Random, place: Place) -> dict[str, Any]:
    return {
        "city": place.name,
        "state": place.state,
        "zip": place.zip,
        "county": place.county,
        "region": _maybe(rng, rng.choice(place.regions)),
        "latitude": round(place.latitude + rng.uniform(-0.03, 0.03), 6),
        "longitude": round(place.longitude + rng.uniform(-0.03, 0.03), 6),
    }


def _money(sale: Sale) -> dict[str, Any]:
    """The money columns of a sale."""
    return {
        "status": sale.status,
        "sold_price": sale.sold and sale.sold.price,
        "sold_on": sale.sold and sale.sold.on,
        "listed_price": sale.listed and sale.listed.price,
        "listed_on": sale.listed and sale.listed.on,
        "last_sold_price": sale.last_sold and sale.last_sold.price,
        "last_sold_on": sale.last_sold and sale.last_sold.on,
        "history": tuple(reversed(sale.events)),
    }


def _delivery(rng: Random, number: int) -> dict[str, Any]:
    """How the page comes: every kind is there from ten houses on, disallowed ones included."""
    return {
        "markup": MARKUPS[number % len(MARKUPS)],
        "embedded": _EMBEDDED[number // len(MARKUPS) % len(_EMBEDDED)],
        "javascript": number % 5 == 2,
        "gone": (404, 410)[number // 40 % 2] if number % 40 == 9 else 0,
        "flaky": number == 3,
        "photos": _photos(rng, number),
    }


def _photos(rng: Random, number: int) -> tuple[Photo, ...]:
    kinds: list[PhotoKind] = [
        rng.choices(("jpeg", "turned", "png"), (80, 14, 6))[0] for _ in range(rng.randint(3, 8))
    ]
    if number in (5, 6):
        kinds[1] = "truncated" if number == 5 else "missing"
    return tuple(_photo(rng, at, kind) for at, kind in enumerate(kinds))


def _photo(rng: Random, at: int, kind: PhotoKind) -> Photo:
    name = f"{at + 1}.{'png' if kind == 'png' else 'jpg'}"
    if kind in ("truncated", "missing"):
        return Photo(name, kind)
    width, height = rng.choice(((900, 600), (880, 660), (960, 540), (600, 900)))
    return Photo(name, kind, width, height)


def _maybe(rng: Random, value: str) -> str | None:
    return None if rng.random() < 0.08 else value
