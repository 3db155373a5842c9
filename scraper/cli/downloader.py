"""Scrapy's downloader, whose requests under way can be given up."""

from __future__ import annotations

import asyncio
from time import monotonic

from scrapy import Request, Spider, signals
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from twisted.internet import defer
from twisted.python.failure import Failure

from scraper.cli.connections import lighten
from scraper.cli.layers import Layers
from scraper.cli.logs import as_json
from scraper.gate.middleware import RequestHeld


class StoppableDownloader(Downloader):
    """`DOWNLOADER`: a stop need not wait for the slowest request.

    Scrapy's own has no way to give a request up: its graceful stop waits for all of them.
    """

    def __init__(self, crawler: Crawler) -> None:
        # The first of the engine's parts, and made after Scrapy has made the handlers of the log.
        as_json(crawler)
        lighten()
        super().__init__(crawler)
        self._layers = Layers.of(self.middleware)
        self._under_way: set[defer.Deferred[Response | Request]] = set()
        self._cut = False

    def fetch(
        self, request: Request, _spider: Spider | None = None
    ) -> defer.Deferred[Response | Request]:
        """Download; RequestHeld where the crawl did not wait for the answer."""
        if self._cut:
            return defer.fail(RequestHeld("the crawl is being stopped"))
        self.active.add(request)
        way = self._layers.download_async(self._enqueue_request, request)
        answer: defer.Deferred[Response | Request] = deferred_from_coro(way)
        self._under_way.add(answer)
        return answer.addBoth(self._over, request, answer)

    def _over(
        self,
        result: Response | Request | Failure,
        request: Request,
        answer: defer.Deferred[Response | Request],
    ) -> Response | Request | Failure:
        self._under_way.discard(answer)
        self.active.remove(request)
        cut = (asyncio.CancelledError, defer.CancelledError)
        if isinstance(result, Failure) and isinstance(result.value, cut):
            raise RequestHeld("the crawl was stopped before the answer came") from result.value
        return result

    async def _enqueue_request(self, request: Request) -> Response:
        """Send at once where Scrapy would too, without the detour by its queue.

        Pages of the browser keep the detour: what is given up there still ends by itself.
        """
        key, slot = self._get_slot(request)
        waits = slot.latercall or slot.queue or slot.delay or slot.free_transfer_slots() <= 0
        if waits or request.meta.get("playwright"):
            return await super()._enqueue_request(request)
        request.meta[self.DOWNLOAD_SLOT] = key
        slot.active.add(request)
        try:
            told = {"request": request, "spider": self.crawler.spider}
            self.signals.send_catch_log(signals.request_reached_downloader, **told)
            slot.lastseen = monotonic()
            return await self._download(slot, request)
        finally:
            slot.active.remove(request)

    def cut(self) -> int:
        """Give up what is under way, and whatever is asked for from now on; how many that were."""
        self._cut = True
        under_way = [*self._under_way]
        for answer in under_way:
            answer.cancel()
        return len(under_way)
