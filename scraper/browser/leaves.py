"""The single values of a JSON document, each with the ways to get there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

Json = Any
Step = str | int | tuple[str | int, str]
"""A key; a place in a list; or the item of a list whose member has a value: `("level", "High")`.
`("*", ", ")` joins a list of texts."""
Path = tuple[Step, ...]
Scalar = str | int | float | bool

MOST: Final = 30_000
"""No more values than this are looked at in one document."""
_LONGEST_LIST: Final = 60
_WORD: Final = re.compile(r"[^\d]{1,40}")
"""What may tell the items of a list apart: a word, no figure."""
_JOINS: Final = (", ", " ", " / ", ",", " · ", " | ", "; ")


def leaves(tree: Json) -> dict[Path, Scalar]:
    """Every way to every single value that says something.

    >>> sorted(leaves({"a": [{"k": "x", "v": 1}]}), key=str)  # doctest: +NORMALIZE_WHITESPACE
    [('a', ('k', 'x'), 'k'), ('a', ('k', 'x'), 'v'), ('a', -1, 'k'), ('a', -1, 'v'),
     ('a', 0, 'k'), ('a', 0, 'v')]
    """
    found: dict[Path, Scalar] = {}
    for path, value in _walk(tree, ()):
        found[path] = value
        if len(found) >= MOST:
            break
    return found


def at(tree: Json, path: Path) -> Json:
    """What stands at the end of a way; None where it leads nowhere."""
    for step in path:
        tree = after(tree, step)
    return tree


def after(node: Json, step: Step) -> Json:
    """What one step of a way leads to; None for nothing."""
    if isinstance(step, str):
        return node.get(step) if isinstance(node, dict) else None
    if not isinstance(node, list):
        return None
    if isinstance(step, tuple):
        return _by_key(node, step)
    return node[step] if -len(node) <= step < len(node) else None


def kind(value: Json) -> str:
    """What a script may make a difference by: nothing, zero or false, a value.

    >>> kind(None), kind(""), kind(0), kind(False), kind("x"), kind([])
    ('n', 'n', 'z', 'z', 'v', 'n')
    """
    if value is None or value in ("", [], {}):
        return "n"
    return "v" if value else "z"


def keys_of(items: list[Json]) -> Iterator[str | int]:
    """The members whose texts tell the items of a list apart, three at most."""
    first = items[0]
    if not isinstance(first, dict | list):
        return
    names = list(first) if isinstance(first, dict) else list(range(min(2, len(first))))
    count = 0
    for name in names:
        texts = [member(item, name) for item in items]
        words = all(isinstance(text, str) and _WORD.fullmatch(text) for text in texts)
        if words and len(set(texts)) == len(texts):
            yield name
            count += 1
        if count == 3:
            return


def member(item: Json, name: str | int) -> Json:
    """A member of an item of a list."""
    if isinstance(item, dict):
        return item.get(name) if isinstance(name, str) else None
    if isinstance(item, list) and isinstance(name, int):
        return item[name] if name < len(item) else None
    return None


def _by_key(items: list[Json], step: tuple[str | int, str]) -> Json:
    name, value = step
    if name == "*":
        whole = items and all(isinstance(item, str | int | float) for item in items)
        return value.join(str(item) for item in items) if whole else None
    return next((item for item in items if member(item, name) == value), None)


def _walk(node: Json, path: Path) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, (*path, key))
    elif isinstance(node, list):
        yield from _items(node, path)
    elif node is not None and node != "" and len(path) < 16:
        yield path, node


def _items(items: list[Json], path: Path) -> Iterator[tuple[Path, Scalar]]:
    if not items or len(items) > _LONGEST_LIST:
        return
    for name in keys_of(items):
        for item in items:
            yield from _walk(item, (*path, (name, str(member(item, name)))))
    if all(isinstance(item, str) for item in items):
        for join in _JOINS:
            yield (*path, ("*", join)), join.join(items)
    for place, item in enumerate(items):
        yield from _walk(item, (*path, place))
    yield from _walk(items[-1], (*path, -1))
