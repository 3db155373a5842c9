"""A sitemap as a list of houses: https://www.sitemaps.org/protocol.html, version 0.9."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scraper.extract.document import Document

_FIRST: Final = 8
"""Elements among which the outermost of a sitemap is: the parser puts some of its own around it."""


def entries(parsed: Document) -> Iterator[tuple[str, str]]:
    """The address of each page that a sitemap names, absolute, with its `lastmod`, else ""; nothing
    of any other page.
    """
    if "urlset" not in parsed.tags[:_FIRST]:
        return
    for number, tag in enumerate(parsed.tags):
        if tag == "url":
            inside = range(number + 1, parsed.ends[number])
            said = {parsed.tags[one]: parsed.text_of(one).strip() for one in inside}
            if said.get("loc"):
                yield parsed.absolute(said["loc"]), said.get("lastmod", "")
