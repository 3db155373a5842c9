"""Step 420: the page is kept without its personal data, where pages are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.redact import redact, row_of
from scraper import names
from scraper.answer.deadline import within
from scraper.answer.fault import AnswerError
from scraper.archive.middleware import ArchiveExtension
from scraper.archive.page import ArchivedPage
from scraper.extract.house import extract
from scraper.house import House, Lease, Visit
from scraper.ledger.middleware import LedgerExtension
from scraper.page import Page
from scraper.schema import Row

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.sites.model import Site

GIVEN = ("robots_rule", "usage_signals")
"""Columns that come from the crawl and not from the page."""


class ArchivePipeline:
    """Keeps the pages of houses, and those that a mended site file may read."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._seconds = crawler.settings.getfloat("PAGE_SECONDS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchivePipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    def process_item(self, item: House | Visit) -> House | Visit:
        """Keep the page of an outcome, where it has one."""
        archive = self._crawler.get_extension(ArchiveExtension)
        wanted = isinstance(item, House) or item.outcome == "unread"
        if archive is not None and archive.is_on and wanted and item.page is not None:
            page = self._archived(item, item.page)
            if page is None:
                archive.count(names.STAT_NOT_ARCHIVED)
            else:
                archive.keep(page)
        return item

    def _archived(self, item: House | Visit, page: Page) -> ArchivedPage | None:
        """The page without personal data; None where the row would not be the same from it."""
        site: Site = self._crawler.spider.site  # type: ignore[union-attr]  # a SiteSpider
        try:
            with within(3 * self._seconds):
                return self._redacted(item, page, site)
        except AnswerError:
            return None

    def _redacted(self, item: House | Visit, page: Page, site: Site) -> ArchivedPage | None:
        read = item.extraction if isinstance(item, House) else extract(page, site.hints)
        body = redact(page, site, read)
        if body is None:
            return None
        made = self._made(item.lease, page, body, item.row if isinstance(item, House) else {})
        return made if row_of(extract(made, site.hints), site) == row_of(read, site) else None

    def _made(self, lease: Lease, page: Page, body: bytes, given: Row) -> ArchivedPage:
        book = self._crawler.get_extension(LedgerExtension)
        return ArchivedPage(
            url=page.url,
            final_url=page.final_url,
            status=page.status,
            headers={**page.headers, "content-type": "text/html; charset=utf-8"},
            body=body,
            fetch_mode=page.fetch_mode,
            fetched_at=page.fetched_at,
            site=lease.site,
            house_id=lease.house_id,
            run_id=book.options.run_id if book is not None else "",
            original_sha256=page.sha256,
            given={name: str(given[name]) for name in GIVEN if given.get(name) is not None},
        )
