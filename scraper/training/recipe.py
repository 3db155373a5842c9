"""Transforms in a row, fitted together, and kept as JSON with the version they learned from."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import pandas as pd

from scraper.errors import InputFileError, UsageError
from scraper.place.place import Place
from scraper.training.columns import DateParts, DropSparse, LogScale, PoolRare
from scraper.training.side import Split
from scraper.training.split import SPLIT
from scraper.training.transform import Transform
from scraper.training.words import Words

KINDS: Final[dict[str, type[Transform]]] = {
    kind.kind: kind for kind in (Split, DropSparse, LogScale, PoolRare, DateParts, Words)
}
"""Name in JSON to the transform."""
FORMAT: Final = 1
FOLDER: Final = "training/"
"""Where a place keeps recipes."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass
class Recipe:
    """Transforms, each fitted on what the ones before it make of train."""

    steps: Sequence[Transform]
    """The transforms, in their order."""
    version: int | None = None
    """The version of the dataset that they learned from."""
    rows: int = 0
    """Rows of train that they learned from."""

    def fit(self, rows: pd.DataFrame, y: object = None) -> Self:
        """Fit all steps on the train of some rows."""
        self.fit_transform(rows, y)
        return self

    def fit_transform(self, rows: pd.DataFrame, y: object = None) -> pd.DataFrame:
        """Fit all steps on the train of some rows, and change all of them."""
        for step in self.steps:
            rows = step.fit_transform(rows, y)
        self.rows = int((rows[SPLIT] == "train").sum()) if SPLIT in rows.columns else len(rows)
        return rows

    def transform(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows, changed by each step. Raises `UsageError` before `fit`."""
        for step in self.steps:
            rows = step.transform(rows)
        return rows

    def to_json(self) -> str:
        """All that is needed to do the same again. Raises `UsageError` before `fit`."""
        steps = [{"kind": s.kind, "params": s.get_params(), "fitted": s.fitted} for s in self.steps]
        said = {"format": FORMAT, "version": self.version, "rows": self.rows, "steps": steps}
        return json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, where: str = "the recipe") -> Self:
        """The fitted transforms of a JSON text. Raises `InputFileError` for another text."""
        try:
            said = json.loads(text)
            if said["format"] != FORMAT:
                raise InputFileError(
                    f"{where} has format {said['format']!r}, this program reads {FORMAT}: "
                    "fit it again, or use the program that wrote it"
                )
            steps = [_step(one) for one in said["steps"]]
            return cls(steps, said["version"], int(said["rows"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InputFileError(
                f"{where} is no recipe ({type(error).__name__}: {error}): fit it again"
            ) from error


def keep(recipe: Recipe, place: Place, name: str) -> str:
    """Write a fitted recipe into a dataset's place, beside its version; the object's name.

    Raises `UsageError` for a recipe without a version, or a name that is no plain word.
    """
    if recipe.version is None:
        raise UsageError("the recipe does not say which version it learned from: set its version")
    at = _at(recipe.version, name)
    place.write(at, recipe.to_json().encode())
    return at


def kept(place: Place, version: int, name: str) -> Recipe:
    """The recipe that was kept for a version. Raises `UsageError` where there is none."""
    at = _at(version, name)
    try:
        return Recipe.from_json(place.read(at), f"{place.url}/{at}")
    except FileNotFoundError:
        raise UsageError(f"{place.url} has no {at}: fit and keep it first") from None


def _at(version: int, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a recipe: use letters, digits, - and _")
    return f"{FOLDER}{version:06d}/{name}.json"


def _step(said: dict[str, Any]) -> Transform:
    if said["kind"] not in KINDS:
        raise ValueError(f"no transform is called {said['kind']!r}")
    step = KINDS[said["kind"]](**said["params"])
    step.fitted_ = dict(said["fitted"])
    return step
