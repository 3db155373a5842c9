"""What the log says: one short line an item, and nothing that every start says the same."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHATTER = ("scrapy.addons", "scrapy.middleware", "scrapy-playwright")
"""Loggers that list at every start what is enabled."""


class QuietLogFormatter(LogFormatter):
    """Scrapy's formatter, with items by their key."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The formatter of a crawl; Scrapy has set up its loggers by then, and not used them."""
        for name in CHATTER:
            logging.getLogger(name).setLevel(logging.WARNING)
        return super().from_crawler(crawler)

    def scraped(self, item: Any, response: Any, spider: Any) -> LogFormatterResult:
        """A stored house or visit."""
        del response, spider  # Scrapy hands them over; a line needs only the key
        key = {"site": item.get("site"), "house_id": item.get("house_id")}
        return {"level": logging.DEBUG, "msg": "stored %(site)s %(house_id)s", "args": key}

    def dropped(
        self, item: Any, exception: BaseException, response: Any, spider: Any
    ) -> LogFormatterResult:
        """A house that a step of the pipelines dropped."""
        del response, spider
        args = {"url": _url(item), "why": exception}
        return {"level": logging.INFO, "msg": "not kept: %(url)s: %(why)s", "args": args}

    def item_error(
        self, item: Any, exception: BaseException, response: Any, spider: Any
    ) -> LogFormatterResult:
        """A step of the pipelines that raised; the traceback follows."""
        del response, spider
        args = {"url": _url(item), "why": exception}
        return {"level": logging.ERROR, "msg": "pipelines: %(url)s: %(why)s", "args": args}


def _url(item: Any) -> object:
    """The address of the house that an item is of: an item's text is a whole page."""
    return getattr(getattr(item, "lease", None), "url", "an item")
