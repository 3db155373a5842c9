"""A first page before the first page, so that tables are read while nobody waits.

The words of countries, places, units and refusals are read from files when a page first needs them:
0.2 s of CPU at once, for which every answer under way would wait.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from scraper.page import Page

_WORDS: Final = "A house with a garden, near a park and a school, in good order. " * 8
_BODY: Final = f"""<!doctype html><html lang=en><head><title>1 Elm St, Alder Point, CA 94501</title>
<script type="application/ld+json">{{"@type": "House", "numberOfRooms": 4}}</script></head><body>
<nav><a href="/">Home</a></nav><h1>1 Elm St, Alder Point, CA 94501</h1><p>Sold for $500,000</p><dl>
<dt>Sold price</dt><dd>$500,000</dd><dt>Sold on</dt><dd>3 May 2024</dd><dt>Status</dt><dd>Sold</dd>
<dt>Living area</dt><dd>1,800 sqft</dd><dt>Lot size</dt><dd>0.25 acres</dd><dt>Bedrooms</dt><dd>3
</dd><dt>Bathrooms</dt><dd>2</dd><dt>Year built</dt><dd>1990</dd><dt>Country</dt><dd>USA</dd>
<dt>Home type</dt><dd>Single family</dd><dt>HOA fee</dt><dd>$50 a month</dd><dt>Listed by</dt>
<dd>A. N. Agent, licence 01234567</dd></dl><h2>Description</h2><p class=description>{_WORDS}Call the
agent at 714-555-0199 or a@rehearsal.invalid.</p>
<table><tr><th>Date</th><th>Event</th><th>Price</th></tr><tr><td>3 May 2024</td><td>Sold</td>
<td>$500,000</td></tr></table><img src="/1.jpg" width=900 height=600></body></html>"""


def rehearsal() -> Page:
    """A made-up page of a house, with something for every rule that a real one meets."""
    url = "http://rehearsal.invalid/1"
    headers = {"content-type": "text/html; charset=utf-8"}
    return Page(url, url, 200, headers, _BODY.encode(), "http", datetime.now(UTC))
