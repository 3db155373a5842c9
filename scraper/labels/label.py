"""From rows and a question to labels: votes, the model, and what can be said of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scraper.errors import EmptyResultError
from scraper.labels.derived import sources, with_derived
from scraper.labels.model import Fitted, fit
from scraper.labels.vote import SILENT, YES, Question, Votes

KEY: Final = ["site", "house_id"]
SURE: Final = 0.5
"""Probability from which a label says yes."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of houses, and where they come from."""

    question: Question
    rows: pd.DataFrame
    votes: Votes
    answers: Votes
    fitted: Fitted

    def frame(self) -> pd.DataFrame:
        """A row a house: site, house_id, label (True, False or missing), probability of a yes,
        votes for yes and no, and who said it last: `person`, `rules`, or missing.
        """
        chance = pd.Series(self.fitted.probability)
        by_person = self.answers != SILENT
        return pd.DataFrame(
            {
                **{name: self.rows[name].to_numpy() for name in KEY},
                "label": (chance > SURE).astype("boolean").mask(chance.isna()),
                "probability": chance,
                "yes": (self.votes == YES).sum(axis=1),
                "no": ((self.votes != YES) & (self.votes != SILENT)).sum(axis=1),
                "by": pd.Series(np.where(by_person, "person", "rules")).mask(chance.isna()),
            }
        )


def columns_for(question: Question) -> list[str]:
    """The columns of houses that a question looks at, with the key."""
    wanted = (column for labeller in question.labellers for column in labeller.columns)
    return list(dict.fromkeys([*KEY, *sources(wanted)]))


def label(question: Question, rows: pd.DataFrame, answers: pd.Series | None = None) -> Labelled:
    """Label houses.

    `rows`: houses with `columns_for(question)`. `answers`: of a person, True or False by
    (site, house_id); those of other houses are left out.
    Raises `EmptyResultError` where there is no house, or no rule says anything of any.
    """
    if not len(rows):
        raise EmptyResultError("there are no houses to label: crawl first")
    votes = question.votes(with_derived(rows))
    known = _known(rows, answers)
    if (votes == SILENT).all() and (known == SILENT).all():
        raise EmptyResultError(
            f"no rule of {question.name} says anything of {len(rows):,} houses: "
            "write rules for what these pages say, docs/labels.md"
        )
    return Labelled(question, rows, votes, known, fit(votes, known))


def _known(rows: pd.DataFrame, answers: pd.Series | None) -> Votes:
    if answers is None or answers.empty:
        return np.full(len(rows), SILENT, np.int8)
    keys = pd.MultiIndex.from_frame(rows[KEY].astype(str))
    found = answers.reindex(keys)
    return np.where(found.isna(), SILENT, found == True).astype(np.int8)  # noqa: E712  # objects
