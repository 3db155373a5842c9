"""The best fact of each column, by confidence and by how many layers agree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from scraper.extract.fits import kind_of
from scraper.facts import Fact

_HIGHEST = 0.99
_DOUBT = 0.2
"""How much of another value's confidence the winner loses."""
_WORDY = frozenset(("description", "address", "heating", "cooling", "parking", "flooring"))
"""Columns whose values differ in wording only."""
_AGREES = 0.06
"""What each further layer that says the same adds to a value's confidence."""


def merge(facts: Iterable[Fact]) -> tuple[dict[str, Fact], dict[str, tuple[Fact, ...]]]:
    """Column to the winning fact, and column to those that say something else, best first."""
    columns: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        columns[fact.column].append(fact)
    best: dict[str, Fact] = {}
    others: dict[str, tuple[Fact, ...]] = {}
    for column, found in columns.items():
        if len(found) == 1:
            best[column] = found[0]
            continue
        kind = kind_of(column)
        spelled = [comparable(kind, fact.raw) for fact in found]
        ranked = _ranked(column, found, spelled)
        mine = comparable(kind, ranked[0].raw)
        same = [fact for fact, other in zip(found, spelled, strict=True) if other == mine]
        best[column] = _sured(column, same, ranked)
        if len(ranked) > 1:
            others[column] = tuple(ranked[1:])
    _drop_echo(best, others)
    return best, others


def _sured(column: str, same: list[Fact], ranked: list[Fact]) -> Fact:
    """The winner as sure as all that was found makes it.

    Each further layer that says the same raises it; the surest value that says something else
    lowers it, the more so the surer that one is.
    """
    best = ranked[0]
    sure = max(best.confidence, min(_HIGHEST, _score(same)))
    doubt = ranked[1].confidence if len(ranked) > 1 and column not in _WORDY else 0.0
    return replace(best, confidence=round(sure - _DOUBT * doubt, 3))


def _drop_echo(best: dict[str, Fact], others: dict[str, tuple[Fact, ...]]) -> None:
    """An area without a label that equals the lot's is the lot's."""
    area, lot = best.get("living_area_sqft"), best.get("lot_size_sqft")
    if area is None or lot is None or not area.source.startswith(("text:", "meta:", "title")):
        return
    if lot.confidence > area.confidence and (
        comparable("area", area.raw) == comparable("area", lot.raw)
    ):
        del best["living_area_sqft"]
        others.pop("living_area_sqft", None)


def _ranked(column: str, facts: list[Fact], spelled: list[str]) -> list[Fact]:
    """One fact a different value, the surest first; equal values are `spelled` the same."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    if kind_of(column) == "area" and not all(map(_bare, facts)):
        # What names its unit is surer than a number that may be feet or metres.
        facts = [replace(f, confidence=0.5 * f.confidence) if _bare(f) else f for f in facts]
    for fact, value in zip(facts, spelled, strict=True):
        groups[value].append(fact)
    scored = [(_score(group), max(group, key=lambda f: f.confidence)) for group in groups.values()]
    if column == "description":
        # Of two that are as sure, the whole text beats its beginning.
        scored = [(score + min(len(str(f.raw)), 1000) / 1e4, f) for score, f in scored]
    scored.sort(key=lambda pair: -pair[0])
    return [fact for _, fact in scored]


def _bare(fact: Fact) -> bool:
    """Whether a fact is a number without any unit."""
    return not fact.unit and not any(char.isalpha() for char in str(fact.raw))


def _score(group: list[Fact]) -> float:
    layers = {fact.source.split(":", 1)[0] for fact in group}
    return max(fact.confidence for fact in group) + _AGREES * (len(layers) - 1)


def comparable(kind: str, raw: object) -> str:
    """What is equal for two spellings of one value.

    >>> comparable("money", "$1,475,000") == comparable("money", 1475000.0)
    True
    >>> comparable("count", "3 bd") == comparable("count", 3)
    True
    """
    if kind in ("money", "area", "count", "year", "score"):
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        found = _NUMBER.search(str(raw))
        if found is not None:
            return _CENTS.sub("", found[0]).translate(_SEPARATORS).rstrip()
    return _NO_WORD.sub("", str(raw).casefold())


_NO_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d[\d.,' \u00a0\u202f]*")
_CENTS = re.compile(r"[.,]0{1,2}\s*$")
_SEPARATORS = str.maketrans("", "", ", '\u00a0\u202f")
