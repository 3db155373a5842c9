"""All that was learned of how the houses of a site are read from their data; kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final

from scraper.browser.address import Address, Part
from scraper.browser.cases import Case, Target
from scraper.browser.lists import ListRule
from scraper.browser.reading import Known, Reading
from scraper.browser.template import Hole
from scraper.browser.tokens import Token

VERSION: Final = 1
"""Raised with what recipes of before cannot say: they are then learned anew."""


@dataclass(frozen=True, slots=True)
class Source:
    """One of the requests that bring a house's data."""

    address: Address
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that the page's script adds."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a house is read without a browser."""

    sources: tuple[Source, ...]
    reading: Reading | None
    """None where the data are a piece of HTML, which is read like a page."""
    shell: bool = False
    """Whether the page as plain HTTP has it is needed for each house."""

    @property
    def needs_page(self) -> bool:
        """Whether the page has to be asked for by plain HTTP before the data."""
        return self.shell or any(source.address.needs_page for source in self.sources)


_TYPES: Final[dict[str, type]] = {
    kind.__name__: kind
    for kind in (
        Recipe, Source, Address, Part, Token, Reading, Known, Target, Case, ListRule, Hole,
    )
}  # fmt: skip


def packed(value: Any) -> Any:
    """A value as JSON has it: objects and tuples with their names, maps as lists of pairs."""
    if is_dataclass(value):
        inside = {one.name: packed(getattr(value, one.name)) for one in fields(value)}
        return {"is": type(value).__name__, **inside}
    if isinstance(value, tuple):
        return {"is": "tuple", "of": [packed(one) for one in value]}
    if isinstance(value, frozenset):
        return {"is": "set", "of": sorted(value)}
    if isinstance(value, Mapping):
        return {"is": "map", "of": [[packed(k), packed(v)] for k, v in value.items()]}
    return value


def unpacked(value: Any) -> Any:
    """The value that was packed; KeyError, TypeError or ValueError for what is none."""
    if not isinstance(value, dict):
        return value
    kind = value["is"]
    if kind == "tuple":
        return tuple(unpacked(one) for one in value["of"])
    if kind == "set":
        return frozenset(value["of"])
    if kind == "map":
        return {unpacked(key): unpacked(one) for key, one in value["of"]}
    return _TYPES[kind](**{name: unpacked(one) for name, one in value.items() if name != "is"})
