"""The object of embedded JSON that is this house, found by the shape of what a house is.

A house is an object with several of price, rooms, areas, address and year among its keys, its own
or those of the objects inside it. This house is the one that carries the ID of the page's address,
else the one with most such facts outside of lists; objects under keys that speak of other houses,
of people or of loans are left out (`words/regions.csv`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from scraper.extract.belongs import Region, key_region
from scraper.extract.fits import fits, kind_of
from scraper.extract.scripts import Json, unpack
from scraper.extract.vocabulary import Term, key_of, keys

CORE: Final = frozenset(
    [
        "price",
        "listed_price",
        "sold_price",
        "bedrooms",
        "bathrooms",
        "rooms",
        "living_area_sqft",
        "lot_size_sqft",
        "year_built",
        "home_type",
        "latitude",
        "address",
    ]
)
"""Columns that make an object look like a house."""
LISTS: Final = frozenset(("photos", "price_history", "tax_history", "schools"))
"""Pseudo-columns whose value is a list of its own."""
_DEEPEST = 40
_LONG_ID = 7
_INSIDE = 4
"""Facts are taken from objects at most so many levels inside the house's own."""


@dataclass(slots=True)
class Found:
    """A value out of an object."""

    column: str
    value: Json
    path: str
    depth: int
    unit: str = ""


@dataclass(slots=True)
class HouseObject:
    """An object that may be a house."""

    path: str
    value: dict[str, Json]
    in_list: bool
    is_this: bool
    """Whether it carries the ID or the address of the page."""
    facts: list[Found] = field(default_factory=list)

    def score(self) -> float:
        """How much it looks like the house of the page."""
        columns = {found.column for found in self.facts}
        near = {found.column for found in self.facts if found.depth == 0}
        core = len(columns & CORE) + 0.5 * len(near & CORE)
        return core + 0.2 * len(columns) + 6 * self.is_this - 4 * self.in_list


def houses(name: str, value: Json, ids: frozenset[str]) -> list[HouseObject]:
    """The objects of a JSON value that may be the page's house, the best first."""
    found: list[HouseObject] = []
    for path, node, in_list in _objects(name, value):
        is_this = _is_this(node, ids)
        if not (is_this or _core_columns(node)):
            continue
        house = HouseObject(path, node, in_list, is_this)
        house.facts = list(_facts(node, "", 0, ""))
        if len({fact.column for fact in house.facts} & CORE) >= 3:
            found.append(house)
    return sorted(found, key=lambda house: -house.score())


def _objects(name: str, value: Json) -> Iterator[tuple[str, dict[str, Json], bool]]:
    """Every object of a value with its path, and whether it is one of several in a list."""
    stack: list[tuple[str, Json, bool, int]] = [(name, value, False, 0)]
    while stack:
        path, node, in_list, depth = stack.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(node, dict):
            yield path, node, in_list
            for key, inner in node.items():
                opened = unpack(inner) if isinstance(inner, str) else inner
                if isinstance(opened, (dict, list)) and key_region(_word(key)) is Region.OWN:
                    stack.append((f"{path}.{key[:40]}", opened, in_list, depth + 1))
        elif isinstance(node, list):
            several = in_list or sum(isinstance(item, dict) for item in node[:3]) > 1
            for place, item in enumerate(node):
                if isinstance(item, (dict, list)):
                    stack.append((f"{path}[{place}]", item, several, depth + 1))


def positions(name: str, value: Json) -> Iterator[tuple[float, float, str]]:
    """Latitude and longitude of each object that holds both, outside of lists.

    The postal code that stands beside them comes third, "" where none does.
    """
    known = keys()
    for _, node, in_list in _objects(name, value):
        if in_list or len(node) > 40:
            continue
        found: dict[str, Json] = {}
        point = node.get("coordinates")
        if isinstance(point, list) and len(point) == 2 and "type" in node:
            # GeoJSON puts the longitude first (RFC 7946, 3.1.1).
            found = {"longitude": point[0], "latitude": point[1]}
        for key, inner in node.items():
            term = known.get(key_of(key)) if len(key) < 20 else None
            if term is not None and term.column in ("latitude", "longitude", "zip"):
                found[term.column] = inner
        try:
            latitude, longitude = float(found["latitude"]), float(found["longitude"])
        except (KeyError, TypeError, ValueError):
            continue
        if -90 <= latitude <= 90 and -180 <= longitude <= 180 and latitude and longitude:
            code = found.get("zip")
            yield latitude, longitude, code if isinstance(code, str) else ""


def _word(key: str) -> str:
    """A key in compared form; long ones are queries or IDs, not words."""
    return key_of(key) if len(key) < 40 else ""


def _core_columns(node: dict[str, Json]) -> set[str]:
    known = keys()
    found = set()
    for key, value in node.items():
        term = known.get(key_of(key)) if len(key) < 32 and value is not None else None
        if term is not None and term.column in CORE:
            found.add(term.column)
    return found


def _is_this(node: dict[str, Json], ids: frozenset[str]) -> bool:
    """Whether an object has the page's ID: under a key for IDs, or one too long for chance."""
    known = keys()
    for key, value in node.items():
        if isinstance(value, (str, int)) and str(value).lower() in ids:
            term = known.get(key_of(key)) if len(key) < 32 else None
            if (term is not None and term.column == "id") or len(str(value)) >= _LONG_ID:
                return True
    return False


def _facts(node: dict[str, Json], path: str, depth: int, under: str) -> Iterator[Found]:
    """The facts of an object and of the objects inside it."""
    known, units = keys(), _units(node)
    addressed = _is_addressed(node)
    if addressed and (street := _street(node)):
        yield Found("address", street, f"{path}.street" if path else "street", depth)
    for key, value in node.items():
        word = key_of(key) if len(key) <= 48 else ""
        term, place = known.get(word), f"{path}.{key}" if path else key
        column = term.column if term is not None else ""
        foreign = key_region(word) is not Region.OWN and column != "hoa_monthly"
        if not word or value in (None, "") or foreign or (column == "state" and not addressed):
            continue
        if column in LISTS:
            yield Found(column, value, place, depth)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            yield from _scalar(term, value, place, depth, units)
        elif isinstance(value, dict) and depth < _INSIDE:
            yield from _inside(column or under, value, place, depth)
        elif isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            if depth < _INSIDE and column not in LISTS:
                yield from _facts(value[0], f"{place}[0]", depth + 1, "")
        elif column and column not in LISTS and _is_texts(value):
            yield Found(column, ", ".join(value), place, depth)


def _scalar(
    term: Term | None, value: Json, path: str, depth: int, units: dict[str, str]
) -> Iterator[Found]:
    if term is None or term.column[0] == "@" or term.column in LISTS:
        return
    column = "parking_spaces" if term.column == "parking" and _is_count(value) else term.column
    if value == 0 and kind_of(column) in ("money", "area", "year"):
        return
    if column in ("id", "url") or fits(column, str(value)):
        yield Found(column, value, path, depth, term.unit or units.get(column, ""))


def _inside(column: str, value: dict[str, Json], path: str, depth: int) -> Iterator[Found]:
    """The facts of an inner object: a value with its unit, or facts of its own."""
    if column and column not in LISTS:
        amount = _amount(value, column)
        if amount is not None and fits(column, str(amount[0])):
            yield Found(column, amount[0], path, depth, amount[1])
            if column != "price":
                return
    yield from _facts(value, path, depth + 1, column)


def _amount(node: dict[str, Json], column: str) -> tuple[Json, str] | None:
    """The value and the unit of an object like `{"value": 117, "unit": "m2"}`."""
    lowered = {key_of(key): value for key, value in node.items()}
    for name in (*_VALUE_KEYS, "name") if kind_of(column) == "text" else _VALUE_KEYS:
        value = lowered.get(name)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
            unit = next((str(lowered[u]) for u in _UNIT_KEYS if lowered.get(u)), "")
            return value, unit
    return None


def _units(node: dict[str, Json]) -> dict[str, str]:
    """Column to the unit that a neighbouring key gives: `lotAreaUnits` beside `lotAreaValue`."""
    known = keys()
    found = {}
    for key, value in node.items():
        term = known.get(key_of(key)) if isinstance(value, str) else None
        if term is not None and term.column[0] == "@":
            found[term.column[1:]] = value
    return found


def _is_addressed(node: dict[str, Json]) -> bool:
    """Whether an object has parts of an address: only there `state` is one of them."""
    known = keys()
    terms = (known.get(key_of(key)) for key in node)
    return any(term is not None and term.column in ("city", "zip", "address") for term in terms)


def _street(node: dict[str, Json]) -> str:
    """The street line of an address that has its street, and maybe its number, apart."""
    lowered = {key_of(key): value for key, value in node.items() if isinstance(value, (str, int))}
    street = str(lowered.get("street") or lowered.get("streetname") or "").strip()
    number = str(next((lowered[key] for key in _NUMBER_KEYS if lowered.get(key)), "")).strip()
    if not street or any(char.isdigit() for char in street):
        return street
    return f"{street} {number}".strip()


def _is_count(value: Json) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isdigit())


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


_VALUE_KEYS = (
    "value",
    "amount",
    "raw",
    "numeric",
    "formatted",
    "formattedvalue",
    "text",
    "display",
)
_NUMBER_KEYS = ("housenumber", "streetnumber", "hausnummer", "numero", "civico")
_UNIT_KEYS = ("unit", "unitcode", "unittext", "units", "currency", "currencycode")
