"""What a dataset has to say of the weeks of a site."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

OBSERVED = ("status", "listed_price", "sold_price")
Change = tuple[str, str, str | None, str | None]
"""House, column, value before and after as the history writes them."""


def same_rows(rows: Any, truth: dict[str, Any], columns: Sequence[str] = ()) -> list[str]:
    """What differs, empty where nothing does."""
    return [
        f"{house_id} {column}: {rows.loc[house_id, column]} for {true[column]}"
        for house_id, true in truth.items()
        for column in (*OBSERVED, "living_area_sqft", *columns)
        if not _same(rows.loc[house_id, column], true[column])
    ]


def changes(truths: Sequence[dict[str, Any]]) -> set[Change]:
    """The changes from each truth to the next, of houses that are in both."""
    return {
        (house_id, column, _text(before[house_id][column]), _text(after[house_id][column]))
        for before, after in pairwise(truths)
        for house_id in before.keys() & after.keys()
        for column in OBSERVED
        if before[house_id][column] != after[house_id][column]
    }


def told(history: Any) -> set[Change]:
    """The changes that a history tells, but for the marks of houses that are gone."""
    rows = history[history["column"].isin(OBSERVED) & (history["new"] != "gone")]
    return {
        (row.house_id, row.column, _nothing(row.old), _nothing(row.new))
        for row in rows.itertuples()
    }


def _same(found: object, true: object) -> bool:
    if isinstance(found, float) and isinstance(true, float):
        return abs(found - true) <= 0.5
    return found == true or (pd.isna(found) and true is None)


def _text(value: object) -> str | None:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else str(value)
    return None if value is None else str(value)


def _nothing(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
