"""A site's page without its personal data: what the archive keeps, and what an alarm leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.clean import read_row
from scraper.answer.deadline import within
from scraper.answer.fault import AnswerError
from scraper.archive.redaction import leftovers, redacted
from scraper.archive.words import Words
from scraper.extract.house import extract
from scraper.facts import Extraction
from scraper.ledger.moments import utc_now
from scraper.page import Page
from scraper.parse.bounds import out_of_bounds
from scraper.privacy.people import people
from scraper.privacy.personal import clean_personal
from scraper.schema import Row

if TYPE_CHECKING:
    from scraper.sites.model import Site


def row_of(read: Extraction, site: Site) -> Row:
    """The row that comes of a page, as far as it comes of the page."""
    row = read_row(read, site)
    for column in out_of_bounds(row):
        row[column] = None
    return clean_personal(row)


def redact(page: Page, site: Site, read: Extraction) -> bytes | None:
    """A page's document in UTF-8 without what is personal; None where a name would be left."""
    row = row_of(read, site)
    country = row.get("country")
    words = Words(row, read.labels, country if isinstance(country, str) else None)
    # Whom the description announces may stand without a word in the title.
    if (told := read.best.get("description")) is not None:
        words.learn(people(str(told.raw)))
    body = redacted(page, words)
    return None if leftovers(body, words) else body


def redact_text(site: Site, seconds: float, url: str, text: str) -> bytes | None:
    """The same of a page's text; None also where it takes more than so many seconds."""
    headers = {"content-type": "text/html; charset=utf-8"}
    page = Page(url, url, 200, headers, text.encode(errors="replace"), "http", utc_now())
    try:
        with within(seconds):
            return redact(page, site, extract(page, site.hints))
    except AnswerError:
        return None
