"""The objects inside a JSON value, with what their place in it says of them."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from typing import Final

from scraper.extract.belongs import Region, key_region
from scraper.extract.joined import STREETS
from scraper.extract.kept import by_keys
from scraper.extract.scripts import SHORTEST, Json, unpack
from scraper.extract.vocabulary import key_of, key_term

Cache = dict[str, dict[str, Json]]
"""Objects of a normalised cache by the names that others point to them with."""
_DEEPEST = 40
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
_SHORT: Final = frozenset((str, int, float, bool, type(None)))
"""Types of what holds no object, where it stands in a list."""
_MOST_KEYS = 60
"""Objects with more keys than that, taken together, are not all of one kind."""
_SEVERAL = 8
"""A shorter list is looked at item by item."""
_ID_KEY = re.compile(r"(?:^|:)[\w-]*\d[\w-]{2,}$")


Node = tuple[str, dict[str, Json], bool, bool]
"""Path, object, whether it is one of several, whether the page's ID is its key."""
_Step = tuple[str, Json, bool, bool, int]
"""The same of any value, and how deep it stands."""


def objects(
    name: str, value: Json, ids: frozenset[str] = frozenset(), *, packs: bool = True
) -> Iterator[Node]:
    """Every object of a value; `packs` says whether its strings may be JSON in themselves."""
    stack: list[_Step] = [(name, value, False, False, 0)]
    while stack:
        path, node, in_list, named, depth = stack.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(node, dict):
            yield path, node, in_list, named
            # Most objects of an application's state hold nothing but short values.
            if not _is_flat(node):
                stack += _inside(path, node, in_list, ids, depth + 1)
        elif isinstance(node, list):
            several = in_list or sum(isinstance(item, dict) for item in node[:3]) > 1
            for place, item in () if not packs and _are_all_mute(node) else _telling(node):
                stack.append((f"{path}[{place}]", item, several, False, depth + 1))


def _is_flat(node: dict[str, Json]) -> bool:
    """Whether an object holds short values only."""
    for inner in node.values():
        kind = type(inner)
        if kind is str:
            if len(inner) >= SHORTEST:
                return False
        elif kind is dict or kind is list:
            return False
    return True


def _telling(items: list[Json]) -> Iterator[tuple[int, Json]]:
    """Place and value of the lists and objects of a list, without the many that can be no house.

    An object of short values is none, whatever they are, where its keys name too little.
    """
    mute: tuple[str, ...] = ()
    for place, item in enumerate(items):
        kind = type(item)
        if kind is dict:
            keys = tuple(item)
            if keys != mute and _are_mute(keys):
                mute = keys
            if keys != mute or not _is_flat(item):
                yield place, item
        elif kind is list and not _SHORT.issuperset(map(type, item)):
            yield place, item


def _are_all_mute(items: list[Json]) -> bool:
    """Whether a list is one of objects of flat values whose keys, all together, name too little.

    Asked of the whole list at once, each question in one call. An object that the collector of
    garbage does not track holds neither a list nor an object.
    """
    first = items[0] if len(items) >= _SEVERAL else None
    if not isinstance(first, dict) or not _are_mute(first):
        return False
    if {*map(type, items)} != {dict} or any(map(gc.is_tracked, items)):
        return False
    keys = set().union(*items)
    return len(keys) <= _MOST_KEYS and _are_mute(keys)


@by_keys
def _are_mute(keys: tuple[str, ...]) -> bool:
    """Whether keys name too little: a house has three of `CORE`, one of which a label may name."""
    columns = {term.column for key in keys if (term := key_term(key)) is not None}
    if "__ref" in keys or "longitude" in columns:
        return False
    # A street and its number are an address, by two keys that alone are none.
    pieces = any(key_of(key) in STREETS for key in keys)
    return len(columns & CORE) + pieces < 2


def _inside(
    path: str, node: dict[str, Json], in_list: bool, ids: frozenset[str], depth: int
) -> Iterator[_Step]:
    """The lists and objects in an object."""
    numbered = keyed(node)
    for key, inner in node.items():
        opened = unpack(inner) if isinstance(inner, str) else inner
        if isinstance(opened, (dict, list)) and key_region(_word(key)) is Region.OWN:
            several = in_list or key in numbered
            mine = key in numbered and key.rpartition(":")[2].lower() in ids
            yield f"{path}.{key[:40]}", opened, several, mine, depth


def keyed(node: dict[str, Json]) -> frozenset[str]:
    """The keys of objects that are kept by their IDs, where there are several of one kind.

    >>> sorted(keyed({"Home:12345": {}, "Home:12399": {}, "Agent:77777": {}, "id": 1}))
    ['Home:12345', 'Home:12399']
    """
    if not (named := _of_ids(node)):
        return frozenset()
    kinds: dict[str, list[str]] = {}
    for key in named:
        if isinstance(node[key], dict):
            kinds.setdefault(key.rpartition(":")[0], []).append(key)
    return frozenset(key for several in kinds.values() if len(several) > 1 for key in several)


@by_keys
def _of_ids(keys: tuple[str, ...]) -> list[str]:
    """The keys that end in an ID, where there are several."""
    found = [key for key in keys if _ID_KEY.search(key)]
    return found if len(found) > 1 else []


def entities(nodes: list[Node]) -> Cache:
    """The objects of a normalised cache by their names, where objects point to each other."""
    if not any("__ref" in node for _, node, _, _ in nodes):
        return {}
    return {
        key: inner
        for _, node, _, _ in nodes
        for key, inner in node.items()
        if ":" in key and isinstance(inner, dict)
    }


def _word(key: str) -> str:
    """A key in compared form; long ones are queries or IDs, not words."""
    return key_of(key) if len(key) < 40 else ""
