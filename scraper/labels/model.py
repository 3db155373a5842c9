"""The label model: how far each rule can be trusted, learned from where the rules agree.

Dawid and Skene's model (Applied Statistics 28, 1979) fitted by expectation maximisation: every
house has a true answer that nobody sees, and each rule says yes, no or nothing with a probability
of its own for each answer. Four things are added:

* Saying nothing is one of the three things that a rule can say: most rules can only say yes, or
  only no, and how seldom they do on either kind of house is what they tell.
* A rule is held to be somewhat better than chance until the votes say otherwise, which also tells
  the two answers apart: the model would fit the reverse as well.
* Rules that repeat each other are one witness: where two agree beyond what the answer explains,
  both count less (the likelihood of a rule is taken to the power of its weight).
* The share of yes is held near that among the votes: where rules only ever say no, nothing else
  keeps the model from calling yes whatever fewer of them speak of.

Answers of a person are kept as they are, and teach the model which rules are right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scraper.labels.vote import NO, SILENT, YES, Votes

Floats = np.ndarray[Any, np.dtype[np.float64]]

ROUNDS: Final = 200
_ENOUGH: Final = 1e-6
"""Change of a probability below which fitting has ended."""
_TRUST: Final = 3.0
"""A yes is so many times likelier on a yes than on a no before anything is known of a rule."""
_STRENGTH: Final = 20.0
"""Houses that this weighs as much as, for each answer."""
_LEAN: Final = 0.5
"""What the share among the votes weighs, in times of all houses."""
_SAID: Final = (NO, YES, SILENT)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned."""

    probability: Floats
    """Of a yes, a house each; NaN where no rule said anything and no person answered."""
    share: float
    """Of all houses that are a yes."""
    chances: Floats
    """By rule, answer (no, yes) and what it says (no, yes, nothing)."""
    weights: Floats
    """How much of a witness of its own each rule is, 0 to 1."""

    def accuracy(self) -> Floats:
        """How often each rule is right where it says something."""
        right = self.chances[:, NO, 0] * (1 - self.share) + self.chances[:, YES, 1] * self.share
        answers = np.array([1 - self.share, self.share])
        said = (self.chances[:, :, :2].sum(axis=2) * answers).sum(axis=1)
        quotient: Floats = np.divide(right, said, out=np.full(len(said), np.nan), where=said > 0)
        return quotient


def fit(votes: Votes, answers: Votes | None = None) -> Fitted:
    """Fit the model to votes, a row a house and a column a rule.

    `answers`: those of a person, a house each, `SILENT` where there is none.
    """
    count, rules = votes.shape
    known = np.full(count, SILENT, np.int8) if answers is None else answers
    said = np.stack([votes == one for one in _SAID], axis=2).astype(float)
    prior = _prior(said)
    weights, lean = np.ones(rules), _lean(votes)
    chance = _pinned(_majority_chance(votes), known)
    for _ in range(ROUNDS):
        share, chances = _learn(said, chance, prior, lean)
        weights = _weights(said, chance, chances)
        before, chance = chance, _pinned(_judge(said, share, chances, weights), known)
        if np.max(np.abs(chance - before), initial=0) < _ENOUGH:
            break
    share, chances = _learn(said, chance, prior, lean)
    heard = (votes != SILENT).any(axis=1) | (known != SILENT)
    return Fitted(np.where(heard, chance, np.nan), share, chances, weights)


def majority(votes: Votes) -> Floats:
    """The share of yes among the votes of each house; NaN where none was cast."""
    yes, no = (votes == YES).sum(axis=1), (votes == NO).sum(axis=1)
    cast = yes + no
    found: Floats = np.divide(yes, cast, out=np.full(len(yes), np.nan), where=cast > 0)
    return found


def _majority_chance(votes: Votes) -> Floats:
    """A soft start: one vote does not yet decide."""
    yes, no = (votes == YES).sum(axis=1), (votes == NO).sum(axis=1)
    cast = max(1, (votes != SILENT).sum())
    base = min(0.9, max(0.1, float((votes == YES).sum() / cast)))
    found: Floats = (yes + 2 * base) / (yes + no + 2)
    return found


def _lean(votes: Votes) -> float:
    """The share of yes among the votes, a house counting once."""
    shares = majority(votes)
    heard = shares[~np.isnan(shares)]
    return float(np.clip(heard.mean(), 0.001, 0.999)) if len(heard) else 0.5


def _prior(said: Floats) -> Floats:
    """Imagined houses: how often each rule says what, tilted towards being right."""
    rates = said.mean(axis=0) + 1e-3
    tilt = np.array([[_TRUST, 1 / _TRUST, 1.0], [1 / _TRUST, _TRUST, 1.0]])
    tilted = rates[:, None, :] * np.sqrt(tilt)[None]
    prior: Floats = _STRENGTH * tilted / tilted.sum(axis=2, keepdims=True)
    return prior


def _learn(said: Floats, chance: Floats, prior: Floats, lean: float) -> tuple[float, Floats]:
    """What the rules are like, if this is what the houses are like."""
    of_no = np.einsum("i,ijv->jv", 1 - chance, said)
    of_yes = np.einsum("i,ijv->jv", chance, said)
    counts = np.stack([of_no, of_yes], axis=1) + prior
    weight = _LEAN * len(chance)
    share = float((chance.sum() + 1 + weight * lean) / (len(chance) + 2 + weight))
    return share, counts / counts.sum(axis=2, keepdims=True)


def _judge(said: Floats, share: float, chances: Floats, weights: Floats) -> Floats:
    """What the houses are like, if this is what the rules are like."""
    odds = np.log(chances[:, YES]) - np.log(chances[:, NO])
    total = np.log(share / (1 - share)) + np.einsum("ijv,jv,j->i", said, odds, weights)
    judged: Floats = 1 / (1 + np.exp(-np.clip(total, -500, 500)))
    return judged


def _weights(said: Floats, chance: Floats, chances: Floats) -> Floats:
    """One over the number of rules that a rule repeats, itself among them.

    Two rules repeat each other as far as what they say correlates where the answer is known.
    """
    shown = said[:, :, YES] - said[:, :, NO]
    likely = np.stack([1 - chance, chance])
    means = chances[:, :, YES] - chances[:, :, NO]
    together = np.zeros((said.shape[1], said.shape[1]))
    for answer in (NO, YES):
        rest = shown - means[:, answer]
        together += np.einsum("i,ij,ik->jk", likely[answer], rest, rest, optimize=True)
    spread = np.sqrt(np.clip(np.diag(together), 1e-12, None))
    related = np.clip(together / np.outer(spread, spread), 0, 1)
    np.fill_diagonal(related, 0)
    weights: Floats = 1 / (1 + (related**2).sum(axis=1))
    return weights


def _pinned(chance: Floats, known: Votes) -> Floats:
    return np.where(known == SILENT, chance, known == YES)
