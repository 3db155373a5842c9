"""Metrics of a running crawl, and of how it ended, to whom `METRICS` says."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Any, Final

from scrapy import signals
from scrapy.exceptions import NotConfigured

from scraper.errors import ExitCode, HousecrawlError
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.part import Part
from scraper.watch.cost import dollars
from scraper.watch.deliver import deliver
from scraper.watch.metrics import Snapshot, text
from scraper.watch.options import Options

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

PERIOD: Final = 15.0
"""Seconds between two deliveries; Prometheus itself asks about as often."""


class MetricsExtension:
    """Hands the metrics over every few seconds, and at the end with the exit code."""

    def __init__(self, crawler: Crawler) -> None:
        self._options = Options.from_settings(crawler.settings)
        if not self._options.metrics:
            raise NotConfigured
        self._crawler = crawler
        self._started = datetime.now(UTC)
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._fault = ""
        self._states: Mapping[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> MetricsExtension:
        """The metrics of a crawl."""
        extension = cls(crawler)
        crawler.signals.connect(extension.open, signal=signals.spider_opened)
        crawler.signals.connect(extension.close, signal=signals.spider_closed)
        return extension

    def open(self) -> None:
        """Begin to tell."""
        self._task = asyncio.ensure_future(self._tell())

    async def close(self) -> None:
        """Leave the rest to `end`; what is on its way arrives before that."""
        self._closing.set()
        if self._task:
            await self._task

    async def _tell(self) -> None:
        while not self._closing.is_set():
            self._states = self._counted()
            labels, said = self._labels, text(self._snapshot(None))
            self._note(await asyncio.to_thread(deliver, self._options.metrics, labels, said))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), PERIOD)

    def end(self, code: ExitCode, states: Mapping[str, int]) -> None:
        """Tell how it ended."""
        self._states = states or self._states
        self._note(deliver(self._options.metrics, self._labels, text(self._snapshot(code))))

    def _note(self, fault: str) -> None:
        # Once for each fault: a crawl does not end for it.
        if fault and fault != self._fault:
            logger.warning("%s", fault)
        self._fault = fault

    def _counted(self) -> Mapping[str, int]:
        book, spider = self._crawler.get_extension(LedgerExtension), self._crawler.spider
        if book is None or spider is None:
            return {}
        try:
            return book.states(_site(spider), getattr(spider, "part", None))
        except HousecrawlError:
            return self._states  # what is wrong with the ledger, others say

    @property
    def _labels(self) -> dict[str, str]:
        spider = self._crawler.spider
        part: Part | None = getattr(spider, "part", None)
        named = "/".join(map(str, part)) if part else "all"
        return {"site": _site(spider), "stage": self._crawler.spidercls.name, "part": named}

    def _snapshot(self, code: ExitCode | None) -> Snapshot:
        seconds = (datetime.now(UTC) - self._started).total_seconds()
        hourly = self._options.per_hour
        return Snapshot(
            self._labels,
            self._started.timestamp(),
            seconds,
            sum(os.times()[:4]),
            dict(self._crawler.stats.get_stats()) if self._crawler.stats else {},
            self._states,
            None if hourly is None else dollars(seconds, hourly),
            None if code is None else int(code),
        )


def end_before_start(settings: BaseSettings, labels: Mapping[str, str], code: ExitCode) -> None:
    """Tell that a crawl ended before it could start."""
    try:
        target = Options.from_settings(settings).metrics
    except HousecrawlError:
        return  # it is the setting itself that is wrong
    if target:
        now = Snapshot(labels, time(), 0.0, sum(os.times()[:4]), exit_code=int(code))
        if fault := deliver(target, labels, text(now)):
            logger.warning("%s", fault)


def _site(spider: Any) -> str:
    return str(spider.site.name) if spider is not None else ""
