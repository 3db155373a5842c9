"""The layer of short texts without a label: "3 bd 2 ba 1,450 sqft", "Built in 1889"."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.extract.document import Document
from scraper.extract.fits import typology
from scraper.extract.sieves import of_counts, of_number, own
from scraper.extract.strips import names_area, strip_facts
from scraper.facts import Fact

_LONGEST_UNIT = 20


def strip_runs(document: Document) -> Iterator[Fact]:
    """The facts of short texts without a label, two neighbouring runs read as one too."""
    typed = "tipologia" if document.language[:2] == "pt" else ""
    for run in sorted({*own(document, of_counts), *_numbers(document)}):
        text = document.texts[run]
        for column, value, weight in strip_facts(text):
            yield Fact(column, value, f"text:{text[:40]}", 0.6 * weight)
        if rooms := typology(typed, text):
            yield Fact(*rooms, f"text:{text}", 0.5)
        if of_number(text) and run + 1 < len(document.texts):
            yield from _joined(document, run, text)


def _numbers(document: Document) -> Iterator[int]:
    """The runs that are a number with an area's unit behind it, or are one themselves."""
    texts = document.texts
    for run in own(document, of_number):
        behind = texts[run + 1] if run + 1 < len(texts) else ""
        if len(behind) < _LONGEST_UNIT and (names_area(texts[run]) or names_area(behind)):
            yield run


def _joined(document: Document, run: int, text: str) -> Iterator[Fact]:
    """`<b>273</b> m²`: a number and its unit in two runs of one parent."""
    unit, owner = document.texts[run + 1], document.owners[run]
    near = (document.owners[run + 1], document.parents[document.owners[run + 1]])
    if len(unit) < _LONGEST_UNIT and (owner in near or document.parents[owner] in near):
        joined = f"{text} {unit}"
        for column, value, weight in strip_facts(joined):
            if column in ("living_area_sqft", "lot_size_sqft"):
                yield Fact(column, value, f"text:{joined}", 0.6 * weight)
