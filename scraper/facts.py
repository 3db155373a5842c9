"""What was read from a page: facts with the place each came from, before any cleaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Raw = str | int | float | bool
"""A value as the page has it: text, or a number or flag out of JSON."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value for one column, and where it was found."""

    column: str
    """A column of the table `houses`."""
    raw: Raw
    """The value as the page has it."""
    source: str
    """The layer and the place in it: `json-ld:offers.price`, `label:Year built`."""
    confidence: float
    """0 to 1: how sure the layer is that the value belongs to this column of this house."""
    unit: str = ""
    """The unit or currency when it stands apart from the value: `m2`, `acres`, `EUR`."""


@dataclass(frozen=True, slots=True)
class PriceEvent:
    """One line of a price history as the page has it."""

    date: str
    event: str
    price: Raw | None


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that one house page says."""

    best: Mapping[str, Fact]
    """Column to the fact that won."""
    others: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    """Column to the facts that lost and say something else, best first."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Every label and value that the page shows."""
    price_history: tuple[PriceEvent, ...] = ()
    """The price history in the page's order."""
    photo_urls: tuple[str, ...] = ()
    """Absolute addresses of the house's photos, the largest of each, in the page's order."""
