"""The parts of a house's address, and which of them is the house's ID."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_KINDS: Final = (
    ("uuid", re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)),
    ("number", re.compile(r"\d+")),
    ("code", re.compile(r"[A-Za-z]{1,4}[-_]?\d{3,}|\d{3,}[._-][a-z]{1,8}|[a-z]+[-_]\d{3,}")),
    ("hex", re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,}")),
    ("token", re.compile(r"(?=[^\d]*\d)(?=[\d]*[A-Za-z])[A-Za-z0-9]{5,}")),
    ("slug with number", re.compile(r"(?:.*[-_])?\d{3,}(?:[-_.].*)?(?:\.[a-z]{2,5})?")),
    ("slug", re.compile(r"[^.]*?[-_][^.]*[-_].*")),
)
"""What a part of an address looks like, the surest forms of an ID first."""
_ID_NAME: Final = re.compile(
    r"(?i)(?:^|_)id|id$|ref|nr$|num|objekt|expose|listing|property|mls|code"
)
_NO_ID: Final = re.compile(r"(?i)^(?:utm_.*|[gf]bclid|gclid|page|lang|sort|from|source)$")


@dataclass(frozen=True, slots=True)
class Slot:
    """One part of an address that may differ from house to house."""

    name: str
    """Name of a part of the query; empty for a step of the path."""
    place: int
    """Number of a step of the path, -1 for a part of the query."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts."""

    url: str
    root: str
    """Scheme and host."""
    steps: tuple[str, ...]
    query: dict[str, str]
    slash: bool
    """Whether the path ends with a slash."""

    def at(self, slot: Slot) -> str:
        """What stands in a slot."""
        return self.query.get(slot.name, "") if slot.name else self.steps[slot.place]


def address(url: str) -> Address | None:
    """An address in parts; None for one that is no http address.

    >>> found = address("https://a.example/h/12-oak/99?x=1")
    >>> found.root, found.steps, found.query
    ('https://a.example', ('h', '12-oak', '99'), {'x': '1'})
    """
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return None
    steps = tuple(step for step in parts.path.split("/") if step)
    root = f"{parts.scheme}://{parts.netloc}"
    return Address(url, root, steps, query, parts.path.endswith("/") and bool(steps))


def kind(text: str) -> str:
    """The form of a part: `number`, `hex`, ... `word` for one that is no ID by its form.

    >>> [kind(t) for t in ("48213", "0a1b2c3d4", "2077_zpid", "piso-en-calle-sol-48213", "venta")]
    ['number', 'hex', 'code', 'slug with number', 'word']
    """
    return next((name for name, form in _KINDS if form.fullmatch(text)), "word")


def peers(
    given: Sequence[Address], links: Sequence[Address], slot: Slot, places: Collection[str] = ()
) -> list[Address]:
    """The links that have the form of the given houses: same length, same words, same kind of ID.

    Words that the given houses do not share may differ, words that name a place, and words of
    several parts where that brings many more houses.
    """
    first = given[0]
    same = {
        n
        for n, step in enumerate(first.steps)
        if n != slot.place and _shared(given, n, step) and not names_place(step, places)
    }
    alike = [one for one in links if is_alike(one, first, slot)]
    for n in sorted(same):
        freed = same - {n}
        if (
            n
            and "-" in first.steps[n]
            and len(_with(alike, first, freed)) >= 2 * len(_with(alike, first, same))
        ):
            same = freed
    return _with(alike, first, same)


def _with(alike: Sequence[Address], first: Address, same: Collection[int]) -> list[Address]:
    return [one for one in alike if all(one.steps[n] == first.steps[n] for n in same)]


def names_place(step: str, places: Collection[str]) -> bool:
    """Whether a step names a place, alone or among other words."""
    bare = step.lower()
    return any(re.search(rf"(?<![a-z]){re.escape(place)}(?![a-z])", bare) for place in places)


def slots(given: Sequence[Address]) -> Iterator[Slot]:
    """The parts that may be the ID: of the path where one looks like it, else of the query."""
    first = given[0]
    path = [Slot("", n) for n, step in enumerate(first.steps) if kind(step) != "word"]
    if path and not all(kind(first.at(slot)) == "slug" for slot in path):
        yield from path
        return
    names = [name for name, value in first.query.items() if re.search(r"\d", value)]
    query = [Slot(name, -1) for name in names if not _NO_ID.search(name)]
    yield from sorted(query, key=lambda slot: _ID_NAME.search(slot.name) is None) or path


def rank(text: str) -> int:
    """How sure a part is the ID by its form: less is surer."""
    names = [name for name, _ in _KINDS]
    return names.index(kind(text)) if kind(text) in names else len(names)


def _shared(given: Sequence[Address], n: int, step: str) -> bool:
    return kind(step) == "word" and all(one.steps[n : n + 1] == (step,) for one in given)


def is_alike(one: Address, first: Address, slot: Slot) -> bool:
    """Whether an address is of the same host and length, with the same kind of ID in the slot."""
    if _host(one.root) != _host(first.root) or len(one.steps) != len(first.steps):
        return False
    if slot.name and slot.name not in one.query:
        return False
    mine, theirs = kind(first.at(slot)), kind(one.at(slot))
    return mine == theirs or {mine, theirs} <= {"hex", "number", "token", "code"}


def _host(root: str) -> str:
    return root.partition("://")[2].removeprefix("www.")
