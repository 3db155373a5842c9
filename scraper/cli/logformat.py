"""What the log says: one short line an item, and nothing that every start says the same."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.logformatter import LogFormatter, LogFormatterResult

from scraper.errors import HousecrawlError, fault_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

CHATTER = ("scrapy.addons", "scrapy.middleware", "scrapy-playwright")
"""Loggers that list at every start what is enabled."""


def without_words(
    found: tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None],
) -> str:
    """A traceback without what its errors say: that may be a page's text, with people in it.

    The words of our own errors are ours, those of the system's are its own.

    >>> without_words((ValueError, ValueError("call Jane Roe"), None)).splitlines()[-1]
    'ValueError'
    """
    return "".join(_told(found[1])).rstrip() if found[1] is not None else ""


def quiet_tracebacks() -> None:
    """Let the handlers of the log, which Scrapy makes anew for each crawl, use `without_words`."""
    for handler in logging.root.handlers:
        formatter: Any = handler.formatter
        if formatter is not None:
            formatter.formatException = without_words


def _told(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
        yield "\nand then:\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    ours = isinstance(error, HousecrawlError | OSError)
    yield f"{type(error).__name__}: {error}\n" if ours else f"{type(error).__name__}\n"


class QuietLogFormatter(LogFormatter):
    """Scrapy's formatter, with items by their key."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The formatter of a crawl; Scrapy has set up its loggers by then, and not used them."""
        for name in CHATTER:
            logging.getLogger(name).setLevel(logging.WARNING)
        # The handlers would drop what is below it, once it is made: three records a page.
        logging.getLogger("scrapy").setLevel(crawler.settings.get("LOG_LEVEL"))
        crawler.signals.connect(quiet_tracebacks, signals.engine_started)
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
        args = {"url": _url(item), "why": fault_of(exception)}
        return {"level": logging.ERROR, "msg": "pipelines: %(url)s: %(why)s", "args": args}


def _url(item: Any) -> object:
    """The address of the house that an item is of: an item's text is a whole page."""
    return getattr(getattr(item, "lease", None), "url", "an item")
