"""Step 300: values that cannot be are dropped, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper import names
from scraper.house import House, Visit
from scraper.parse.bounds import out_of_bounds

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ValidatePipeline:
    """Null instead of a value outside of its column's bounds; its raw text stays beside it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ValidatePipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    def process_item(self, item: House | Visit) -> House | Visit:
        """Drop what is out of bounds."""
        if isinstance(item, House):
            for column in out_of_bounds(item.row):
                item.row[column] = None
                if self._crawler.stats:
                    self._crawler.stats.inc_value(names.STAT_DROPPED.format(column=column))
        return item
