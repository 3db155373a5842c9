"""What every reader of a row's columns is given, and how it hands over what it read."""

from __future__ import annotations

from dataclasses import dataclass

from scraper.facts import Fact
from scraper.schema import Row


@dataclass(frozen=True, slots=True)
class Around:
    """What is known about a page and decides what its ambiguous texts mean."""

    currency: str | None = None
    """ISO 4217."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    day_first: bool = False
    """Whether `03/04/2022` is in April."""


def put(row: Row, sources: dict[str, str], fact: Fact, values: Row) -> None:
    """Take the values over, with the fact's source for each that is one."""
    for name, value in values.items():
        if value is not None:
            row[name] = value
            if not name.endswith("_raw"):
                sources[name] = fact.source
