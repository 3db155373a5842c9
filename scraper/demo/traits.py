"""The body of a made-up house: its size, its rooms, its comforts and what is written of it."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from scraper.demo.model import Agent, Level, School
from scraper.demo.words import Place, words
from scraper.schema import SQFT_PER_ACRE

_TYPES = {
    "SingleFamily": 62,
    "Condo": 13,
    "Townhouse": 11,
    "MultiFamily": 5,
    "Apartment": 3,
    "Manufactured": 3,
    "VacantLand": 3,
}
_AREAS = {
    "SingleFamily": (950, 4200),
    "Condo": (520, 1900),
    "Townhouse": (1000, 2400),
    "MultiFamily": (1800, 5200),
    "Apartment": (450, 1300),
    "Manufactured": (700, 1800),
}
_WORTH = {"Condo": 1.08, "Townhouse": 0.97, "MultiFamily": 0.8, "Manufactured": 0.45}
_SHARED_LAND = ("Condo", "Apartment")
_LEVELS: Final[tuple[tuple[Level, str], ...]] = (
    ("Elementary", "K-5"),
    ("Middle", "6-8"),
    ("High", "9-12"),
)


Body = dict[str, Any]
"""Size and rooms by the name of their column; what is unknown is left out."""


def home_type(rng: Random) -> str:
    """A kind of home, in the shares of a usual town."""
    return rng.choices(list(_TYPES), list(_TYPES.values()))[0]


def body(rng: Random, kind: str) -> Body:
    """Size and rooms that go together; about one value in fifteen is unknown."""
    whole = _land(rng) if kind == "VacantLand" else _building(rng, kind)
    keep = ("lot_size_sqft",) if kind == "VacantLand" else ("living_area_sqft",)
    for name in list(whole):
        if name not in keep and rng.random() < 0.07:
            del whole[name]
    if "bathrooms" not in whole:
        whole.pop("full_bathrooms", None)
    return whole


def worth(rng: Random, kind: str, size: Body, price: float) -> float:
    """Dollars: by town, kind, area, age and baths, with some luck."""
    if kind == "VacantLand":
        return float(40_000 + price * 60 * size["lot_size_sqft"] / SQFT_PER_ACRE)
    area = size["living_area_sqft"]
    age = (2024 - size.get("year_built", 1975)) / 100
    factor = _WORTH.get(kind, 1.0) * (1.12 - 0.3 * age) * (1 + 0.03 * size.get("bathrooms", 2))
    return float(price * area**0.93 * 1.6 * factor * rng.lognormvariate(0, 0.13))


def street(rng: Random, kind: str) -> str:
    """A street line, with the unit where many share a door."""
    line = f"{rng.randint(1, 9899)} {rng.choice(words('streets', 'names'))}"
    line = f"{line} {rng.choice(words('streets', 'kinds'))}"
    if kind not in _SHARED_LAND:
        return line
    sign = rng.choice(words("streets", "units"))
    unit = rng.choice((f"{rng.randint(1, 48)}", f"{rng.randint(1, 9)}{rng.choice('ABCD')}"))
    return f"{line} {sign}{unit}" if sign == "#" else f"{line} {sign} {unit}"


def comforts(rng: Random, kind: str) -> dict[str, Any]:
    """Heating, cooling, parking, flooring and appliances, each missing now and then."""
    if kind == "VacantLand":
        return {}
    names = ("heating", "cooling", "parking", "flooring", "appliances")
    return {name: rng.choice(words("facts", name)) for name in names if rng.random() < 0.88}


def hoa(rng: Random, kind: str) -> float | None:
    """Monthly fees, mostly where land is shared."""
    share = 0.9 if kind in (*_SHARED_LAND, "Townhouse") else 0.15
    return float(rng.randrange(45, 780, 5)) if rng.random() < share else None


def agent(rng: Random) -> Agent:
    """Somebody who does not exist, with a number that nobody has."""
    first, last = rng.choice(words("people", "first")), rng.choice(words("people", "last"))
    phone = f"({rng.choice(words('people', 'area_codes'))}) 555-01{rng.randint(0, 99):02d}"
    email = f"{first}.{last}@realty.example".lower()
    return Agent(f"{first} {last}", rng.choice(words("people", "offices")), phone, email)


def prose(rng: Random, place: Place, street_line: str, who: Agent) -> dict[str, Any]:
    """The listing's text, in one of five with a last sentence that says whom to call."""
    style = rng.choice(words("facts", "styles"))
    opening = rng.choice(words("text", "openings"))
    middle = rng.sample(words("text", "middles"), rng.randint(2, 4))
    first = opening.format(street=street_line, style=style, city=place.name)
    text = " ".join((first, *middle, rng.choice(words("text", "endings"))))
    contact = rng.choice(words("text", "contacts")) if rng.random() < 0.2 else ""
    return {
        "description": text,
        "contact_line": contact.format(phone=who.phone, email=who.email),
    }


def schools(rng: Random) -> tuple[School, ...]:
    """The nearest school of each level; a level, a rating or a distance may be missing."""
    names = rng.sample(words("schools", "names"), 3)
    out = []
    for (level, grades), name in zip(_LEVELS, names, strict=True):
        if rng.random() < 0.06:
            continue
        rating = rng.randint(2, 10) if rng.random() > 0.06 else None
        full = f"{name} {level} School"
        out.append(School(level, full, grades, rating, rng.randint(2, 59) / 10))
    return tuple(out)


def more(rng: Random) -> dict[str, tuple[tuple[str, str], ...]]:
    """Facts that no column asks for."""
    roof, style = rng.choice(words("facts", "roofs")), rng.choice(words("facts", "styles"))
    return {"Construction": (("Roof", roof), ("Architectural style", style))}


def _land(rng: Random) -> Body:
    return {"lot_size_sqft": round(rng.uniform(0.3, 12), 2) * SQFT_PER_ACRE}


def _building(rng: Random, kind: str) -> Body:
    low, high = _AREAS[kind]
    area = float(round(low + (high - low) * rng.betavariate(1.8, 3.2)))
    bedrooms = max(1, min(7, round(area / 640 + rng.uniform(-0.4, 1.1))))
    full = max(1, round(bedrooms * rng.uniform(0.4, 0.8)))
    half = rng.choice((0, 0, 1))
    garage = rng.choice((0, 1, 2, 2, 3))
    out: Body = {
        "bedrooms": float(bedrooms),
        "bathrooms": full + half / 2,
        "full_bathrooms": float(full),
        "rooms": float(bedrooms + rng.randint(2, 4)),
        "stories": rng.choice((1.0, 1.0, 2.0, 2.0, 3.0)),
        "parking_spaces": float(garage + rng.randint(1, 2)),
        "living_area_sqft": area,
        "year_built": rng.choice((rng.randint(1895, 1945), rng.randint(1946, 2023))),
    }
    if garage:
        out["garage_spaces"] = float(garage)
    if kind not in _SHARED_LAND:
        out["lot_size_sqft"] = _lot(rng, area)
    return out


def _lot(rng: Random, area: float) -> float:
    """Whole square feet, or whole hundredths of an acre: exactly what the page says."""
    if rng.random() < 0.72:
        return float(round(min(area * rng.uniform(1.3, 2.5), 10_800)))
    return round(rng.uniform(0.25, 4.5), 2) * SQFT_PER_ACRE
