"""One line on a terminal while a crawl runs; plain log lines elsewhere."""

from __future__ import annotations

import asyncio
import logging
import sys
from time import monotonic
from typing import TYPE_CHECKING

from scrapy import signals

from scraper import names
from scraper.egress.middleware import EgressMiddleware
from scraper.ledger.middleware import LedgerExtension
from scraper.watch.cost import dollars, said
from scraper.watch.options import Options

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

TERMINAL_PERIOD, LOG_PERIOD = 0.5, 10.0
"""Seconds between two lines on a terminal, and in a log."""
OUTCOMES = ("ok", "gone", "denied", "refused", "unread", "failed")


class ProgressExtension:
    """Done of total, pages a second, photos, refusals, time left."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        options = Options.from_settings(crawler.settings)
        self._terminal = sys.stderr.isatty() and not options.json
        self._per_hour = options.per_hour
        self._started = monotonic()
        self._task: asyncio.Task[None] | None = None
        self._before = self._total = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressExtension:
        """The progress of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.open, signal=signals.spider_opened)
        crawler.signals.connect(extension.close, signal=signals.spider_closed)
        return extension

    def open(self) -> None:
        """Begin to show."""
        book = self._crawler.get_extension(LedgerExtension)
        spider = self._crawler.spider
        if book is not None and spider is not None and spider.name == "houses":
            counts = book.states(spider.site.name, spider.part)  # type: ignore[attr-defined]
            self._total = sum(counts.values())
            self._before = self._total - counts.get("new", 0)
        self._started = monotonic()
        self._task = asyncio.ensure_future(self._show())

    def close(self) -> None:
        """Show the last state."""
        if self._task:
            self._task.cancel()
        self._line(last=True)

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(TERMINAL_PERIOD if self._terminal else LOG_PERIOD)
            self._line()

    def _line(self, *, last: bool = False) -> None:
        text = self._houses() if self._total else self._ids()
        if self._terminal:
            print(f"\r\x1b[2K{text}", end="\n" if last else "", file=sys.stderr, flush=True)
        else:
            logger.info("%s", text)

    def _ids(self) -> str:
        pages, new = self._stat(names.STAT_PAGES), self._stat(names.STAT_IDS_NEW)
        listed = self._stat(names.STAT_IDS_LISTED)
        counts = f"ids: {listed} listed, {new} new, {pages} search pages, {self._rate(pages)}"
        return ", ".join(part for part in (counts, self._egress, self._cost) if part)

    def _houses(self) -> str:
        counts = {name: self._stat(names.STAT_HOUSES.format(outcome=name)) for name in OUTCOMES}
        visited = sum(counts.values())
        done = min(self._before + visited, self._total)
        left = (self._total - done) / max(visited / max(monotonic() - self._started, 1e-9), 1e-9)
        parts = [
            f"houses: {done}/{self._total}",
            self._rate(visited),
            f"{self._stat(names.STAT_PHOTOS.format(outcome='ok'))} photos",
            *(f"{n} {name}" for name, n in counts.items() if n and name != "ok"),
            f"{_clock(left)} left" if visited and done < self._total else "",
            self._egress,
            self._cost,
        ]
        return ", ".join(part for part in parts if part)

    @property
    def _egress(self) -> str:
        egress = self._crawler.get_downloader_middleware(EgressMiddleware)
        return egress.line if egress else ""

    @property
    def _cost(self) -> str:
        """What it has cost so far, where the price of the machine is known."""
        if self._per_hour is None:
            return ""
        return f"{said(dollars(monotonic() - self._started, self._per_hour))} so far"

    def _rate(self, count: int) -> str:
        return f"{count / max(monotonic() - self._started, 1e-9):.1f} pages/s"

    def _stat(self, name: str) -> int:
        stats = self._crawler.stats
        return int(stats.get_value(name, 0)) if stats else 0


def _clock(seconds: float) -> str:
    """A duration as a person says it.

    >>> _clock(59), _clock(3700)
    ('59 s', '1 h 1 min')
    """
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
