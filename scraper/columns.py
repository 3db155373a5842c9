"""A column of a table, and short ways to define the usual kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Kind = Literal["money", "area", "date", "count", "score", "text", "category", "time", "other"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    """Its name, snake_case."""
    type: pa.DataType
    """Its Arrow type."""
    doc: str
    """What it means, one sentence."""
    unit: str = ""
    """Unit or format of a value: `square feet`, `ISO 4217`, ... Empty for plain text."""
    kind: Kind = "other"
    """What a reader of the page has to make of its text."""
    course: str = ""
    """The course's name for it, empty where the course has none."""
    low: float | None = None
    """Smallest believable value: below it the value is dropped and the reason kept."""
    high: float | None = None
    """Largest believable value."""

    @property
    def has_raw(self) -> bool:
        """Whether the text that the value came from stands beside it, as `<name>_raw`."""
        return self.kind in ("money", "area", "date")


def text(name: str, doc: str, unit: str = "", course: str = "") -> Column:
    """A text column."""
    return Column(name, pa.string(), doc, unit, "text", course)


def category(name: str, doc: str, unit: str, course: str = "") -> Column:
    """A text column with few values, listed in `unit`."""
    return Column(name, pa.string(), doc, unit, "category", course)


def money(name: str, doc: str, course: str = "", low: float = 1.0, high: float = 1e12) -> Column:
    """A money column, in the currency of its row."""
    return Column(name, pa.float64(), doc, "money in `currency`", "money", course, low, high)


def area(name: str, doc: str, course: str, high: float) -> Column:
    """An area column, in square feet."""
    return Column(name, pa.float64(), doc, "square feet", "area", course, 1.0, high)


def date(name: str, doc: str, course: str = "") -> Column:
    """A day."""
    return Column(name, pa.date32(), doc, "date", "date", course)


def count(name: str, doc: str, course: str = "", high: float = 200) -> Column:
    """A number of things; halves are possible."""
    return Column(name, pa.float32(), doc, "count", "count", course, 0, high)


def time(name: str, doc: str) -> Column:
    """A moment, UTC, in microseconds."""
    return Column(name, pa.timestamp("us", tz="UTC"), doc, "UTC", "time")


def whole(name: str, type_: pa.DataType, doc: str, unit: str = "count") -> Column:
    """A whole number."""
    return Column(name, type_, doc, unit)


def school(level: str) -> tuple[Column, Column, Column]:
    """The three columns of the nearest school of a level."""
    low, title = level.lower(), f"{level} School"
    return (
        text(f"{low}_school", f"Name of the {low} school.", course=title),
        Column(
            f"{low}_school_score",
            pa.float32(),
            f"Rating of the {low} school as shown.",
            "score",
            "score",
            f"{title} Score",
            0,
            100,
        ),
        Column(
            f"{low}_school_distance",
            pa.float32(),
            f"Way to the {low} school.",
            "miles",
            "score",
            f"{title} Distance",
            0,
            500,
        ),
    )
