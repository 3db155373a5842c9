"""Step 480: a house that is as it was needs no row and no photos again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scraper.house import House, Visit
from scraper.ledger.known import UNCHANGED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class UnchangedPipeline:
    """In a refresh: a visit in place of a house whose row says what the last one said."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> UnchangedPipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    def process_item(self, item: House | Visit) -> House | Visit:
        """Let through what is new."""
        due = getattr(self._crawler.spider, "due", None)
        if due is None or isinstance(item, Visit) or not _says_the_same(due, item):
            return item
        return Visit(
            item.lease,
            "ok",
            UNCHANGED,
            item.seconds,
            fetch_mode=item.page.fetch_mode,
            http_status=item.page.status,
            bytes=len(item.page.body),
            address=item.address,
            page=item.page,
        )


def _says_the_same(due: Any, house: House) -> bool:
    try:
        return bool(due.says_the_same(house))
    except ValueError:
        return False  # the ledger says of it what does not fit
