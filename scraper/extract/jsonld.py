"""The layer of JSON-LD scripts."""

from __future__ import annotations

from scraper.extract import linked
from scraper.extract.document import Document
from scraper.extract.scripts import linked_data

CONFIDENCE = 0.85


def read(document: Document) -> linked.Linked:
    """What the page's JSON-LD says of its house."""
    values = list(linked_data(document))
    return linked.read(values, "json-ld", CONFIDENCE, document.canonical or document.url)
