"""The label model against answers that are known, because they were made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from scraper.labels.model import fit, majority
from scraper.labels.vote import NO, SILENT, YES

Rule = tuple[float, float, float, float]
"""Chances of a yes and a no on a yes, of a yes and a no on a no."""
GOOD: Rule = (0.6, 0.1, 0.1, 0.6)
POOR: Rule = (0.4, 0.35, 0.35, 0.4)
WRONG: Rule = (0.3, 0.5, 0.5, 0.3)
ONLY_YES: Rule = (0.5, 0, 0.03, 0)
ONLY_NO: Rule = (0, 0.03, 0, 0.5)


def made_up(
    rules: Sequence[Rule], share: float = 0.5, count: int = 3000, copies: int = 0
) -> tuple[Any, Any]:
    """True answers and votes; the last rule is repeated, with 5 % of its votes shuffled."""
    chance = np.random.default_rng(11)
    truth = (chance.random(count) < share).astype(int)
    columns = []
    for yes_1, no_1, yes_0, no_0 in rules:
        drawn = chance.random(count)
        yes, no = np.where(truth, yes_1, yes_0), np.where(truth, no_1, no_0)
        said = np.where(drawn < yes, YES, np.where(drawn < yes + no, NO, SILENT))
        columns.append(said)
    for _ in range(copies):
        copy, some = columns[len(rules) - 1].copy(), chance.random(count) < 0.05
        copy[some] = chance.permutation(copy)[some]
        columns.append(copy)
    return truth, np.column_stack(columns).astype(np.int8)


def right(truth: Any, probability: Any) -> float:
    """The share of labels that are right; an undecided one is half right."""
    heard = ~np.isnan(probability)
    found = np.where(probability > 0.5, 1.0, np.where(probability < 0.5, 0.0, 0.5))
    return float(1 - np.abs(found - truth)[heard].mean())


@pytest.mark.parametrize(
    ("rules", "share", "copies", "least", "better_by"),
    [
        ([GOOD] * 5, 0.5, 0, 0.92, 0.0),
        ([GOOD] * 2 + [POOR] * 4, 0.5, 0, 0.80, 0.10),
        ([GOOD] * 3 + [WRONG], 0.5, 0, 0.87, 0.08),
        ([GOOD] * 3 + [POOR], 0.5, 4, 0.86, 0.20),
        ([GOOD] * 4, 0.5, 3, 0.89, 0.02),
        ([ONLY_YES] * 3 + [ONLY_NO] * 3, 0.1, 0, 0.97, 0.0),
        ([(0.8, 0.1, 0.02, 0.9), *[POOR] * 5], 0.3, 0, 0.80, 0.10),
    ],
    ids=["good", "poor", "wrong", "poor-copied", "good-copied", "one-sided", "one-strong"],
)
def test_it_is_right_at_least_as_often_as_the_majority(
    rules: Any, share: float, copies: int, least: float, better_by: float
) -> None:
    truth, votes = made_up(rules, share, copies=copies)
    found = right(truth, fit(votes).probability)
    assert found > least
    assert found > right(truth, majority(votes)) + better_by - 0.005


def test_accuracies_and_weights_are_those_that_were_made_up() -> None:
    truth, votes = made_up([GOOD, GOOD, GOOD, POOR], copies=4)
    fitted = fit(votes)
    true = [((votes[:, n] == truth)[votes[:, n] != SILENT]).mean() for n in range(votes.shape[1])]
    assert fitted.accuracy() == pytest.approx(true, abs=0.06)
    assert fitted.weights[:3].min() > 0.9
    assert fitted.weights[3:].max() < 0.3, "five that say the same are one witness"
    assert fitted.share == pytest.approx(0.5, abs=0.05)


def test_probabilities_mean_what_they_say() -> None:
    truth, votes = made_up([GOOD, GOOD, GOOD, POOR, POOR, POOR], count=20_000)
    found = fit(votes).probability
    order = np.argsort(found[~np.isnan(found)])
    for group in np.array_split(np.flatnonzero(~np.isnan(found))[order], 5):
        assert truth[group].mean() == pytest.approx(found[group].mean(), abs=0.06)


def test_answers_of_a_person_stand_and_teach() -> None:
    """Without them the model believes three bad rules that agree; forty answers undo that."""
    truth, votes = made_up([GOOD, GOOD, WRONG, WRONG, WRONG], share=0.4)
    answers = np.full(len(truth), SILENT, np.int8)
    asked = np.random.default_rng(1).choice(len(truth), 200, replace=False)
    answers[asked] = truth[asked]
    taught = fit(votes, answers).probability
    assert [*taught[asked]] == [*truth[asked]]
    unseen = np.setdiff1d(np.arange(len(truth)), asked)
    before = right(truth[unseen], fit(votes).probability[unseen])
    assert right(truth[unseen], taught[unseen]) > max(0.8, before - 0.01)


def test_where_nobody_says_anything_there_is_no_label() -> None:
    votes = np.array([[SILENT, SILENT], [YES, SILENT]], np.int8)
    assert np.isnan(fit(votes).probability).tolist() == [True, False]
    assert fit(votes, np.array([NO, SILENT], np.int8)).probability[0] == 0


@pytest.mark.parametrize(("said", "share"), [(NO, 0.0), (YES, 1.0)])
def test_rules_that_all_say_one_thing_are_believed(said: int, share: float) -> None:
    chance = np.random.default_rng(2)
    votes = np.where(chance.random((60, 3)) < (1.0, 0.5, 0.6), said, SILENT).astype(np.int8)
    found = fit(votes).probability
    assert (found > 0.5).mean() == share


def test_it_ends_on_anything() -> None:
    for votes in (np.full((1, 1), YES), np.full((3, 2), SILENT), np.zeros((2, 0))):
        assert len(fit(votes.astype(np.int8)).probability) == len(votes)
