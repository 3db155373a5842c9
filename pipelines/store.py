"""Step 800: the outcome is committed; from here on nothing can lose it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from scraper.errors import HousecrawlError
from scraper.house import House, Visit
from scraper.ledger.middleware import LedgerExtension
from scraper.schema import Row

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class StorePipeline:
    """Row, photos and state into the ledger, in one transaction."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    def process_item(self, item: House | Visit) -> Row:
        """Commit a house or a visit; the row goes on, so that Scrapy's feeds (`-O`) work too.

        DropItem where the ledger cannot be written just now: the crawl ends, the house stays open.
        """
        book = self._crawler.get_extension(LedgerExtension)
        if book is None:
            raise RuntimeError("the ledger is not installed: nothing could be kept")
        again = getattr(self._crawler.spider, "again", None)
        try:
            return again.keep(item) if again is not None else book.keep(item)
        except HousecrawlError as error:
            raise DropItem(str(error)) from error
