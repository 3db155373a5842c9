"""One thing that pages say, sometimes, in one of several ways: when they do, and what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scraper.browser.leaves import Json, Path, kind
from scraper.browser.template import (
    Example,
    Hole,
    Template,
    UnknownError,
    fill,
    learn,
    paths_of,
    trimmed,
)
from scraper.facts import Raw

MOST: Final = 8
"""Ways of saying one thing that are told apart at most."""
_GUARDS: Final = 3
"""Values that decide between them, at most; they have to agree."""
_CODE: Final = 30
"""Characters of a word that may decide, at most."""
_DIGITS: Final = 7
"""A word with so many digits is a number, of a record or a phone."""
_PEOPLE: Final = re.compile(
    r"(?i)agent|broker|realtor|owner(?!ship)|seller|landlord|tenant|contact|attribution|office|phone|mobile"
    r"|mail|fax|licen[cs]e"
)
"""Words of keys under which data name people, or say how to reach them."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says."""

    raw: Raw
    unit: str = ""
    source: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """A way of saying it."""

    template: Template
    number: bool
    """Whether it is a number or a flag, not a text."""
    unit: str
    source: Template
    """Where the page said it, which may quote the page."""
    confidence: float

    def said(self, example: Example) -> Said:
        """What it says in a document; UnknownError where that is not known."""
        text, source = fill(self.template, example), fill(self.source, example)
        return Said(_number(text) if self.number else text, self.unit, source, self.confidence)


@dataclass(frozen=True, slots=True)
class Target:
    """All ways of saying one thing, and what decides between them."""

    cases: tuple[Case, ...]
    deciding: tuple[Path, ...]
    """Values of which it matters whether they are there."""
    guards: tuple[Path, ...]
    """Words that decide, each of them alone."""
    table: Mapping[str, int]
    """What the deciding values came to, to the number of the case, or -1 where nothing is said."""

    def said(self, example: Example) -> Said | None:
        """What a page of a document says; None for nothing. UnknownError where no example was so.

        The table has a row `0|vv|SOLD` for a guard 0, two values that are there, and its word.
        """
        kinds = _kinds(example, self.deciding)
        keys = _keys(example, kinds, self.guards)
        found = {self.table.get(key) for key in keys}
        if len(found) != 1 or None in found:
            where = self.guards or self.deciding
            named = ".".join(str(step) for step in where[0]) if where else "the data"
            raise UnknownError(f"{named} is as it never was before")
        case = found.pop()
        assert case is not None
        return None if case < 0 else self.cases[case].said(example)


def learn_target(
    examples: Sequence[Example],
    said: Sequence[Said | None],
    words: Callable[[], Sequence[Path]],
) -> Target | str:
    """How documents come to what their pages say; or why they do not, in a few words.

    `words` gives the ways to the words that may decide, see `codes`. Where it was read from and how
    sure that is belongs to a way of saying it, unless there are then too many of them.
    """
    found = _learned(examples, said, words, exact=True)
    return _learned(examples, said, words, exact=False) if isinstance(found, str) else found


def _learned(
    examples: Sequence[Example],
    said: Sequence[Said | None],
    words: Callable[[], Sequence[Path]],
    *,
    exact: bool,
) -> Target | str:
    outcomes = [-1] * len(examples)
    cases: list[Case] = []
    for group in _alike(said, exact=exact):
        left = list(group)
        while left:
            found = learn([(examples[n], _text(said[n])) for n in left])
            if found is None or len(cases) == MOST:
                return "is not in the data"
            template, covered = found
            for place in covered:
                outcomes[left[place]] = len(cases)
            first = said[left[0]]
            assert first is not None
            number = not isinstance(first.raw, str)
            sources = [(examples[left[at]], _source(said[left[at]])) for at in covered]
            source = _sources(sources)
            cases.append(Case(template, number, first.unit, source, first.confidence))
            left = [n for place, n in enumerate(left) if place not in covered]
    return _decided(examples, cases, outcomes, words)


def _decided(
    examples: Sequence[Example],
    cases: list[Case],
    outcomes: list[int],
    words: Callable[[], Sequence[Path]],
) -> Target | str:
    """The cases with what decides between them."""
    narrowed = [
        Case(_deciding(case.template, examples, outcomes, n), *_rest(case))
        for n, case in enumerate(cases)
    ]
    deciding = tuple(
        dict.fromkeys(paths[0] for case in narrowed for paths in paths_of(case.template))
    )
    kinds = [_kinds(example, deciding) for example in examples]
    table = _table([f"|{one}|" for one in kinds], outcomes)
    if table is not None:
        # Words without a hole may be one of several that the examples did not happen to have.
        return Target(tuple(narrowed), deciding, (), table)
    guards: list[Path] = []
    whole: dict[str, int] = {}
    for path in words():
        number = len(guards)
        keys = [_key(number, *one, path) for one in zip(kinds, examples, strict=True)]
        rows = _table(keys, outcomes)
        if rows is not None:
            guards.append(path)
            whole |= rows
        if len(guards) == _GUARDS:
            break
    if not guards:
        return "stands on some pages only, and nothing in the data says on which"
    return Target(tuple(narrowed), deciding, tuple(guards), whole)


def codes(examples: Sequence[Example]) -> list[Path]:
    """Ways to words that come back, the ones with the fewest different words first."""
    found: dict[Path, int] = {}
    paths = {path: None for example in examples for path in example.leaves if may_decide(path)}
    for path in paths:
        values = [example.at(path) for example in examples]
        different = {str(value) for value in values}
        if all(is_code(value) for value in values) and len(different) <= len(values) / 2:
            found[path] = len(different)
    return sorted(found, key=lambda path: (found[path] < 2, found[path], len(path)))


def may_decide(path: Path) -> bool:
    """Whether a way goes through objects only, and to no person.

    What stands in a list is one of many.

    >>> may_decide(("d0", "heating")), may_decide(("d0", "listingAgent", "name"))
    (True, False)
    """
    if path[0] == "house" or not all(isinstance(step, str) for step in path):
        return False
    # Who sells a house decides nothing of it, and what decides is kept.
    return not any(_PEOPLE.search(str(step)) for step in path)


def is_code(value: Json) -> bool:
    """Whether a value may be one of a few words that pages make a difference by."""
    if isinstance(value, str):
        reaches = "@" in value or sum(map(str.isdigit, value)) >= _DIGITS
        return len(value) <= _CODE and not reaches
    return value is None or isinstance(value, bool)


def _rest(case: Case) -> tuple[bool, str, Template, float]:
    return case.number, case.unit, case.source, case.confidence


def _alike(said: Sequence[Said | None], *, exact: bool) -> list[list[int]]:
    """Numbers of the examples that say it as the same kind of value, in the same unit."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, one in enumerate(said):
        if one is not None:
            place = (one.confidence, one.source.partition(":")[0]) if exact else ()
            groups.setdefault((isinstance(one.raw, str), one.unit, *place), []).append(number)
    return list(groups.values())


def _deciding(
    template: Template, examples: Sequence[Example], outcomes: list[int], case: int
) -> Template:
    """The template with those ways that are there exactly where the case is, where some are."""
    parts: list[str | Hole] = []
    for part in template:
        if isinstance(part, str):
            parts.append(part)
            continue
        exact = [
            way
            for way in part.options
            if all(
                (kind(example.at(way[0])) == "v") == (outcome == case)
                for example, outcome in zip(examples, outcomes, strict=True)
            )
        ]
        parts.append(Hole(tuple(exact or part.options)))
    return trimmed(tuple(parts))


def _table(keys: list[str], outcomes: list[int]) -> dict[str, int] | None:
    """Key to outcome; None where one key has several."""
    table: dict[str, int] = {}
    for key, outcome in zip(keys, outcomes, strict=True):
        if table.setdefault(key, outcome) != outcome:
            return None
    return table


def _kinds(example: Example, paths: Sequence[Path]) -> str:
    return "".join(kind(example.at(path)) for path in paths)


def _keys(example: Example, kinds: str, guards: Sequence[Path]) -> list[str]:
    if not guards:
        return [f"|{kinds}|"]
    return [_key(number, kinds, example, path) for number, path in enumerate(guards)]


def _key(number: int, kinds: str, example: Example, path: Path) -> str:
    return f"{number}|{kinds}|{example.at(path)}"


def _sources(found: list[tuple[Example, str]]) -> Template:
    """How the place of a fact is named; by the first name where there is no rule."""
    if len({text for _, text in found}) == 1:
        return (found[0][1],) if found[0][1] else ()
    learned = learn(found)
    whole = learned is not None and len(learned[1]) == len(found)
    return trimmed(learned[0]) if learned is not None and whole else (found[0][1],)


def _source(one: Said | None) -> str:
    assert one is not None
    return one.source


def _text(one: Said | None) -> str:
    assert one is not None
    if isinstance(one.raw, bool):
        return "true" if one.raw else "false"
    if isinstance(one.raw, float) and one.raw.is_integer():
        return str(int(one.raw))
    return str(one.raw)


def _number(text: str) -> Raw:
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text) if "." in text or "e" in text else int(text)
    except ValueError as error:
        raise UnknownError(f"{text[:40]!r} is no number") from error
