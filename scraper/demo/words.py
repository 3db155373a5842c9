"""The made-up words that houses are drawn from, read from `words.toml` once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A town that does not exist."""

    name: str
    state: str
    zip: str
    county: str
    price: float
    """Usual dollars a square foot."""
    latitude: float
    longitude: float
    regions: tuple[str, ...]

    @property
    def slug(self) -> str:
        """Its word in addresses.

        >>> places()[0].slug
        'alder-point'
        """
        return self.name.lower().replace(" ", "-")


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("scraper.demo") / "words.toml").read_text("utf-8"))


@cache
def places() -> tuple[Place, ...]:
    """The towns, in the order of their names."""
    return tuple(Place(**{**town, "regions": tuple(town["regions"])}) for town in _file()["towns"])


@cache
def words(group: str, name: str) -> tuple[str, ...]:
    """One list of words.

    >>> words("streets", "units")
    ('APT', 'UNIT', '#')
    """
    return tuple(_file()[group][name])
