"""What a house page shows, in words: one value for templates, for scripts and for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scraper.demo import shown
from scraper.demo.labels import STATUS_WORDS, groups
from scraper.demo.model import Event, House, School
from scraper.demo.truth import photo_url

View = dict[str, Any]
"""Names to texts and lists of texts, ready for JSON."""

_LOAN_SHARE, _MONTHLY_RATE = 0.8, 0.0064
"""A loan of four fifths at about 6.7 percent over thirty years."""


def view(house: House, similar: Sequence[House], photo_root: str) -> View:
    """All that the page of a house shows; `similar` are the neighbours in its last block."""
    return {
        "id": house.house_id,
        "address": address_line(house),
        "badge": STATUS_WORDS[house.status],
        "headline": headline(house),
        "glance": glance(house),
        "worth": _worth(house),
        "about": " ".join(part for part in (house.description, house.contact_line) if part),
        "groups": [{"title": g.title, "lines": [list(p) for p in g.lines]} for g in groups(house)],
        "schools": [_school(school) for school in house.schools],
        "history": [_event(event) for event in house.history],
        "taxes": [
            [str(tax.year), shown.money(tax.paid), shown.money(tax.assessed)] for tax in house.taxes
        ],
        "photos": photos(house, photo_root),
        "agent": _agent(house),
        "similar": [card(one, photo_root) for one in similar],
        "markup": house.markup,
    }


def address_line(house: House) -> str:
    """The address in one line."""
    return f"{house.street}, {house.city}, {house.state} {house.zip}"


def headline(house: House) -> str:
    """The big line over the facts: the sale, or what is asked for."""
    if house.sold_on is not None:
        price = f" for {shown.money(house.sold_price)}" if house.sold_price is not None else ""
        return f"Sold on {shown.short_day(house.sold_on)}{price}"
    return shown.money(house.listed_price) if house.listed_price is not None else ""


def glance(house: House) -> list[list[str]]:
    """Value and unit of what a buyer looks for first."""
    facts = [
        [shown.number(house.bedrooms), "bd"],
        [shown.number(house.bathrooms), "ba"],
        [shown.area(house.living_area_sqft).removesuffix(" sqft"), "sqft"],
    ]
    if house.home_type == "VacantLand":
        facts = []
    if house.lot_size_sqft is not None:
        size, unit = shown.lot(house.lot_size_sqft).split(" ")
        facts.append([size, f"{unit.lower()} lot"])
    return facts


def card(house: House, photo_root: str) -> View:
    """A house on a search page or among similar homes."""
    price = house.sold_price if house.status in ("sold", "off_market") else house.listed_price
    facts = " ".join(f"{value} {unit}" for value, unit in glance(house)[:3])
    large = photos(house, photo_root)
    return {
        "id": house.house_id,
        "url": f"/house/{house.house_id}",
        "address": address_line(house),
        "badge": STATUS_WORDS[house.status],
        "price": shown.money(price) if price is not None else "Price not disclosed",
        "facts": facts,
        "photo": large[0]["small"] if large else "",
    }


def photos(house: House, photo_root: str) -> list[dict[str, str]]:
    """Addresses of each photo: the largest size, and a small one where the site has it."""
    return [
        {
            "large": photo_url(house.house_id, photo.name, photo_root),
            "small": photo_url(house.house_id, photo.name, photo_root).replace(
                "/large/", "/large/" if photo.path else "/small/"
            ),
        }
        for photo in house.photos
    ]


def _worth(house: House) -> list[list[str]]:
    """Money that is not the price: an estimate, a rent, a loan's payment."""
    lines = []
    if house.estimate is not None:
        lines.append(["Homestead estimate", shown.money(house.estimate)])
        payment = round(house.estimate * _LOAN_SHARE * _MONTHLY_RATE)
        lines.append(["Estimated payment", f"{shown.money(float(payment))}/mo"])
    if house.rent_estimate is not None:
        lines.append(["Rent estimate", f"{shown.money(house.rent_estimate)}/mo"])
    return lines


def _school(school: School) -> dict[str, str]:
    rating = "--" if school.rating is None else f"{school.rating}/10"
    distance = "--" if school.distance is None else f"{shown.number(school.distance)} mi"
    return {
        "level": school.level,
        "name": school.name,
        "grades": school.grades,
        "rating": rating,
        "distance": distance,
    }


def _event(event: Event) -> list[str]:
    return [shown.day(event.on), event.event, shown.money(event.price)]


def _agent(house: House) -> dict[str, str] | None:
    if house.agent is None:
        return None
    who = house.agent
    return {"name": who.name, "office": who.office, "phone": who.phone, "email": who.email}
