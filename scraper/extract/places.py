"""The layer of the site file's own places: CSS, XPath, or JMESPath into embedded JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import jmespath
from cssselect import SelectorError
from jmespath.exceptions import JMESPathError
from parsel import Selector

from scraper.extract.document import Document
from scraper.extract.scripts import Json, embedded, linked_data
from scraper.facts import Fact

CONFIDENCE = 0.99
JSON_PREFIX = "json:"


def read(document: Document, fields: Mapping[str, str]) -> Iterator[Fact]:
    """The facts at the places that a site file names; a place not on the page gives none."""
    if not fields:
        return
    selector = Selector(root=document.root, type="html")
    values: list[Json] | None = None
    for column, place in fields.items():
        if place.startswith(JSON_PREFIX):
            if values is None:
                values = [value for _, value in embedded(document)] + list(linked_data(document))
            raw = _in_json(values, place.removeprefix(JSON_PREFIX).strip())
        else:
            raw = _in_markup(selector, place)
        if raw not in (None, ""):
            yield Fact(column, raw, f"site:{place}", CONFIDENCE)


def _in_json(values: list[Json], expression: str) -> str | int | float | bool | None:
    """The first value that an expression finds in any of the page's JSON values."""
    try:
        compiled = jmespath.compile(expression)
    except JMESPathError:
        return None
    for value in values:
        try:
            found = compiled.search(value)
        except JMESPathError:
            continue
        if isinstance(found, list) and found and not isinstance(found[0], (dict, list)):
            return ", ".join(str(item) for item in found)
        if isinstance(found, (str, int, float, bool)):
            return found
    return None


def _in_markup(selector: Selector, place: str) -> str:
    """The text at a CSS or XPath place, tags dropped."""
    try:
        nodes = selector.xpath(place) if place[:1] in "/(." else selector.css(place)
    except (ValueError, SelectorError):
        return ""
    for node in nodes:
        if isinstance(node.root, str):
            text = node.root
        else:
            text = " ".join(node.xpath(".//text()").getall())
        tidy = " ".join(text.split())
        if tidy:
            return tidy
    return ""
