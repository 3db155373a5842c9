"""Facts of schema.org items, however a page carries them: JSON-LD, microdata, RDFa.

Property names and types from https://schema.org (Residence, Offer, RealEstateListing, ...).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from scraper.extract.belongs import Region, key_region
from scraper.extract.fits import fits
from scraper.extract.houselink import identity
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import IGNORED, fold, key_of, labels, split_unit
from scraper.facts import Fact

HOUSE_TYPES: Final = frozenset(
    [
        "accommodation",
        "apartment",
        "apartmentcomplex",
        "condominium",
        "house",
        "product",
        "realestatelisting",
        "residence",
        "singlefamilyresidence",
        "townhouse",
        "place",
        "suite",
        "room",
        "offer",
        "gatedresidencecommunity",
        "individualproduct",
        "landform",
        "landmarksorhistoricalbuildings",
    ]
)
_SKIPPED: Final = frozenset(
    [
        "breadcrumblist",
        "organization",
        "realestateagent",
        "person",
        "website",
        "searchaction",
        "localbusiness",
        "itemlist",
        "event",
        "school",
        "educationalorganization",
        "imageobject",
        "faqpage",
        "aggregaterating",
        "review",
        "elementaryschool",
        "middleschool",
        "highschool",
        "collegeoruniversity",
    ]
)
_PLAIN: Final = {
    "streetaddress": "address",
    "addresslocality": "city",
    "addressregion": "state",
    "postalcode": "zip",
    "addresscountry": "country",
    "latitude": "latitude",
    "longitude": "longitude",
    "floorsize": "living_area_sqft",
    "lotsize": "lot_size_sqft",
    "numberofbedrooms": "bedrooms",
    "numberofbathroomstotal": "bathrooms",
    "numberofbathrooms": "bathrooms",
    "numberoffullbathrooms": "full_bathrooms",
    "numberofrooms": "rooms",
    "yearbuilt": "year_built",
    "accommodationcategory": "home_type",
    "description": "description",
    "dateposted": "listed_on",
    "price": "price",
    "lowprice": "price",
    "pricecurrency": "currency",
    "availability": "status",
}
_TYPE_NAMES: Final = {
    "apartment": 0.6,
    "house": 0.5,
    "singlefamilyresidence": 0.7,
    "condominium": 0.8,
    "townhouse": 0.8,
}
"""Types that say what kind of home it is, with how sure they are: sites use them loosely."""
_SHORTEST_TEXT: Final = 40
"""Shorter descriptions are names."""
_PARTS: Final = frozenset(
    [
        "address",
        "geo",
        "offers",
        "mainentity",
        "itemoffered",
        "about",
        "location",
        "containedinplace",
        "pricespecification",
        "object",
        "accommodation",
        "mainentityofpage",
    ]
)


@dataclass(slots=True)
class Linked:
    """What items say."""

    facts: list[Fact] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


def read(values: list[Json], layer: str, confidence: float, url: str) -> Linked:
    """The facts of the item that is the page's house; other houses' items are left out.

    `values` are decoded JSON-LD, or items of microdata in the same form.
    """
    items = [item for value in values for item in _items(value)]
    chosen = _own(items, url)
    reader = _Reader(layer, confidence)
    for item in chosen:
        reader.take(item, "", 0)
    return reader.result


def _items(value: Json) -> Iterator[dict[str, Json]]:
    """The items at the top of a value, `@graph` opened."""
    if isinstance(value, list):
        for inner in value:
            yield from _items(inner)
    elif isinstance(value, dict):
        if isinstance(value.get("@graph"), list):
            yield from _items(value["@graph"])
        types = _types(value)
        if types & HOUSE_TYPES or (types & {"webpage", "itempage"} and "mainEntity" in value):
            yield value


def _types(item: dict[str, Json]) -> set[str]:
    kind = item.get("@type") or item.get("type") or ()
    kinds = kind if isinstance(kind, list) else [kind]
    return {key_of(str(name).rsplit("/", 1)[-1]) for name in kinds}


def _own(items: list[dict[str, Json]], url: str) -> list[dict[str, Json]]:
    """The items of this house: those with its address, else all where they are few."""
    mine = [item for item in items if _address_of(item) == identity(url)]
    unnamed = [item for item in items if not _address_of(item)]
    if mine:
        return mine + unnamed[:3]
    same_kind = [tuple(sorted(_types(item))) for item in items]
    repeated = {kind for kind in same_kind if same_kind.count(kind) > 2}
    kept = [item for item, kind in zip(items, same_kind, strict=True) if kind not in repeated]
    return kept or (items[:1] if not repeated else [])


def _address_of(item: dict[str, Json]) -> str:
    address = item.get("url") or item.get("@id") or ""
    return identity(address) if isinstance(address, str) and "/" in address else ""


class _Reader:
    """Takes the facts out of items, and out of the items inside them."""

    def __init__(self, layer: str, confidence: float) -> None:
        self.layer = layer
        self.confidence = confidence
        self.result = Linked()

    def add(self, column: str, value: str | float, place: str, unit: str = "") -> None:
        source = f"{self.layer}:{place}"
        self.result.facts.append(Fact(column, value, source, self.confidence, unit))

    def take(self, item: dict[str, Json], path: str, depth: int) -> None:
        """An item with its type and properties."""
        types = _types(item)
        if types & _SKIPPED or depth > 6:
            return
        for name in types & _TYPE_NAMES.keys():
            sure, source = self.confidence * _TYPE_NAMES[name], f"{self.layer}:{path}@type"
            self.result.facts.append(Fact("home_type", name, source, sure))
        for key, value in item.items():
            self.property(key_of(key), value, f"{path}{key}", depth)

    def property(self, word: str, value: Json, place: str, depth: int) -> None:
        """One property: pictures, a labelled value, a plain value, or an item of its own."""
        if word in ("image", "photo", "photos"):
            self.result.images += _images(value)
        elif word in ("additionalproperty", "amenityfeature"):
            self.labelled(value, place)
        elif word in _PLAIN:
            self.plain(_PLAIN[word], value, place)
        elif word == "address" and isinstance(value, str):
            self.add("address", value, place)
        elif word in _PARTS and key_region(word) is Region.OWN:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict):
                    self.take(part, f"{place}.", depth + 1)

    def plain(self, column: str, value: Json, place: str) -> None:
        """A value, or an object of a value and its unit."""
        unit = ""
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            unit = str(value.get("unitCode") or value.get("unitText") or "")
            value = value.get("value") or value.get("minValue") or value.get("name")
        if column == "description" and len(str(value)) < _SHORTEST_TEXT:
            return
        if isinstance(value, (str, int, float)) and fits(column, str(value)) and str(value) != "0":
            self.add(column, value, place, unit)

    def labelled(self, value: Json, place: str) -> None:
        """`additionalProperty`: items of a name and a value."""
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, dict) or not isinstance(part.get("name"), str):
                continue
            text, (name, unit) = str(part.get("value") or ""), split_unit(part["name"])
            if not text or len(text) > 300:
                continue
            self.result.labels.setdefault(name, text)
            term = labels().get(fold(name))
            if term is not None and term.column != IGNORED and fits(term.column, text):
                unit = unit or str(part.get("unitText") or part.get("unitCode") or "")
                self.add(term.column, text, f"{place}:{name}", unit)


def _images(value: Json) -> list[str]:
    found = []
    for part in value if isinstance(value, list) else [value]:
        inner = part
        if isinstance(part, dict):
            inner = part.get("contentUrl") or part.get("url") or part.get("image")
        if isinstance(inner, str):
            found.append(inner)
    return found
