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
from scraper.extract.carried import carries_id
from scraper.extract.fits import fits, kind_of
from scraper.extract.joined import Found, joined
from scraper.extract.kept import by_keys
from scraper.extract.labelled import labelled_facts
from scraper.extract.objects import CORE, Cache, Node, entities, keyed
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import Term, key_of, key_term, unit_like

LISTS: Final = frozenset(("photos", "price_history", "tax_history", "schools"))
"""Pseudo-columns whose value is a list of its own."""
_INSIDE = 4
"""Facts are taken from objects at most so many levels inside the house's own."""


@dataclass(slots=True)
class HouseObject:
    """An object that may be a house."""

    path: str
    value: dict[str, Json]
    in_list: bool
    is_this: bool
    """Whether it carries the ID or the address of the page."""
    facts: list[Found] = field(default_factory=list)
    lead: float = 0.0
    """What is added to the score."""

    def columns(self) -> set[str]:
        """The columns that it has facts for."""
        return {found.column for found in self.facts}

    def is_house(self) -> bool:
        """Whether three facts of a house stand in it, by keys or by labels."""
        columns = self.columns() & CORE
        if len(columns) in (1, 2):
            columns |= {term.column for term, *_ in labelled_facts(self.value)} & CORE
        return len(columns) >= 3

    def score(self) -> float:
        """How much it looks like the house of the page."""
        columns = self.columns()
        near = {found.column for found in self.facts if found.depth == 0}
        core = len(columns & CORE) + 0.5 * len(near & CORE)
        return core + 0.2 * len(columns) + 6 * self.is_this - 4 * self.in_list + self.lead


def houses(nodes: list[Node], ids: frozenset[str]) -> list[HouseObject]:
    """The objects of a JSON value that may be the page's house, the best first."""
    found: list[HouseObject] = []
    known = entities(nodes)
    for path, node, in_list, named in nodes:
        is_this = named or carries_id(node, ids)
        if not (is_this or (_keys_of_core(node) and _core_columns(node))):
            continue
        house = HouseObject(path, node, in_list, is_this)
        house.facts = list(_facts(node, "", 0, "", known))
        if house.is_house():
            found.append(house)
    found.sort(key=lambda house: -house.score())
    return _whole_first(found, nodes, known)


def _whole_first(found: list[HouseObject], nodes: list[Node], cache: Cache) -> list[HouseObject]:
    """The houses, led by the object that the best one is only a part of, where it says more."""
    above = found[0].path.rpartition(".")[0] if found else ""
    around = next((node for node in nodes if above and node[0] == above), None)
    inside = [house for house in found if house.path.startswith(above)]
    if around is None or around[2] or any(not h.path.startswith(found[0].path) for h in inside):
        return found
    whole = HouseObject(above, around[1], False, found[0].is_this or around[3])
    whole.facts = list(_facts(whole.value, "", 0, "", cache))
    if len(whole.columns()) < len(found[0].columns()) + 2:
        return found
    whole.lead = found[0].score() - whole.score() + 0.1
    return [whole, *found]


def _core_columns(node: dict[str, Json]) -> set[str]:
    return {column for key, column in _keys_of_core(node) if node[key] is not None}


@by_keys
def _keys_of_core(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The keys that name a core column, with it."""
    terms = ((key, key_term(key)) for key in keys if len(key) < 32)
    return tuple((k, term.column) for k, term in terms if term is not None and term.column in CORE)


def _facts(
    node: dict[str, Json], path: str, depth: int, under: str, cache: Cache
) -> Iterator[Found]:
    """The facts of an object and of the objects inside it."""
    units, numbered = _units(node), keyed(node)
    under = "lot_size_sqft" if _is_land(node) else under
    yield from joined(node, path, depth)
    for key, said, is_kind in _keys_of_house(node):
        given = node[key]
        value, term = _meant(given, cache), _of_land(said, under)
        if value in (None, "") or (term is None and not isinstance(value, dict)):
            continue
        column = term.column if term is not None else ""
        if column == "state" and not _is_addressed(node):
            continue
        if is_kind and len(_core_columns(node)) < 3:
            continue
        place = f"{path}.{key}" if path else key
        if column in LISTS:
            yield Found(column, given, place, depth)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            yield from _scalar(term, value, place, depth, units)
        elif isinstance(value, dict) and depth < _INSIDE and key not in numbered:
            if column not in LISTS:
                unit = term.unit if term is not None else ""
                yield from _inside(column or under, value, (place, unit), depth, cache)
        elif column and column not in LISTS and _is_texts(value):
            yield Found(column, ", ".join(value), place, depth)


@by_keys
def _keys_of_house(keys: tuple[str, ...]) -> tuple[tuple[str, Term | None, bool], ...]:
    """The keys that may speak of a house, what they stand for, whether they say what kind it is."""
    words = {key: word for key in keys if len(key) <= 48 and (word := key_of(key))}
    terms = {key: key_term(key) for key in words}
    return tuple(
        (key, term, words[key] in _TYPE_KEYS)
        for key, term in terms.items()
        if key_region(words[key]) is Region.OWN or (term and term.column == "hoa_monthly")
    )


def _meant(value: Json, cache: Cache) -> Json:
    """What a reference points to; the only item of a list in place of the list."""
    if isinstance(value, dict) and "__ref" in value:
        return cache.get(str(value["__ref"]), value)
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_land(node: dict[str, Json]) -> bool:
    """Whether an object says of itself that it is the size of the land."""
    for key in ("sizeType", "areaType", "type", "name", "key"):
        one = node.get(key)
        if isinstance(one, str) and one.lower() in _LAND:
            return True
    return False


def _of_land(term: Term | None, under: str) -> Term | None:
    """A plain area inside an object for the land is the land's."""
    if term is not None and under == "lot_size_sqft" and term.column == "living_area_sqft":
        return Term(under, term.weight, term.unit)
    return term


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


def _inside(
    column: str,
    value: dict[str, Json],
    named: tuple[str, str],
    depth: int,
    cache: Cache,
) -> Iterator[Found]:
    """The facts of an inner object: a value with its unit, or facts of its own.

    `named` is the object's path and the unit that its key names.
    """
    path, unit = named
    if column and column not in LISTS:
        amount = _amount(value, column)
        if amount is not None and fits(column, str(amount[0])):
            yield Found(column, amount[0], path, depth, amount[1] or unit)
            if column != "price":
                return
    yield from _facts(value, path, depth + 1, column, cache)


def _amount(node: dict[str, Json], column: str) -> tuple[Json, str] | None:
    """The value and the unit of an object like `{"value": 117, "unit": "m2"}`."""
    lowered = {key_of(key): value for key, value in node.items()}
    for name in (*_VALUE_KEYS, "name") if kind_of(column) == "text" else _VALUE_KEYS:
        value = lowered.get(name)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
            unit = next((lowered[u] for u in _UNIT_KEYS if lowered.get(u)), "")
            if isinstance(unit, dict):
                unit = next((v for v in unit.values() if isinstance(v, str) and unit_like(v)), "")
            return value, str(unit)
    return None


def _units(node: dict[str, Json]) -> dict[str, str]:
    """Column to the unit that a neighbouring key gives: `lotAreaUnits` beside `lotAreaValue`."""
    return {of: node[key] for key, of in _keys_of_units(node) if isinstance(node[key], str)}


@by_keys
def _keys_of_units(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    terms = ((key, key_term(key)) for key in keys)
    return tuple((k, term.column[1:]) for k, term in terms if term and term.column[0] == "@")


@by_keys
def _is_addressed(keys: tuple[str, ...]) -> bool:
    """Whether an object has parts of an address: only there `state` is one of them."""
    terms = map(key_term, keys)
    return any(term is not None and term.column in ("city", "zip", "address") for term in terms)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isdigit())


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


_TYPE_KEYS = frozenset(("type", "category"))
"""Keys that say what kind of home it is only in an object that is the home itself."""
_LAND = frozenset(("land", "lot", "plot", "terrain", "grundstueck", "perceel"))
_VALUE_KEYS = (
    "value",
    "amount",
    "raw",
    "numeric",
    "formatted",
    "formattedvalue",
    "text",
    "display",
    "displayvalue",
    "number",
    "min",
    "mainvalue",
)
_UNIT_KEYS = (
    "unit",
    "unitcode",
    "unittext",
    "units",
    "sizeunit",
    "areaunit",
    "unitsymbol",
    "uom",
    "currency",
    "currencycode",
)
