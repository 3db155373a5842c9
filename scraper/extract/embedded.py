"""Facts out of the JSON that a page carries for its own scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from scraper.extract.belongs import Region, key_region
from scraper.extract.document import Document
from scraper.extract.fits import fits
from scraper.extract.houselink import id_tokens
from scraper.extract.houseobject import LISTS, HouseObject, houses
from scraper.extract.joined import Found
from scraper.extract.labelled import labelled_facts
from scraper.extract.objects import objects
from scraper.extract.positions import positions
from scraper.extract.scripts import Json, states
from scraper.extract.vocabulary import key_of
from scraper.facts import Fact

CONFIDENCE_THIS = 0.9
"""The object carries the page's ID."""
CONFIDENCE_BEST = 0.75
"""The object only looks most like a house."""
_NOT_FACTS = LISTS | {"id", "url"}


@dataclass(slots=True)
class Embedded:
    """What the embedded JSON says."""

    facts: list[Fact] = field(default_factory=list)
    lists: dict[str, list[tuple[str, Json]]] = field(default_factory=dict)
    """`photos`, `price_history`, `tax_history`, `schools` to the lists found, best first."""
    labels: dict[str, str] = field(default_factory=dict)
    """Labels and values that stand in the JSON as such."""


def read(document: Document) -> Embedded:
    """What the scripts of a page say of its house."""
    ids = id_tokens(document.url) | id_tokens(document.canonical)
    candidates: list[HouseObject] = []
    result = Embedded()
    spots: Counter[tuple[float, float]] = Counter()
    codes: dict[tuple[float, float], str] = {}
    for name, value, packs in states(document):
        if key_region(key_of(name)) is not Region.OWN:
            continue
        nodes = list(objects(name, value, ids, packs=packs))
        candidates += houses(nodes, ids)
        for latitude, longitude, code in positions(nodes):
            spots[latitude, longitude] += 1
            codes[latitude, longitude] = codes.get((latitude, longitude)) or code
    result.facts += _position(spots, codes)
    candidates.sort(key=lambda house: -house.score())
    for place, house in enumerate(candidates[:12]):
        confidence = _confidence(place, house)
        if confidence:
            _take(house, confidence, result)
    return result


def _position(
    spots: Counter[tuple[float, float]], codes: dict[tuple[float, float], str]
) -> list[Fact]:
    """The position that the page's JSON has alone, or more often than any other, and its code."""
    common = spots.most_common(2)
    if not common or (len(common) > 1 and common[0][1] == common[1][1]):
        return []
    latitude, longitude = common[0][0]
    source, code = "embedded:coordinates", codes[common[0][0]]
    place = [Fact("latitude", latitude, source, 0.6), Fact("longitude", longitude, source, 0.6)]
    return [*place, Fact("zip", code, source, 0.6)] if fits("zip", code) else place


def _confidence(place: int, house: HouseObject) -> float:
    """The first is the house; others only where they carry its ID."""
    if place == 0 and not house.in_list:
        return CONFIDENCE_THIS if house.is_this else CONFIDENCE_BEST
    return CONFIDENCE_THIS - 0.15 if house.is_this else 0.0


def _take(house: HouseObject, confidence: float, result: Embedded) -> None:
    for found in house.facts:
        if found.column in LISTS:
            result.lists.setdefault(found.column, []).append((found.path, found.value))
        elif found.column not in _NOT_FACTS and isinstance(found.value, (str, int, float)):
            result.facts.append(_fact(house, found, confidence))
    for fact, label in _label_facts(house, confidence):
        result.facts.append(fact)
        result.labels.setdefault(label, str(fact.raw))


def _fact(house: HouseObject, found: Found, confidence: float) -> Fact:
    path = f"embedded:{house.path[-60:]}.{found.path}"
    sure = confidence - 0.04 * found.depth
    return Fact(found.column, found.value, path, round(max(sure, 0.3), 3), found.unit)


def _label_facts(house: HouseObject, confidence: float) -> Iterator[tuple[Fact, str]]:
    """Facts of labelled values inside the house's object."""
    for term, label, value, unit, path in labelled_facts(house.value):
        source = f"embedded:{house.path[-40:]}{path}:{label}"
        yield Fact(term.column, value, source, (confidence - 0.12) * term.weight, unit), label
