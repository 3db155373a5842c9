"""Step 450: a crawl that gets no houses any more ends, and what it got last is not kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipelines.redact import redact_text
from scraper.house import House, Visit
from scraper.ledger.known import NOT_TRUSTED
from scraper.ledger.location import ALARMS, alarms_folder, state_folder
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.takeback import take_back
from scraper.quality.kept import drop_old
from scraper.quality.middleware import QualityExtension

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.sites.model import Site


class QualityPipeline:
    """Between reading and keeping: before any photo is asked for."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._seconds = 3 * crawler.settings.getfloat("PAGE_SECONDS")

    @property
    def _site(self) -> Site:
        site: Site = self._crawler.spider.site  # type: ignore[union-attr]  # a SiteSpider
        return site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> QualityPipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    def process_item(self, item: House | Visit) -> House | Visit:
        """Let the outcome through, or a visit in place of a house that is not to be trusted."""
        quality = self._crawler.get_extension(QualityExtension)
        book = self._crawler.get_extension(LedgerExtension)
        if quality is None or book is None:
            return item
        if error := quality.look(item):
            self._take_back(quality, book)
            if quality.options.alarm_days:
                quality.save_pages(alarms_folder(book.place) / book.options.run_id)
            book.give_up(error)
        if isinstance(item, House) and quality.is_doubted(item):
            return _unread(item, quality)
        return item

    def open_spider(self) -> None:
        """Say how pages are made fit to be saved; remove what alarms of long ago left here."""
        quality = self._crawler.get_extension(QualityExtension)
        if quality is not None:
            quality.redact = partial(redact_text, self._site, self._seconds)
            drop_old(state_folder() / ALARMS, quality.options.alarm_days)

    def close_spider(self) -> None:
        """Take back what was on its way to the ledger when the alarm came."""
        quality = self._crawler.get_extension(QualityExtension)
        book = self._crawler.get_extension(LedgerExtension)
        if quality is None or book is None or quality.is_accepted:
            return
        if quality.watch.doubted:
            self._take_back(quality, book)

    def _take_back(self, quality: QualityExtension, book: LedgerExtension) -> None:
        name, run_id = self._site.name, book.options.run_id
        rows = [(name, house_id, run_id) for house_id in sorted(quality.watch.doubted)]
        take_back(book.ledger, rows, _reason(quality))


def _unread(item: House, quality: QualityExtension) -> Visit:
    return Visit(
        item.lease,
        "unread",
        _reason(quality),
        item.seconds,
        fetch_mode=item.page.fetch_mode,
        http_status=item.page.status,
        bytes=len(item.page.body),
    )


def _reason(quality: QualityExtension) -> str:
    """Why, the same for all houses, so that they are counted together."""
    one = quality.watch.findings[0]
    return f"{NOT_TRUSTED}{one.column}: {one.found}"
