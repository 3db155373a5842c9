"""The layer of microdata and RDFa Lite: schema.org names written into the markup.

Rules from https://html.spec.whatwg.org/multipage/microdata.html#values and
https://www.w3.org/TR/rdfa-lite/. Read over the parsed page, not by extruct, whose import takes a
second and which cannot leave out the items of other houses.
"""

from __future__ import annotations

from scraper.extract import linked
from scraper.extract.belongs import FOREIGN
from scraper.extract.document import Document
from scraper.extract.scripts import Json

CONFIDENCE = 0.82
_ADDRESS_OF_VALUE = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "object": "data",
}


def read(document: Document) -> linked.Linked:
    """What the page's marked-up items say of its house."""
    if not document.has_items:
        return linked.Linked()
    own = document.canonical or document.url
    return linked.read(_items(document), "microdata", CONFIDENCE, own)


def _items(document: Document) -> list[Json]:
    """The outermost items in the form of JSON-LD, items inside them nested."""
    top: list[Json] = []
    open_items: list[tuple[int, dict[str, Json]]] = []
    for number, attributes in enumerate(document.attributes):
        while open_items and open_items[-1][0] <= number:
            open_items.pop()
        name = attributes.get("itemprop") or (
            attributes.get("property") if document.tags[number] != "meta" or open_items else None
        )
        kind = attributes.get("itemtype") or attributes.get("typeof")
        is_item = "itemscope" in attributes or "typeof" in attributes
        item: dict[str, Json] | None = {"@type": (kind or "").split()} if is_item else None
        if name and open_items and document.regions[number] not in FOREIGN:
            _add(open_items[-1][1], name, item if item is not None else _value(document, number))
        elif item is not None and document.regions[number] not in FOREIGN:
            top.append(item)
        if item is not None:
            open_items.append((document.ends[number], item))
    return top


def _add(item: dict[str, Json], names: str, value: Json) -> None:
    """Set a property; one that stands there already becomes a list."""
    for name in names.split():
        key = name.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        if key in item:
            known = item[key]
            item[key] = [*(known if isinstance(known, list) else [known]), value]
        else:
            item[key] = value


def _value(document: Document, number: int) -> str:
    """The value of a property's element."""
    attributes, tag = document.attributes[number], document.tags[number]
    for name in ("content", "datetime" if tag == "time" else "", _ADDRESS_OF_VALUE.get(tag, "")):
        value = attributes.get(name) if name else None
        if value:
            return str(value).strip()
    return document.text_of(number, 60)
