"""JSON that a page carries in a packed form: escaped, guarded, flattened, or as a call's arguments.

Forms: the transfer state of Angular (`&q;` for a quote), guards against foreign scripts
(`{}&&{...}`, `)]}'`), the flat lists of devalue (Nuxt 3) and turbo-stream (React Router), and
`(function(a,b){return {...}}(1,"x"))` of Nuxt 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import chompjs

Json = Any

_DEEPEST = 60
_MARK = "\ue000"
"""Begins the strings that stand for an argument: a character that no page uses."""
_ESCAPES = {"&q;": '"', "&s;": "'", "&l;": "<", "&g;": ">", "&a;": "&"}


def unescaped(text: str) -> str:
    """A transfer state with its quotes back; any other text as it is.

    >>> unescaped('{&q;price&q;:1}'), unescaped('{"q": "R&q"}')
    ('{"price":1}', '{"q": "R&q"}')
    """
    if "&q;" not in text[:400]:
        return text
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], text)


def unguarded(text: str) -> str:
    """JSON without the prefix that keeps foreign scripts from running it.

    >>> unguarded('{}&&{"beds":3}'), unguarded(")]}',\\n[1]"), unguarded("for(;;);[1]")
    ('{"beds":3}', '[1]', '[1]')
    """
    found = _GUARD.match(text)
    return text[found.end() :] if found else text


def revived(value: Json) -> Json:
    """A flat list of values that point to each other by number, as the value it stands for.

    >>> revived([{"beds": 1, "price": 2}, 3, 425000])
    {'beds': 3, 'price': 425000}
    >>> revived([["Reactive", 1], {"size": 2}, 98]), revived([{"_1": 2}, "beds", 3])
    ({'size': 98}, {'beds': 3})
    >>> revived([{"beds": 3}]), revived([1, 2])
    ([{'beds': 3}], [1, 2])
    """
    if not (isinstance(value, list) and len(value) > 2 and _is_flat(value)):
        return value
    return _Reviver(value).at(0, 0)


def _is_flat(values: list[Json]) -> bool:
    first = values[0]
    if isinstance(first, list):
        return len(first) == 2 and isinstance(first[0], str) and first[0] in _WRAPPERS
    if not isinstance(first, dict) or not first:
        return False
    return all(type(place) is int and place < len(values) for place in first.values())


class _Reviver:
    """Follows the numbers of one flat list; what was followed once is not followed again."""

    def __init__(self, values: list[Json]) -> None:
        self.values = values
        self.known: dict[int, Json] = {}

    def at(self, place: Json, depth: int) -> Json:
        if type(place) is not int or not 0 <= place < len(self.values) or depth > _DEEPEST:
            return None
        if place in self.known:
            return self.known[place]
        self.known[place] = None
        found = self.known[place] = self.value(self.values[place], depth + 1)
        return found

    def value(self, value: Json, depth: int) -> Json:
        if isinstance(value, dict):
            return {self.key(key): self.at(place, depth) for key, place in value.items()}
        if not isinstance(value, list):
            return value
        if value and isinstance(value[0], str):
            if value[0] == "Date":
                return value[1] if len(value) > 1 else None
            return self.at(value[1], depth) if value[0] in _WRAPPERS and len(value) == 2 else None
        return [self.at(place, depth) for place in value]

    def key(self, key: str) -> str:
        if key[:1] == "_" and key[1:].isdecimal() and int(key[1:]) < len(self.values):
            named = self.values[int(key[1:])]
            return named if isinstance(named, str) else key
        return key


def calls(text: str) -> Iterator[tuple[str, Json]]:
    """Name and value of `X=(function(a,b){return {...}}(1,"x"))`, the names filled in.

    >>> list(calls('window.S=(function(a,b){return {beds:a,city:b,n:"a"}}(3,"Rome"));'))
    [('S', {'beds': 3, 'city': 'Rome', 'n': 'a'})]
    """
    literals: dict[str, Json] = {}
    for found in _CALL.finditer(text):
        name = _CALLED.search(text[max(0, found.start() - 60) : found.start()])
        returned = text.find("return", found.end())
        close = text.rfind("}(", returned)
        if returned < 0 or close < 0:
            continue
        names = [one.strip() for one in found[1].split(",") if one.strip()]
        arguments = text[close + 2 : text.rfind("))", close) + 1].rstrip(")")
        if arguments not in literals:  # the functions of a program all end at its last call
            literals[arguments] = _literal(f"[{arguments}]")
        given = literals[arguments]
        if not isinstance(given, list):
            continue
        value = _literal(_marked(text[returned + 6 : close], frozenset(names)))
        if value is not None:
            yield (
                name[0] if name else "call",
                _filled(value, dict(zip(names, given, strict=False)), 0),
            )


def _marked(body: str, names: frozenset[str]) -> str:
    """The text of an object with its arguments' names as marked strings."""

    def mark(found: re.Match[str]) -> str:
        return f'{found[1]}"{_MARK}{found[2]}"' if found[2] in names else found[0]

    return _VALUE_NAME.sub(mark, body)


def _literal(text: str) -> Json:
    if "void 0" in text or "undefined" in text:
        text = _VOID.sub("null", text)
    try:
        return chompjs.parse_js_object(text)
    except (ValueError, TypeError, RecursionError):
        return None


def _filled(value: Json, names: dict[str, Json], depth: int) -> Json:
    """A value with the arguments in the places of their names."""
    if isinstance(value, str) and value[:1] == _MARK:
        return names.get(value[1:])
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {key: _filled(inner, names, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names, depth + 1) for inner in value]
    return value


_WRAPPERS = frozenset(("Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "NuxtError"))
_ESCAPED = re.compile("&[qslga];")
_GUARD = re.compile(r"\s*(?:\{\}\s*&&|\)\]\}'?,?|for\s*\(;;\);|while\s*\(1\);)\s*")
_CALL = re.compile(r"=\s*\(?function\s*\(([\w$,\s]+)\)\s*\{")
_CALLED = re.compile(r"[\w$]+(?=\s*$)")
_VALUE_NAME = re.compile(r"([:\[,]\s*)([A-Za-z_$][\w$]*)(?=\s*[,}\]])")
_VOID = re.compile(r"\bvoid 0\b|\bundefined\b")
