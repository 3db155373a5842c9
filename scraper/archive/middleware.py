"""The archive inside a running crawl: pages are kept as they come, and removed in time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson
from scrapy import signals

from scraper import names
from scraper.archive.options import Options
from scraper.archive.page import ArchivedPage
from scraper.archive.places import remember_place
from scraper.archive.removal import Removed, expire
from scraper.archive.writer import Writer, salvage
from scraper.errors import HousecrawlError
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.moments import utc_now
from scraper.place.open import open_place

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.place.place import Place

logger = logging.getLogger(__name__)


class ArchiveExtension:
    """Keeps pages where `ARCHIVE` names a place, and removes old ones at the crawl's end.

    A fault of the archive's place costs no house: it is told, and what was kept stays on this
    machine until the next crawl takes it in.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.options = Options.from_settings(crawler.settings)
        self.place: Place | None = None
        self.removed = Removed()
        """What the end of the crawl removed because its time was over."""
        self._writer: Writer | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveExtension:
        """The archive of a crawl."""
        extension = cls(crawler)
        if extension.options.place:
            crawler.signals.connect(extension.open, signal=signals.spider_opened)
            crawler.signals.connect(extension.close, signal=signals.spider_closed)
        return extension

    @property
    def is_on(self) -> bool:
        """Whether pages are kept: a page that came out of the archive is not kept again."""
        spider = self._crawler.spider
        return bool(self.options.place) and getattr(spider, "again", None) is None

    def open(self) -> None:
        """Take in what killed crawls left, and let the dataset know where its pages are."""
        self.place = open_place(self.options.place)
        book, spider = self._crawler.get_extension(LedgerExtension), self._crawler.spider
        if book is None or spider is None or not hasattr(spider, "site"):
            return
        with _told():
            remember_place(book.place, self.place)
            salvage(self.place)
        self._writer = Writer(self.place, spider.site.name, book.options.run_id)

    def keep(self, page: ArchivedPage) -> None:
        """Keep a page."""
        with _told():
            if self._writer is not None:
                self._writer.add(page)
                self.count(names.STAT_ARCHIVED)

    async def close(self, reason: str) -> None:
        """Seal what was kept, and remove what is older than `ARCHIVE_DAYS`.

        A crawl that is being stopped has no time for the second: the next one does it.
        """
        await asyncio.to_thread(self._seal)
        if reason == "finished":
            await asyncio.to_thread(self._expire)

    def _seal(self) -> None:
        with _told():
            if self._writer is not None:
                self._writer.seal()
        if self._writer is not None:
            self._writer.abandon()

    def _expire(self) -> None:
        with _told():
            if self.place is not None:
                self.removed = expire(self.place, self.options.days, utc_now())
        if self.removed.pages:
            said = orjson.dumps(self.removed.as_json()).decode()
            logger.info("archive: older than %d days: %s", self.options.days, said)
        self.count(names.STAT_EXPIRED, self.removed.pages)

    def as_json(self) -> Mapping[str, object] | None:
        """What was removed, for `run.json`; None where no page is kept."""
        if not self.options.place:
            return None
        return {"days": self.options.days, "expired": self.removed.as_json()}

    def count(self, stat: str, by: int = 1) -> None:
        """Count something."""
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(stat, by)


@contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong with the archive's place, and go on without."""
    try:
        yield
    except HousecrawlError as error:
        logger.error("archive: %s", error)
