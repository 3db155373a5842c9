"""How much of each column is filled."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from scraper.columns import Column
from scraper.schema import TABLES

_OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Filled:
    """A column and how much of it is filled."""

    column: Column
    """The column."""
    count: int
    """Rows that have a value."""
    rows: int
    """Rows of the table."""

    @property
    def part(self) -> float:
        """Percent of the rows that have a value; 0 of an empty table."""
        return 100 * self.count / self.rows if self.rows else 0.0


def shown_columns() -> list[Column]:
    """The columns of `houses` without the raw texts that stand beside some."""
    columns = TABLES["houses"]
    raw = {f"{column.name}_raw" for column in columns if column.has_raw}
    return [column for column in columns if column.name not in raw]


def fill(houses: pd.DataFrame) -> list[Filled]:
    """Each shown column with its filled rows, in the order of the schema."""
    return [Filled(column, _there(houses, column.name), len(houses)) for column in shown_columns()]


def _there(houses: pd.DataFrame, name: str) -> int:
    return int(houses[name].notna().sum()) if name in houses else 0


def filled_cells(houses: pd.DataFrame) -> tuple[int, int]:
    """Filled cells and all cells of the shown columns."""
    rates = fill(houses)
    return sum(rate.count for rate in rates), sum(rate.rows for rate in rates)


def by_theme(rates: list[Filled]) -> dict[str, list[Filled]]:
    """The columns under their themes, themes without a column left out."""
    out: dict[str, list[Filled]] = {theme: [] for theme in dict.fromkeys(_themes().values())}
    for rate in rates:
        out.setdefault(_themes().get(rate.column.name, _OTHER), []).append(rate)
    return {theme: columns for theme, columns in out.items() if columns}


@cache
def _themes() -> dict[str, str]:
    """Column name to theme."""
    listed = tomllib.loads(files("scraper.report").joinpath("themes.toml").read_text("utf-8"))
    return {name: theme for theme, names in listed.items() for name in names}
