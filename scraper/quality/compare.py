"""New rows against published ones, house by house and column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scraper.quality.drift import drifts
from scraper.quality.frame import Frame
from scraper.quality.limits import Limits
from scraper.quality.model import MISSING, is_installed, model_suspects, tested, worse
from scraper.quality.pairs import jump_suspects, paired, turns
from scraper.quality.sound import broken, broken_suspects, many_broken
from scraper.quality.suspicion import Suspect, Suspicion
from scraper.quality.twins import many_twins, twin_suspects, twins

EACH: Final = 40
"""Suspects of one check that are listed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison says."""

    suspicions: tuple[Suspicion, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    left_out: tuple[str, ...] = ()
    """Checks that could not be made, and why, a line each."""


def compare(new: Frame, old: Frame | None, limits: Limits) -> Compared:
    """Judge new rows by their table's rules, and by published ones where there are any.

    Both are frames of `frame_of`; `old` has the published rows of the houses in `new`, those with
    their addresses, and a sample of the others.
    """
    cells = broken(new)
    found, odd = list(many_broken(new, cells, limits)), [_some(broken_suspects(new, cells))]
    if old is None or old.empty or new.empty:
        return Compared(tuple(found), tuple(_flat(odd)))
    pairs, doubles = paired(new, old), twins(new, old)
    found += [*turns(pairs, limits), *drifts(new, old, limits)]
    found += many_twins(new, old, doubles, limits)
    odd += [_some(jump_suspects(pairs)), _some(twin_suspects(doubles))]
    left_out: list[str] = []
    if limits.model and not is_installed():
        left_out.append(MISSING)
    elif limits.model and (one := tested(new, old)):
        found += worse(one, limits)
        odd.append(_some(model_suspects(one)))
    return Compared(_once(found), tuple(_flat(odd)), tuple(left_out))


def _once(found: Sequence[Suspicion]) -> tuple[Suspicion, ...]:
    """The first of each column: a wrong unit is a jump, a churn and a drift."""
    first: dict[str, Suspicion] = {}
    for one in found:
        first.setdefault(one.column, one)
    return tuple(first.values())


def _some(suspects: Iterable[Suspect]) -> list[Suspect]:
    return [one for one, _ in zip(suspects, range(EACH), strict=False)]


def _flat(lists: Iterable[Sequence[Suspect]]) -> Iterator[Suspect]:
    for one in lists:
        yield from one
