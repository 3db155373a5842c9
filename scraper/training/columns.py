"""Transforms of columns: too empty ones, amounts, categories and dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd

from scraper.errors import UsageError
from scraper.schema import TABLES
from scraper.training.split import SPLIT
from scraper.training.transform import Transform, need

PARTS: Final = ("year", "month", "day", "weekday", "days")
"""What a date can be made into; `weekday` counts from Monday as 0, `days` from 1970-01-01."""
OTHER: Final = "other"
"""The category of rare and of unknown values."""
_EPOCH: Final = pd.Timestamp("1970-01-01")


def amounts(rows: pd.DataFrame) -> list[str]:
    """The money and area columns among the rows.

    >>> amounts(pd.DataFrame(columns=["city", "sold_price", "lot_size_sqft"]))
    ['sold_price', 'lot_size_sqft']
    """
    return _of_kind(rows, ("money", "area"))


def dates(rows: pd.DataFrame) -> list[str]:
    """The date columns among the rows."""
    return _of_kind(rows, ("date",))


class DropSparse(Transform):
    """Leaves out columns with more nulls in train than a share of them."""

    kind: ClassVar[str] = "drop_sparse"

    def __init__(self, max_null: float = 0.3, keep: Sequence[str] = ()) -> None:
        """`max_null`: 0 to 1. `keep`: columns that stay whatever is in them."""
        self.max_null, self.keep = max_null, keep

    def _learn(self, train: pd.DataFrame) -> dict[str, Any]:
        empty = train.isna().mean() > self.max_null
        stay = {SPLIT, *self.keep}
        return {"dropped": [str(c) for c in train.columns if empty[c] and c not in stay]}

    def _change(self, rows: pd.DataFrame, fitted: dict[str, Any]) -> pd.DataFrame:
        dropped: list[str] = fitted["dropped"]
        return rows.drop(columns=dropped, errors="ignore")


class LogScale(Transform):
    """Amounts as the z-score of their logarithm; what is not above 0 becomes NaN.

    A price is then about as far from another as its ratio to it says, and 0 is a usual one.
    """

    kind: ClassVar[str] = "log_scale"

    def __init__(self, columns: Sequence[str] | None = None) -> None:
        """`columns`: None for all money and areas."""
        self.columns = columns

    def _learn(self, train: pd.DataFrame) -> dict[str, Any]:
        columns = amounts(train) if self.columns is None else list(self.columns)
        need(train, columns)
        return {"columns": {name: _middle(_logs(train[name])) for name in columns}}

    def _change(self, rows: pd.DataFrame, fitted: dict[str, Any]) -> pd.DataFrame:
        need(rows, list(fitted["columns"]))
        scaled = {
            name: (_logs(rows[name]) - middle) / spread
            for name, (middle, spread) in fitted["columns"].items()
        }
        return rows.assign(**scaled)

    def inverse_transform(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Amounts again, for the columns that are there."""
        back = {
            name: np.exp(rows[name] * spread + middle)
            for name, (middle, spread) in self.fitted["columns"].items()
            if name in rows.columns
        }
        return rows.assign(**back)


class PoolRare(Transform):
    """Categories, those that train has seldom or never as one; missing stays missing."""

    kind: ClassVar[str] = "pool_rare"

    def __init__(self, columns: Sequence[str] = ("state", "city"), min_count: int = 20) -> None:
        """`min_count`: rows of train that a value needs to be its own category."""
        self.columns, self.min_count = columns, min_count

    def _learn(self, train: pd.DataFrame) -> dict[str, Any]:
        need(train, self.columns)
        return {"columns": {name: self._frequent(train[name]) for name in self.columns}}

    def _frequent(self, values: pd.Series) -> list[str]:
        counts = values.dropna().astype("str").value_counts()
        return sorted(str(value) for value in counts.index[counts >= self.min_count])

    def _change(self, rows: pd.DataFrame, fitted: dict[str, Any]) -> pd.DataFrame:
        need(rows, list(fitted["columns"]))
        pooled = {name: _pooled(rows[name], kept) for name, kept in fitted["columns"].items()}
        return rows.assign(**pooled)


class DateParts(Transform):
    """Dates as numbers, one column a part: `sold_on_year`, `sold_on_month`, ..."""

    kind: ClassVar[str] = "date_parts"

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        parts: Sequence[str] = ("year", "month", "weekday", "days"),
        drop: bool = True,
    ) -> None:
        """`columns`: None for all dates. `parts`: of `PARTS`. `drop`: leave the dates out."""
        self.columns, self.parts, self.drop = columns, parts, drop

    def _learn(self, train: pd.DataFrame) -> dict[str, Any]:
        if unknown := [part for part in self.parts if part not in PARTS]:
            raise UsageError(f"a date has no part {unknown[0]!r}: name some of {', '.join(PARTS)}")
        columns = dates(train) if self.columns is None else list(self.columns)
        need(train, columns)
        return {"columns": columns, "parts": list(self.parts), "drop": self.drop}

    def _change(self, rows: pd.DataFrame, fitted: dict[str, Any]) -> pd.DataFrame:
        need(rows, fitted["columns"])
        made = {
            f"{name}_{part}": _part(pd.to_datetime(rows[name]), part)
            for name in fitted["columns"]
            for part in fitted["parts"]
        }
        kept = rows.drop(columns=fitted["columns"]) if fitted["drop"] else rows
        return kept.assign(**made)


def _of_kind(rows: pd.DataFrame, kinds: tuple[str, ...]) -> list[str]:
    known = {column.name for column in TABLES["houses"] if column.kind in kinds}
    return [str(name) for name in rows.columns if name in known]


def _logs(values: pd.Series) -> pd.Series:
    numbers = values.astype("float64")
    logs: pd.Series = numbers.where(numbers > 0).transform("log")
    return logs


def _middle(logs: pd.Series) -> list[float]:
    """Mean and standard deviation; 0 and 1 where there is nothing, 1 where nothing differs."""
    known = logs[np.isfinite(logs)]
    if known.empty:
        return [0.0, 1.0]
    spread = float(known.std(ddof=0))
    return [float(known.mean()), spread if spread > 1e-9 else 1.0]


def _pooled(values: pd.Series, kept: list[str]) -> pd.Series:
    said = values.astype("object").map(str, na_action="ignore")
    pooled = said.where(said.isna() | said.isin(kept), OTHER)
    words = [*(word for word in kept if word != OTHER), OTHER]
    return pd.Series(pd.Categorical(pooled, categories=words), index=values.index)


def _part(days: pd.Series, part: str) -> pd.Series:
    if part == "days":
        plain = days.dt.tz_localize(None) if days.dt.tz is not None else days
        return ((plain - _EPOCH) / pd.Timedelta(days=1)).astype("float64")
    found: pd.Series = getattr(days.dt, "day_of_week" if part == "weekday" else part).astype(
        "float64"
    )
    return found
