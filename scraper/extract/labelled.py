"""Labels and values that stand in embedded JSON: `{"label": "Year built", "value": "1988"}`."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.extract.belongs import Region, key_region
from scraper.extract.fits import fits, typology
from scraper.extract.kept import by_keys
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import IGNORED, Term, key_of, label_term, split_unit


def labelled_facts(value: Json) -> Iterator[tuple[Term, str, str, str, str]]:
    """Term, label, value, unit and path of each labelled value whose label is known."""
    for path, label, text in labelled(value, "", 0):
        name, unit = split_unit(label)
        term = label_term(name, unit)
        if term is None or term.column == IGNORED or not fits(term.column, text):
            continue
        rooms = typology(label, text) if term.column == "home_type" else None
        if rooms is not None:
            yield Term(rooms[0], term.weight), label, rooms[1], unit, path
        else:
            yield term, label, text, unit, path


def labelled(node: Json, path: str, depth: int) -> Iterator[tuple[str, str, str]]:
    """Path, label and value of the labelled values inside a value."""
    if depth > 7:
        return
    if isinstance(node, dict):
        pair = _pair(node)
        if pair is not None:
            yield path, *pair
        for key, inner in node.items():
            if isinstance(inner, (dict, list)) and key_region(key_of(key)) is Region.OWN:
                yield from labelled(inner, f"{path}.{key}", depth + 1)
    elif isinstance(node, list) and len(node) < 200:
        for item in node:
            if isinstance(item, (dict, list)):
                yield from labelled(item, path, depth + 1)


def _pair(node: dict[str, Json]) -> tuple[str, str] | None:
    label = value = shown = None
    if len(node) > 12:
        return None
    for key, word, what in _parts(node):
        inner = node[key]
        if what == "shown":
            shown = _text(inner) or shown
        elif what == "label":
            # `key` names the fact for programs; what is shown wins wherever it stands.
            better = label is None or word != "key"
            label = inner if isinstance(inner, str) and len(inner) < 60 and better else label
        else:
            value = _text(inner) or value
    value = shown or value
    return (label, value) if label and value else None


@by_keys
def _parts(keys: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """The keys of a label and of its value, with their words and what each is.

    None where they lack one of the two.
    """
    found = [(key, word, what) for key in keys if (what := _part(word := key_of(key)))]
    kinds = {what for _, _, what in found}
    return found if "label" in kinds and len(kinds) > 1 else []


def _part(word: str) -> str:
    if word in _SHOWN_KEYS:
        return "shown"
    if word in _LABEL_KEYS or word.endswith("label"):
        return "label"
    return "value" if word in _VALUE_KEYS or word.endswith("value") else ""


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value if len(value) < 300 else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return ", ".join(value)[:300]
    return ""


_SHOWN_KEYS = frozenset(("valuelabel", "localizedvalue", "displayvalue", "formattedvalue"))
"""Keys of a value in the form that people see, unit and all."""
_LABEL_KEYS = frozenset(("label", "name", "title", "key"))
_VALUE_KEYS = frozenset(("value", "text", "values", "content", "val"))
