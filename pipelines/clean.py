"""Step 200: what the page says becomes typed columns."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from pipelines.rehearsal import rehearsal
from scraper.extract.evidence import confidences, disputed
from scraper.extract.house import EXTRACTOR_VERSION, extract
from scraper.facts import Extraction
from scraper.house import House, Visit
from scraper.parse.row import clean_history, clean_row
from scraper.privacy.personal import clean_personal
from scraper.refusal.rules import refusal
from scraper.rights.signals import as_json
from scraper.schema import Row
from scraper.sites.model import Site

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class CleanPipeline:
    """Money, areas, dates, counts and categories of a house as numbers, days and words."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Read a page before there is one, so that no answer waits for tables to be read."""
        site: Site | None = getattr(self._crawler.spider, "site", None)
        if site is not None and self._crawler.spider.name == "houses":  # type: ignore[union-attr]
            page = rehearsal()
            refusal(page)
            clean_personal(read_row(extract(page, site.hints), site))
            # What is there now stays: each later look for garbage would pass over all of it, and
            # every answer under way would wait.
            gc.collect()
            gc.freeze()

    def process_item(self, item: House | Visit) -> House | Visit:
        """Fill the row of a house."""
        if isinstance(item, House):
            site: Site = self._crawler.spider.site  # type: ignore[union-attr]  # a SiteSpider
            item.row = {**read_row(item.extraction, site), **_provenance(item)}
        return item


def read_row(extraction: Extraction, site: Site) -> Row:
    """What a page says of its house, as typed columns."""
    read = clean_row(
        extraction.best,
        currency=site.house.currency,
        country=site.house.country,
        day_first=site.day_first,
    )
    return {**read, **_shown(extraction, read, site), **_sure(extraction, read)}


def _shown(extraction: Extraction, read: Row, site: Site) -> Row:
    """What the page shows as a whole."""
    history = clean_history(
        extraction.price_history,
        currency=_word(read, "currency"),
        country=_word(read, "country"),
        day_first=site.day_first,
    )
    return {
        "photo_urls": list(extraction.photo_urls),
        "photo_count": len(extraction.photo_urls),
        "price_history": history,
        "facts": dict(extraction.labels),
    }


def _sure(extraction: Extraction, read: Row) -> Row:
    """How sure the values are, and what other places say."""
    known = read.get("sources")
    sources = {str(k): str(v) for k, v in known.items()} if isinstance(known, dict) else {}
    return {
        "confidence": confidences(extraction, sources),
        "disputed": disputed(extraction, sources),
    }


def _word(row: Row, column: str) -> str | None:
    found = row.get(column)
    return found if isinstance(found, str) else None


def _provenance(item: House) -> Row:
    """Where the row comes from."""
    lease, page = item.lease, item.page
    return {
        "site": lease.site,
        "house_id": lease.house_id,
        "url": lease.url,
        "first_seen": lease.first_seen,
        "last_seen": lease.last_seen,
        "fetched_at": page.fetched_at,
        "final_url": page.final_url,
        "fetch_mode": page.fetch_mode,
        "http_status": page.status,
        "body_sha256": page.sha256,
        "robots_rule": item.robots_rule,
        "usage_signals": as_json(item.signals),
        "extractor_version": EXTRACTOR_VERSION,
    }
