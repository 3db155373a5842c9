"""What the checks look at in a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from scraper.schema import TABLES, Row

CORE: Final = frozenset(
    [
        "price", "sold_price", "listed_price", "address", "city", "living_area_sqft", "bedrooms",
        "bathrooms", "year_built", "home_type", "status", "sold_on", "currency",
    ]
)  # fmt: skip
"""What a buyer asks for first: a redesign that hides one of these is known at once."""
PRICES: Final = ("sold_price", "listed_price", "last_sold_price")
"""A house's price is the first of these that it has."""
ALL: Final = "all"
"""The group of all houses."""
_KINDS: Final = frozenset({"money", "area", "date", "count", "score", "text", "category"})
_NOT_READ: Final = frozenset(
    ["site", "house_id", "url", "final_url", "fetch_mode", "body_sha256", "robots_rule",
     "usage_signals", "extractor_version", "run_id"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A row as the checks see it."""

    house_id: str
    url: str
    place: str
    """State, else country: gaps of a whole place are its law's, not the page's."""
    kind: str
    """Status, and whether there is a building: what a page can be expected to say."""
    filled: frozenset[str]
    """Columns with a value, `price` for any price, and `<column> from <layer>` of the core ones."""
    page: str
    """Hash of the page's bytes, empty where it is not known."""
    same: tuple[object, ...]
    """What no two houses share all of; empty without an address or a price."""

    @property
    def groups(self) -> tuple[str, str]:
        """The groups that it is counted in."""
        return ALL, self.kind


@cache
def columns() -> tuple[str, ...]:
    """The columns of `houses` that are read from pages, without the raw texts."""
    return tuple(
        column.name
        for column in TABLES["houses"]
        if column.kind in _KINDS
        and column.name not in _NOT_READ
        and not column.name.endswith("_raw")
    )


def needed() -> tuple[str, ...]:
    """The columns that a row has to bring along to be looked at."""
    return ("site", "house_id", "url", "run_id", "photo_count", "body_sha256", "sources",
            *columns())  # fmt: skip


def price(row: Row) -> float | None:
    """The price of a house.

    >>> price({"sold_price": None, "listed_price": 5.0}), price({})
    (5.0, None)
    """
    for name in PRICES:
        value = row.get(name)
        if isinstance(value, (int, float)):
            return value
    return None


def rate(row: Row) -> float | None:
    """Price per square foot of living area, None where one of the two is missing.

    >>> rate({"sold_price": 500.0, "living_area_sqft": 10.0})
    50.0
    """
    amount, area = price(row), row.get("living_area_sqft")
    if amount is None or not isinstance(area, int | float) or area <= 0 or amount <= 0:
        return None
    return amount / area


def see(row: Row) -> Seen:
    """A row as the checks see it.

    >>> seen = see({"house_id": "1", "status": "sold", "state": "OH", "sold_price": 9.0,
    ...             "sources": {"sold_price": "label:Sold for"}})
    >>> seen.kind, seen.place, sorted(seen.filled)
    ('sold/built', 'OH', ['price', 'sold_price', 'sold_price from label', 'state', 'status'])
    """
    land = "land" if row.get("home_type") == "VacantLand" else "built"
    return Seen(
        house_id=str(row.get("house_id") or ""),
        url=str(row.get("url") or ""),
        place=str(row.get("state") or row.get("country") or ""),
        kind=f"{row.get('status') or 'unknown'}/{land}",
        filled=frozenset(_filled(row)),
        page=str(row.get("body_sha256") or ""),
        same=_same(row),
    )


def _filled(row: Row) -> list[str]:
    get = row.get
    found = [name for name in columns() if (value := get(name)) is not None and value != ""]
    if price(row) is not None:
        found.append("price")
    if row.get("photo_count"):
        found.append("photo_count")
    for column, source in _sources(row):
        if column in CORE:
            found.append(f"{column} from {source.partition(':')[0]}")
    return found


def _sources(row: Row) -> list[tuple[str, str]]:
    """Column and source; out of a table a map comes as pairs."""
    sources = row.get("sources")
    pairs = sources.items() if isinstance(sources, Mapping) else sources
    return [(str(name), str(one)) for name, one in pairs] if isinstance(pairs, Iterable) else []


def _same(row: Row) -> tuple[object, ...]:
    address, amount = row.get("address"), price(row)
    if not address or amount is None:
        return ()
    names = ("city", "zip", "living_area_sqft", "lot_size_sqft", "year_built", "bedrooms")
    return address, amount, *(row.get(name) for name in names)
