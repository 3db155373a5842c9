"""A page to all that it says of its house, each value with the place it was found in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scraper.extract import (
    belongs,
    country,
    document,
    embedded,
    headline,
    history,
    icons,
    jsonld,
    labels,
    linked,
    meta,
    microdata,
    photos,
    places,
    schools,
    unlabelled,
    whereabouts,
)
from scraper.extract.hints import Hints
from scraper.extract.merge import merge
from scraper.extract.sale import settle
from scraper.facts import Extraction, Fact, PriceEvent
from scraper.page import Page

EXTRACTOR_VERSION: Final = "2"
"""Raised with every change that may read another value out of the same page."""

NO_HINTS: Final = Hints()
_OF_TAGS: Final = (belongs.region_of, headline.describes, icons.said, whereabouts.sureness)
"""What the layers ask of start tags."""


@dataclass(slots=True)
class Layers:
    """What the layers read, before it is merged."""

    page: document.Document
    hints: Hints
    embedded: embedded.Embedded
    structured: linked.Linked
    items: linked.Linked
    reader: labels.LabelReader
    pairs: list[labels.Pair]
    tables: list[document.Table]


def extract(page: Page, hints: Hints = NO_HINTS) -> Extraction:
    """Everything that a page says of its house. Total: a page of nothing gives an empty one."""
    layers = _read(page, hints)
    events = _history(layers)
    facts = [*_facts(layers), *history.currencies(events)]
    facts = country.bare_areas([*facts, *country.by_money(facts, layers.page)])
    best, others = merge(settle(facts, events))
    return Extraction(
        best=best,
        others=others,
        labels=_labels(layers),
        price_history=events,
        photo_urls=photos.photo_urls(
            layers.page,
            layers.embedded.lists.get("photos", []),
            layers.structured.images + layers.items.images,
            hints.photo_pattern,
        ),
    )


def _read(page: Page, hints: Hints) -> Layers:
    parsed = document.read(page)
    parsed.ask(_OF_TAGS)
    belongs.mark(parsed)
    reader = labels.LabelReader(parsed, hints.labels)
    return Layers(
        page=parsed,
        hints=hints,
        embedded=embedded.read(parsed),
        structured=jsonld.read(parsed),
        items=microdata.read(parsed),
        reader=reader,
        pairs=list(reader.pairs()),
        tables=list(history.tables(parsed, _is_told_by)),
    )


def _is_told_by(header: list[str]) -> bool:
    """Whether a layer reads tables with such a header."""
    return history.is_told_by(header) or schools.is_told_by(header)


def _facts(layers: Layers) -> Iterator[Fact]:
    """The facts of all layers, the surest layers first."""
    page = layers.page
    yield from places.read(page, layers.hints.fields)
    if layers.hints.currency:
        yield Fact("currency", layers.hints.currency, "site:currency", 0.6)
    if layers.hints.country:
        yield Fact("country", layers.hints.country, "site:country", 0.9)
    yield from layers.embedded.facts
    yield from layers.structured.facts
    yield from layers.items.facts
    yield from labels.label_facts(layers.pairs)
    yield from icons.read(page, layers.reader.used)
    yield from meta.read(page)
    yield from headline.sentences(page)
    yield from headline.prices(page, layers.reader.taken)
    yield from headline.on_request(page)
    yield from headline.statuses(page)
    yield from whereabouts.read(page)
    yield from headline.description(page)
    yield from unlabelled.strip_runs(page)
    yield from schools.school_facts(
        schools.from_lists(layers.embedded.lists.get("schools", [])), 0.88
    )
    yield from schools.school_facts(schools.from_labels(layers.pairs), labels.CONFIDENCE)
    shown = schools.from_tables(layers.tables)
    yield from schools.school_facts(shown or schools.from_page(page), 0.75)
    yield from history.tax_facts(layers.tables, layers.embedded.lists.get("tax_history", []))


def _history(layers: Layers) -> tuple[PriceEvent, ...]:
    return (
        history.from_lists(layers.embedded.lists.get("price_history", []))
        or history.from_tables(layers.tables)
        or history.from_region(layers.page)
    )


def _labels(layers: Layers) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in layers.pairs:
        found.setdefault(pair.label, pair.value)
    for more in (layers.embedded.labels, layers.structured.labels, layers.items.labels):
        for label, value in more.items():
            found.setdefault(label, value)
    return found
