"""What a rule says of a house, and what makes rules of one question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

YES: Final = 1
NO: Final = 0
SILENT: Final = -1
"""A rule that does not apply to a house says nothing of it."""

Votes = np.ndarray[Any, np.dtype[np.int8]]
"""`YES`, `NO` or `SILENT`: an entry a house, or a row a house and a column a rule."""


@dataclass(frozen=True, slots=True)
class Labeller:
    """One rule: a function of one's own will do."""

    name: str
    votes: Callable[[pd.DataFrame], Votes]
    """From rows, with the columns of `with_derived`, to a vote each."""
    columns: tuple[str, ...] = ()
    """The columns that it looks at."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each house."""

    name: str
    means: str
    """What a yes says, in words."""
    labellers: tuple[Labeller, ...]

    def votes(self, rows: pd.DataFrame) -> Votes:
        """All votes, a row a house and a column a labeller."""
        columns = [labeller.votes(rows) for labeller in self.labellers]
        return np.column_stack(columns).astype(np.int8)
