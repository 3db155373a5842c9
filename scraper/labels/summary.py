"""What the rules of a question did: how much they cover, where they contradict each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from scraper.labels.label import Labelled
from scraper.labels.vote import NO, SILENT, YES, Votes

Counts = np.ndarray[Any, np.dtype[np.int64]]


def by_rule(labelled: Labelled) -> pd.DataFrame:
    """A row a rule: `yes` and `no` votes; of all houses the shares `coverage` (it votes),
    `overlap` (another votes too) and `conflict` (another says the opposite); `accuracy` as the
    model has it; `weight` as a witness of its own; `right` and `checked`: its votes on houses
    that a person answered.
    """
    votes, fitted = labelled.votes, labelled.fitted
    cast = votes != SILENT
    others = cast.sum(axis=1, keepdims=True) - cast
    against = np.where(votes == YES, *_counts(votes)) * cast
    person = labelled.answers[:, None]
    checked = cast & (person != SILENT)
    return pd.DataFrame(
        {
            "rule": [one.name for one in labelled.question.labellers],
            "yes": (votes == YES).sum(axis=0),
            "no": (votes == NO).sum(axis=0),
            "coverage": cast.mean(axis=0),
            "overlap": (cast & (others > 0)).mean(axis=0),
            "conflict": (against > 0).mean(axis=0),
            "accuracy": fitted.accuracy(),
            "weight": fitted.weights,
            "checked": checked.sum(axis=0),
            "right": (checked & (votes == person)).sum(axis=0),
        }
    )


def overall(labelled: Labelled) -> dict[str, float]:
    """Of all houses: how many there are, the shares `covered`, `conflicting` and `yes` (of the
    labelled), and the number that a person answered.
    """
    votes = labelled.votes
    yes, no = (votes == YES).any(axis=1), (votes == NO).any(axis=1)
    label = labelled.frame()["label"]
    return {
        "houses": float(len(votes)),
        "covered": float((yes | no).mean()),
        "conflicting": float((yes & no).mean()),
        "labelled": float(label.notna().mean()),
        "yes": float(label.dropna().mean()) if label.notna().any() else 0.0,
        "answered": float((labelled.answers != SILENT).sum()),
    }


def _counts(votes: Votes) -> tuple[Counts, Counts]:
    """Votes of the others against a yes, and against a no, of each house."""
    no, yes = (votes == NO).sum(axis=1, keepdims=True), (votes == YES).sum(axis=1, keepdims=True)
    return np.broadcast_to(no, votes.shape), np.broadcast_to(yes, votes.shape)
