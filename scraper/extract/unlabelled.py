"""The layer of short texts without a label: "3 bd 2 ba 1,450 sqft", "Built in 1889"."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.extract.document import Document
from scraper.extract.fits import typology
from scraper.extract.sieves import of_counts, own
from scraper.extract.strips import names_area, strip_facts
from scraper.facts import Fact


def strip_runs(document: Document) -> Iterator[Fact]:
    """The facts of short texts without a label, two neighbouring runs read as one too."""
    typed = "tipologia" if document.language[:2] == "pt" else ""
    for run in own(document, of_counts):
        text = document.texts[run]
        for column, value, weight in strip_facts(text):
            yield Fact(column, value, f"text:{text[:40]}", 0.6 * weight)
        if rooms := typology(typed, text):
            yield Fact(*rooms, f"text:{text}", 0.5)
        if text[-1].isdigit() and len(text) < 12 and run + 1 < len(document.texts):
            yield from _joined(document, run, text)


def _joined(document: Document, run: int, text: str) -> Iterator[Fact]:
    """`<b>273</b> m²`: a number and its unit in two runs of one parent."""
    unit, owner = document.texts[run + 1], document.owners[run]
    if not (names_area(unit) or names_area(text)):
        return
    near = (document.owners[run + 1], document.parents[document.owners[run + 1]])
    if len(unit) < 20 and (owner in near or document.parents[owner] in near):
        joined = f"{text} {unit}"
        for column, value, weight in strip_facts(joined):
            if column in ("living_area_sqft", "lot_size_sqft"):
                yield Fact(column, value, f"text:{joined}", 0.6 * weight)
