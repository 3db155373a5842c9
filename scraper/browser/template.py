"""Texts with holes that values of a document fill: learned from examples, filled for others.

A hole keeps every way that was right for all examples. Where two of them differ in a later
document nobody knows which is meant, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from scraper.browser.forms import formed, texts
from scraper.browser.leaves import Json, Path, Scalar, after, leaves

_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_SPAN: Final = 24
"""Words and signs that a value inside a longer text has at most."""
_OPTIONS: Final = 6
"""Ways that a hole keeps at most."""
_FORMS: Final = 3
"""Forms of one way that it keeps at most."""
_VARIANTS: Final = 8
"""Readings of one example that are tried at most."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A place for a value."""

    options: tuple[tuple[Path, str], ...]
    """Ways to the value with the form it is written in, any of which may be the right one."""


Template = tuple[str | Hole, ...]


class UnknownError(Exception):
    """A document says something that no example said: what a page makes of it is not known."""


class Example:
    """A document, with an index of all texts that a script could make of its values."""

    def __init__(self, tree: Json) -> None:
        self.tree = tree
        self._seen: dict[Path, Json] = {}

    @cached_property
    def leaves(self) -> Mapping[Path, Scalar]:
        """Its values."""
        return leaves(self.tree)

    @cached_property
    def index(self) -> Mapping[str, list[tuple[Path, str]]]:
        """Each text to the ways to make it."""
        index: dict[str, list[tuple[Path, str]]] = defaultdict(list)
        forms: dict[tuple[type, Scalar], list[tuple[str, str]]] = {}
        for path, value in self.leaves.items():
            known = forms.get((type(value), value))
            if known is None:
                known = forms[type(value), value] = list(texts(value))
            for form, text in known:
                index[text].append((path, form))
        return index

    def at(self, path: Path) -> Json:
        """What stands at the end of a way; None where it leads nowhere."""
        if path in self._seen:
            return self._seen[path]
        value = after(self.at(path[:-1]), path[-1]) if path else self.tree
        self._seen[path] = value
        return value

    def text(self, path: Path, form: str) -> str | None:
        """What stands at the end of a way, in a form."""
        value = self.at(path)
        if not isinstance(value, str | int | float):
            return None
        return formed(value, form)


def learn(wanted: Sequence[tuple[Example, str]]) -> tuple[Template, list[int]] | None:
    """A template of the first text, and the numbers of those that it makes as they are.

    None where it makes no other than the first although there are others, and has no hole.
    """
    best: tuple[Template, list[int]] | None = None
    first, text = wanted[0]
    for variant in _variants(_segments(text, first)):
        fitted, covered = variant, [0]
        for number, (example, other) in enumerate(wanted[1:], 1):
            if (narrowed := _narrowed(fitted, other, example)) is not None:
                fitted, covered = narrowed, [*covered, number]
        if best is None or len(covered) > len(best[1]):
            best = fitted, covered
        if len(covered) == len(wanted):
            break
    return best


def fill(template: Template, example: Example) -> str:
    """The text for another document; UnknownError where a hole has no value, or several."""
    return "".join(part if isinstance(part, str) else _filled(part, example) for part in template)


def paths_of(template: Template) -> list[tuple[Path, ...]]:
    """The ways of each hole."""
    return [tuple(path for path, _ in part.options) for part in template if isinstance(part, Hole)]


def _filled(hole: Hole, example: Example) -> str:
    found = {example.text(path, form) for path, form in hole.options}
    if len(found) != 1 or None in found:
        where = ".".join(str(step) for step in hole.options[0][0])
        raise UnknownError(f"{where} is missing" if None in found else f"{where} is ambiguous")
    return str(found.pop())


def _segments(text: str, example: Example) -> list[tuple[str | Hole, str]]:
    """A text in parts, a hole for each longest one that a value makes; each with its text."""
    whole = example.index.get(text)
    if whole:
        return [(Hole(tuple(whole)), text)]
    spans = [found.span() for found in _TOKEN.finditer(text)]
    parts: list[tuple[str | Hole, str]] = []
    literal, number = 0, 0
    while number < len(spans):
        start = spans[number][0]
        for last in range(min(len(spans), number + _SPAN) - 1, number - 1, -1):
            end = spans[last][1]
            options = example.index.get(text[start:end])
            if options:
                before = text[literal:start]
                parts += [(before, before), (Hole(tuple(options)), text[start:end])]
                literal, number = end, last
                break
        number += 1
    parts.append((text[literal:], text[literal:]))
    return [part for part in parts if part[1]]


def _variants(parts: list[tuple[str | Hole, str]]) -> Iterator[Template]:
    """The parts as a template, then with one hole after the other taken for a word of its own."""
    yield tuple(part for part, _ in parts)
    holes = [place for place, (part, _) in enumerate(parts) if isinstance(part, Hole)]
    for word in holes[:_VARIANTS]:
        yield tuple(text if n == word else part for n, (part, text) in enumerate(parts))


def _narrowed(template: Template, text: str, example: Example) -> Template | None:
    """The template with the ways that are right for one more text; None where none are."""
    if not template:
        return () if not text else None
    part, rest = template[0], template[1:]
    if isinstance(part, str):
        if not text.startswith(part):
            return None
        following = _narrowed(rest, text[len(part) :], example)
        return None if following is None else (part, *following)
    ways: dict[str, list[tuple[Path, str]]] = defaultdict(list)
    for path, form in part.options:
        made = example.text(path, form)
        if made and text.startswith(made):
            ways[made].append((path, form))
    for made in sorted(ways, key=len, reverse=True):
        following = _narrowed(rest, text[len(made) :], example)
        if following is not None:
            return (Hole(tuple(ways[made])), *following)
    return None


def trimmed(template: Template) -> Template:
    """The template with no more ways a hole than are compared later: keys before places."""
    return tuple(part if isinstance(part, str) else Hole(_few(part)) for part in template)


def _few(hole: Hole) -> tuple[tuple[Path, str], ...]:
    forms: dict[Path, list[str]] = defaultdict(list)
    for path, form in sorted(hole.options, key=_rank):
        if len(forms[path]) < _FORMS:
            forms[path].append(form)
    return tuple((path, form) for path, few in forms.items() for form in few)[:_OPTIONS]


def _rank(way: tuple[Path, str]) -> tuple[int, int]:
    return len(way[0]), sum(isinstance(step, int) for step in way[0])
