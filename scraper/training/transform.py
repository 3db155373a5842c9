"""What every transform is: fitted on train, the same for all that comes later, and text in JSON."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import pandas as pd

from scraper.errors import UsageError
from scraper.training.split import SPLIT


class Transform(ABC):
    """A change of a DataFrame that learns from train only.

    scikit-learn takes it as one of its own (`fit`, `transform`, `get_params`, `clone`, pipelines)
    without being needed. A frame with a column `split` is fitted on its rows with `train` and no
    others, whoever calls. `transform` leaves its argument as it is, and never looks at what it is
    given to learn from it.
    """

    kind: ClassVar[str]
    """Its name in JSON."""

    def fit(self, rows: pd.DataFrame, y: object = None) -> Self:  # noqa: ARG002  # scikit-learn's
        """Learn from the rows of train; `y` is not looked at.

        Raises `UsageError` where there is none of them, or a column is missing.
        """
        train = rows[rows[SPLIT] == "train"] if SPLIT in rows.columns else rows
        if train.empty:
            raise UsageError(f"{type(self).__name__} has no row of train to learn from")
        self.fitted_ = self._learn(train)
        self.feature_names_in_ = rows.columns.to_numpy(dtype=object)
        self.n_features_in_ = len(rows.columns)
        return self

    def transform(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows, changed. Raises `UsageError` before `fit`, or where a column is missing."""
        return self._change(rows, self.fitted)

    def fit_transform(self, rows: pd.DataFrame, y: object = None) -> pd.DataFrame:
        """Fit on the train of some rows, and change all of them."""
        return self.fit(rows, y).transform(rows)

    @property
    def fitted(self) -> dict[str, Any]:
        """What was learned, as JSON can say it. Raises `UsageError` before `fit`."""
        if not hasattr(self, "fitted_"):
            raise UsageError(f"{type(self).__name__} is not fitted: call fit with train first")
        return self.fitted_

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  # scikit-learn's
        """What it was made with."""
        return {name: getattr(self, name) for name in _names(type(self))}

    def set_params(self, **params: object) -> Self:
        """Change what it was made with. Raises `UsageError` for an unknown name."""
        for name, value in params.items():
            if name not in _names(type(self)):
                raise UsageError(f"{type(self).__name__} takes no {name!r}")
            setattr(self, name, value)
        return self

    def get_feature_names_out(self, names: object = None) -> Any:  # noqa: ARG002  # scikit-learn's
        """The columns that come out for those that it was fitted with."""
        empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in self.feature_names_in_})
        return self._change(empty, self.fitted).columns.to_numpy(dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "fitted_")

    def __sklearn_tags__(self) -> Any:
        from importlib import import_module

        # Only scikit-learn asks, so it is there.
        tags = import_module("sklearn.utils")
        asked = tags.Tags(estimator_type=None, target_tags=tags.TargetTags(required=False))
        asked.transformer_tags = tags.TransformerTags(preserves_dtype=[])
        asked.input_tags.allow_nan = True
        return asked

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({said})"

    @abstractmethod
    def _learn(self, train: pd.DataFrame) -> dict[str, Any]:
        """What is to be kept, of the rows of train."""

    @abstractmethod
    def _change(self, rows: pd.DataFrame, fitted: dict[str, Any]) -> pd.DataFrame:
        """A changed copy of the rows."""


def need(rows: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise `UsageError` where a column is missing."""
    if missing := [name for name in columns if name not in rows.columns]:
        raise UsageError(f"the rows have no column {missing[0]!r}: read it too, or leave it out")


def _names(kind: type[Transform]) -> list[str]:
    return [name for name in inspect.signature(kind).parameters if name != "self"]
