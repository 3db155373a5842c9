"""The split as the first transform of a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import pandas as pd

from scraper.errors import UsageError
from scraper.training.split import SPLIT, cuts_of, split_by_house, split_by_time
from scraper.training.transform import Transform

GROUP = "group"
"""The column with the groups of `house_groups`, where the rows have one."""


class Split(Transform):
    """Adds the column `split`: train, validation or test; what follows then learns from train.

    By house: a hash of the house's group says its side. By time: the cuts between the sides are
    learned once, from all rows, and stay. Rows with a column `group` go by it, others by their
    address.
    """

    kind: ClassVar[str] = "split"

    def __init__(
        self,
        by: Literal["house", "time"] = "house",
        shares: Sequence[float] = (0.8, 0.1, 0.1),
        seed: int = 0,
        column: str = "sold_on",
    ) -> None:
        """`shares` of train, validation and test; `seed` is for houses, `column` for time."""
        self.by, self.shares, self.seed, self.column = by, shares, seed, column

    def fit(self, rows: pd.DataFrame, y: object = None) -> Self:
        """Learn the cuts; from all rows, for before it there is no train."""
        return super().fit(rows.drop(columns=SPLIT, errors="ignore"), y)

    def _learn(self, train: pd.DataFrame) -> dict[str, Any]:
        if self.by not in ("house", "time"):
            raise UsageError(f"there is no split by {self.by!r}: name house or time")
        learned: dict[str, Any] = {"by": self.by, "shares": list(self.shares), "seed": self.seed}
        if self.by == "house":
            return learned
        cuts = cuts_of(train, self.column, self.shares)
        return learned | {"column": self.column, "cuts": [f"{cut:%Y-%m-%d}" for cut in cuts]}

    def _change(self, rows: pd.DataFrame, fitted: dict[str, Any]) -> pd.DataFrame:
        if rows.empty:
            return rows.assign(**{SPLIT: pd.Series(dtype="str")})
        groups = rows[GROUP] if GROUP in rows.columns else None
        if fitted["by"] == "time":
            first, second = fitted["cuts"]
            side = split_by_time(rows, (first, second), groups, column=fitted["column"])
        else:
            side = split_by_house(rows, groups, shares=fitted["shares"], seed=fitted["seed"])
        return rows.assign(**{SPLIT: side})
