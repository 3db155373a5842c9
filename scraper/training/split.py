"""Train, validation and test: a house, and all that is nearly it, on one side."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import isclose
from typing import Any, Final

import numpy as np
import pandas as pd

from scraper.errors import UsageError
from scraper.training.duplicates import house_groups, house_keys

SIDES: Final = ("train", "validation", "test")
SPLIT: Final = "split"
"""The column that names the side of a row."""


def split_by_house(
    houses: pd.DataFrame,
    groups: pd.Series | None = None,
    *,
    shares: Sequence[float] = (0.8, 0.1, 0.1),
    seed: int = 0,
) -> pd.Series:
    """The side of each house, by a hash of its group: it stays there when other houses come.

    `groups`: of `house_groups`, None to go by addresses alone. The shares hold on average. A house
    changes its side only where its group gets a smaller first key.
    Raises `UsageError` for shares that do not add up to 1.
    """
    _check_shares(shares)
    groups = house_groups(houses) if groups is None else groups
    edges = np.cumsum(shares)[:-1]
    keys, which = np.unique(groups.to_numpy(dtype=object), return_inverse=True)
    sides = np.searchsorted(edges, [_place_of(str(key), seed) for key in keys], side="right")
    return _named(sides[which], houses)


def cuts_of(
    houses: pd.DataFrame, column: str = "sold_on", shares: Sequence[float] = (0.8, 0.1, 0.1)
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first days of validation and of test, so that the shares of dated houses hold.

    Raises `UsageError` for shares that do not add up to 1, or without three dates.
    """
    _check_shares(shares)
    dates = _dates(houses, column)
    days = np.sort(dates.dropna().unique())
    if len(days) < len(SIDES):
        raise UsageError(f"{column} has {len(days)} dates: a split by time needs 3 of them")
    dated = np.sort(dates.dropna().to_numpy())
    first, second = (dated[min(len(dated) - 1, int(s * len(dated)))] for s in np.cumsum(shares)[:2])
    first = max(first, days[1])
    return pd.Timestamp(first), pd.Timestamp(
        max(second, days[np.searchsorted(days, first) :][:2][-1])
    )


def split_by_time(
    houses: pd.DataFrame,
    cuts: tuple[Any, Any],
    groups: pd.Series | None = None,
    *,
    column: str = "sold_on",
) -> pd.Series:
    """The side of each house by a date: train is before the first cut, test from the second on.

    A group goes where its latest date is: nothing of it is known to train before its time. Groups
    without any date have no side, NaN. `cuts`: days, or what pandas takes for days.
    Raises `UsageError` for cuts in the wrong order.
    """
    first, second = (pd.Timestamp(cut) for cut in cuts)
    if not first < second:
        raise UsageError(f"the cuts {first:%Y-%m-%d} and {second:%Y-%m-%d} are not in order")
    groups = house_groups(houses) if groups is None else groups
    latest = _dates(houses, column).groupby(groups.to_numpy()).transform("max")
    sides = (latest >= first).astype("int64") + (latest >= second).astype("int64")
    return _named(sides.to_numpy(), houses).where(latest.notna())


def side_of_photos(photos: pd.DataFrame, houses: pd.DataFrame, split: pd.Series) -> pd.Series:
    """The side of each photo: that of its house; NaN for a house that is not there."""
    sides = pd.Series(split.to_numpy(), index=house_keys(houses).to_numpy())
    return pd.Series(
        sides.reindex(house_keys(photos).to_numpy()).to_numpy(),
        index=photos.index,
        dtype="str",
        name=SPLIT,
    )


def _place_of(key: str, seed: int) -> float:
    digest = blake2b(key.encode(), digest_size=8, key=str(seed).encode()).digest()
    return int.from_bytes(digest, "big") / 2**64


def _named(sides: np.ndarray, houses: pd.DataFrame) -> pd.Series:
    names = np.array(SIDES, dtype=object)[sides]
    return pd.Series(names, index=houses.index, dtype="str", name=SPLIT)


def _dates(houses: pd.DataFrame, column: str) -> pd.Series:
    if column not in houses.columns:
        raise UsageError(f"the rows have no column {column!r}: read it too")
    dates = pd.to_datetime(houses[column])
    return dates.dt.tz_localize(None) if dates.dt.tz is not None else dates


def _check_shares(shares: Sequence[float]) -> None:
    if len(shares) != len(SIDES) or min(shares) < 0 or not isclose(sum(shares), 1):
        raise UsageError(f"shares {tuple(shares)} of {', '.join(SIDES)} have to add up to 1")
