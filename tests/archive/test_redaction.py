"""A kept page has no personal data, and gives the same row."""

from dataclasses import replace
from datetime import UTC, datetime

from pipelines.clean import read_row
from scraper.archive.redaction import leftovers, redacted
from scraper.archive.words import Words
from scraper.extract.house import extract
from scraper.facts import Extraction
from scraper.page import Page
from scraper.privacy.personal import clean_personal
from scraper.schema import Row
from scraper.sites.model import HousePage, Search, Site

SITE = Site("s", Search((), "x"), HousePage(""))

PAGE = """<html><head><title>12 Elm St</title>
<meta name="author" content="Zelda Quark">
<script type="application/ld+json">{"@type": "SingleFamilyResidence", "name": "12 Elm St",
"address": {"streetAddress": "12 Elm St", "addressLocality": "Salem", "addressRegion": "OR",
"postalCode": "97301"}, "numberOfBedrooms": 3, "floorSize": {"value": 1850, "unitText": "sqft"},
"offers": {"price": 450000, "priceCurrency": "USD",
 "seller": {"@type": "RealEstateAgent", "name": "Zelda Quark", "telephone": "503-555-0142",
 "email": "zelda@quarkhomes.example"}}}</script>
<script>window.__DATA__ = {"price": 450000, "beds": 3, "listingAgent": {"fullName": "Zelda Quark",
 "phone": "503-555-0142"}, "remarks": "Call Zelda Quark at 503-555-0142 for a tour."};</script>
<script>push("{\\"agentName\\":\\"Zelda Quark\\",
\\"mail\\":\\"zelda@quarkhomes.example\\"}")</script>
</head><body><!-- listed by Zelda Quark -->
<h1>12 Elm St, Salem, OR 97301</h1><p class="price">$450,000</p>
<dl><dt>Bedrooms</dt><dd>3</dd><dt>Living area</dt><dd>1,850 sqft</dd>
<dt>Parcel number</dt><dd>503-555-0199</dd><dt>Listing agent</dt><dd>Zelda Quark</dd>
<dt>Owner</dt><dd>Ivo Brandlmayr</dd></dl>
<div itemscope itemtype="https://schema.org/Person"><span itemprop="name">Zelda Quark</span>
<span itemprop="telephone">503-555-0142</span></div>
<section><h2>About this home</h2><p>A quiet house with oak floors and a large yard near the park.
Call <b>Zelda Quark</b> at <a href="tel:5035550142">503-555-0142</a> or
<a href="mailto:zelda@quarkhomes.example">write to her</a>. Two porches.</p></section>
<a href="/agents/zelda-quark/"><img src="/z.jpg" alt="Zelda Quark, your agent"></a>
<p data-who='{"agent": "Zelda Quark", "beds": 3}'>Sold by owner Ivo Brandlmayr</p>
</body></html>"""
TRACES = ("zelda", "quark", "brandlmayr", "0142", "5035550142")


def page_of(text: str) -> Page:
    url = "https://s.example/h/1"
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Page(url, url, 200, {"content-type": "text/html"}, text.encode(), "http", now)


def row_of(page: Page) -> tuple[Extraction, Row]:
    read = extract(page)
    return read, clean_personal(read_row(read, SITE))


def test_no_trace_is_left_and_the_row_is_the_same() -> None:
    page = page_of(PAGE)
    read, row = row_of(page)
    words = Words(row, read.labels, "US")
    body = redacted(page, words)
    assert not leftovers(body, words)
    found = [trace for trace in TRACES if trace in body.decode().lower()]
    assert not found, body.decode()
    _, again = row_of(replace(page, body=body))
    assert again == row
    assert row["listed_price"] == 450_000
    assert row["parcel_number"] == "503-555-0199"


def test_the_page_itself_has_the_traces() -> None:
    """The control: what is looked for is there."""
    assert all(trace in PAGE.lower() for trace in TRACES)


def test_a_page_of_nothing_gives_a_page_of_nothing() -> None:
    for text in ("", "\x00", "<", "plain words", "<html>"):
        page = page_of(text)
        assert isinstance(redacted(page, Words({}, {})), bytes)


def test_what_the_row_says_may_stay() -> None:
    """A street that bears the agent's name is no trace of the agent."""
    text = PAGE.replace("12 Elm St", "12 Zelda Quark Road")
    page = page_of(text)
    read, row = row_of(page)
    body = redacted(page, Words(row, read.labels, "US"))
    assert "12 Zelda Quark Road" in body.decode()
    assert row_of(replace(page, body=body))[1] == row
