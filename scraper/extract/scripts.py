"""JSON values that stand in a page's scripts, whatever way they are packed there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import chompjs
import orjson

from scraper.extract import packed
from scraper.extract.document import Document
from scraper.extract.kept import Kept

Json = Any
"""A value out of JSON: dict, list, str, int, float, bool or None."""

LARGEST = 8_000_000
"""Longer scripts are not read: bytes of text."""
_USUAL = 50_000
"""A longer script is a state, which each page has its own of: characters."""
_BEGIN = 10_000
_REACH = 20_000
"""An object of a house has two house words within so many characters."""
SHORTEST = 40
"""A shorter string holds no house: characters."""
_MOST_ESCAPED = 2_000
"""A text with more escaped signs may hold anything."""
_MOST_OBJECTS = 6
"""At most so many objects of one script are read: a library has thousands."""


def linked_data(document: Document) -> Iterator[Json]:
    """The values of the page's JSON-LD scripts."""
    for script in document.scripts:
        if "ld+json" in script.kind:
            value = parse(script.text.strip())
            if value is None:
                value = parse(_CONTROL.sub(" ", script.text).strip().rstrip(";"))
            if value is not None:
                yield value


def embedded(document: Document) -> Iterator[tuple[str, Json]]:
    """Name and value of all other JSON in the page's scripts that may speak of a house."""
    for name, value, _ in states(document):
        yield name, value


def states(document: Document) -> Iterator[tuple[str, Json, bool]]:
    """The same, and whether a string of the value may itself hold JSON."""
    stream: list[str] = []
    for script in document.scripts:
        text, kind = script.text, script.kind
        if len(text) < 40 or len(text) > LARGEST or "ld+json" in kind:
            continue
        if len(text) < _USUAL and not _TELLS[text]:
            continue
        text = packed.unescaped(text)
        pushed = _pushed(text)
        if pushed is not None:
            stream.append(string_value(pushed[1] or pushed[2]) or "")
        elif _speaks(text):
            yield from _values(text.strip(), kind, script.name)
    for name, value in _stream_values("".join(stream)):
        yield name, value, True


def _tells(text: str) -> bool:
    """Whether a script may speak of a house. Most programs are the same on all pages of a site."""
    text = packed.unescaped(text)
    return _may_push(text) or (":" in text and _speaks(text))


def _pushed(text: str) -> re.Match[str] | None:
    """The piece of a component stream that a script brings."""
    return _PUSHED.search(text) if _may_push(text) else None


def _may_push(text: str) -> bool:
    # A sign is found by the processor's own search, a word three times as fast as alternatives.
    return "(" in text and (".push([" in text or ".enqueue(" in text)


def _speaks(text: str) -> bool:
    """Whether a word of a house stands in a text as a key; mostly soon after its beginning."""
    if len(text) > _BEGIN and _HOUSE_WORD.search(text[:_BEGIN].lower()):
        return True
    return _HOUSE_WORD.search(text.lower()) is not None


def parse(text: str) -> Json | None:
    """A JSON text's value, None where it is none.

    >>> parse('{"beds": 3}'), parse("{beds: 3}")
    ({'beds': 3}, None)
    """
    if text[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def unpack(text: str) -> Json | None:
    """The value of a string that itself holds JSON of a house; None for any other string."""
    if len(text) < SHORTEST or text[0] not in _FIRST or not _HOUSE_WORD.search(text.lower()):
        return None
    return parse(packed.unguarded(text))


def string_value(quoted: str) -> str | None:
    """A JavaScript string literal's value.

    >>> string_value('"a \\\\"b\\\\""'), string_value("'it'")
    ('a "b"', 'it')
    """
    if quoted[:1] == "'":
        quoted = '"' + quoted[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    try:
        value = orjson.loads(quoted)
    except orjson.JSONDecodeError:
        try:
            value = orjson.loads(_ESCAPE.sub(r"\\u00\1", quoted))
        except orjson.JSONDecodeError:
            return None
    return value if isinstance(value, str) else None


def _values(text: str, kind: str, name: str) -> Iterator[tuple[str, Json, bool]]:
    value = parse(text)
    if value is not None:
        yield name or "script", packed.revived(value), _packs(text)
    elif "json" not in kind and kind in ("", "text/javascript", "application/javascript", "module"):
        yield from ((assigned, value, True) for assigned, value in _assigned(text))


def _packs(text: str) -> bool:
    """Whether a string of a JSON text may itself hold JSON, whose quotes are escaped in it.

    >>> _packs(r'{"a": "{}", "b": "said \\"c\\""}'), _packs(r'{"a": "{\\"beds\\": 3}"}')
    (False, True)
    """
    at, tries = text.find("\\"), 0
    while at >= 0 and tries < _MOST_ESCAPED:
        if text.startswith("u0022", at + 1):
            return True
        if text.startswith('"', at + 1):
            # The quote before is the string's first, or an escaped one of the same string.
            quote = text.rfind('"', 0, at)
            if text[quote - 1] != "\\" and text[quote + 1] in _FIRST_OR_ESCAPED:
                return True
        at, tries = text.find("\\", at + 2), tries + 1
    return at >= 0


def _assigned(text: str) -> Iterator[tuple[str, Json]]:
    """Values that a script assigns: `window.X = {...}`, `JSON.parse("...")`, `X = "{...}"`."""
    called = list(packed.calls(text))
    if called:
        yield from called
        return
    words = [found.start() for found in _HOUSE_WORD.finditer(text.lower())]
    if len(words) < 2:
        return
    end, tries = 0, 0
    for found in _beginnings(text, words):
        start = found.end() - 1
        quoted = text[start] in "\"'"
        if start < end or not (quoted or _OBJECT.match(text, start)):
            continue
        tries += 1
        value = _packed(text, start) if quoted else _object(text[start:])
        if value is not None:
            name = _NAME.search(text, max(0, found.start() - 80), found.start())
            yield name[0] if name else "script", value
            end = start + len(orjson.dumps(value)) // 2
        if tries == _MOST_OBJECTS:
            return


def _beginnings(text: str, words: list[int]) -> Iterator[re.Match[str]]:
    """What assigns a value that has two words of a house within reach; `words` are their places.

    No part of a text is searched twice: a program may have a hundred thousand words.
    """
    behind, ahead = 0, _ASSIGNED.search(text)
    for one, two in pairwise(words):
        first = max(behind, two - _REACH + 1)
        if ahead is None:
            return
        if first > one or ahead.end() > one + 1:
            continue
        begin = _begin(text, ahead, first)
        for ahead in _ASSIGNED.finditer(text, begin):
            if ahead.end() > one + 1:
                break
            if ahead.end() > first:
                yield ahead
        else:
            return
        behind = one + 1


def _begin(text: str, ahead: re.Match[str], first: int) -> int:
    """Where to go on from a match so that none is missed which ends behind a place."""
    if ahead.end() > first:
        return ahead.start()
    # Nothing that assigns has one of these signs but at its beginning.
    signs = (text.rfind(sign, ahead.end(), first) for sign in ",=")
    return max(ahead.end(), *signs)


def _packed(text: str, start: int) -> Json | None:
    found = _STRING.match(text, start)
    inner = string_value(found[0]) if found else None
    return packed.revived(parse(packed.unguarded(inner))) if inner is not None else None


def _object(text: str) -> Json | None:
    """The object that a text begins with."""
    try:
        return orjson.loads(text.rstrip().rstrip(";"))
    except orjson.JSONDecodeError:
        try:
            return chompjs.parse_js_object(text)
        except (ValueError, TypeError, RecursionError):
            return None


def _stream_values(stream: str) -> Iterator[tuple[str, Json]]:
    """The rows of a component stream: `id:value`, one a line."""
    for line in stream.splitlines():
        found = _ROW.match(line)
        if found is not None and _HOUSE_WORD.search(line.lower()):
            value = parse(line[found.end() - 1 :])
            if value is not None:
                yield "stream", packed.revived(value)


_TELLS = Kept(_tells, longest=_USUAL, most=2_000_000)
# Searched in lower case: to ignore the case costs the engine ten times as much.
_HOUSE_WORD = re.compile(
    r"(?:pric|prix|prec|prez|bed|bath|chambre|address|latitude|surface|superfic|built|sqft|area)"
    r"[a-z_]*\\*[\"']?\s*:"
)
# A quoted string is plain text with escapes between: sign by sign it takes seven times as long.
_PUSHED = re.compile(
    r"\.push\(\[\s*\d+\s*,\s*(\"[^\"\\]*(?:\\.[^\"\\]*)*\")\s*\]\)"
    r"|\.enqueue\(\s*(\"[^\"\\]*(?:\\.[^\"\\]*)*\")\s*\)",
    re.DOTALL,
)
_ASSIGNED = re.compile(
    r"[(,]\s*[{\[](?=[\"'{\[])|=\s*(?:JSON\.parse\(\s*[\"']|[{\[]|[\"'](?=\{\\?\"))"
)
_FIRST = frozenset("{[)fw")
"""What JSON in a string begins with, with or without a guard."""
_FIRST_OR_ESCAPED = _FIRST | {"\\"}
_NAME = re.compile(r"[\w$]+(?=[\"'\]\s]*$)")
_STRING = re.compile(
    r"\"[^\"\\]*(?:\\.[^\"\\]*)*\"|'[^'\\]*(?:\\.[^'\\]*)*'",
    re.DOTALL,
)
_OBJECT = re.compile(r"[{\[]\s*(?:[{\[]\s*)*(?:[\"']|[\w$]+\s*:)")
_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_CONTROL = re.compile(r"[\x00-\x1f]+")
_ROW = re.compile(r"^(?:[0-9a-z]{1,8}:)?[\[{]")
