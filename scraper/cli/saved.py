"""The address that a saved page itself says it came from."""

from __future__ import annotations

import re
from typing import Final

from scraper.extract import document
from scraper.page import Page

_SAVED: Final = re.compile(rb"<!--\s*saved from url=(?:\(\d+\))?(https?://[^\s>]+)")
"""What browsers write into a page that they save."""


def address_of(page: Page) -> str:
    """The address, "" where the page does not say it."""
    marked = _SAVED.search(page.body[:2000])
    if marked:
        return marked[1].decode("ascii", "ignore")
    parsed = document.read(page)
    return parsed.canonical or parsed.metas.get("og:url", "")
