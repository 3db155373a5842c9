"""Scrapy's downloader, whose requests under way can be given up."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

from scrapy import Request, Spider
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet import defer

from scraper.cli.logs import as_json
from scraper.gate.middleware import RequestHeld


class StoppableDownloader(Downloader):
    """`DOWNLOADER`: a stop need not wait for the slowest request.

    Scrapy's own has no way to give a request up: its graceful stop waits for all of them.
    """

    def __init__(self, crawler: Crawler) -> None:
        # The first of the engine's parts, and made after Scrapy has made the handlers of the log.
        as_json(crawler)
        super().__init__(crawler)
        self._under_way: set[defer.Deferred[Response | Request]] = set()
        self._cut = False

    @defer.inlineCallbacks
    def fetch(
        self, request: Request, _spider: Spider | None = None
    ) -> Generator[defer.Deferred[Any], Any, Response | Request]:
        """Download; RequestHeld where the crawl did not wait for the answer."""
        if self._cut:
            raise RequestHeld("the crawl is being stopped")
        answer = super().fetch(request)
        self._under_way.add(answer)
        try:
            response: Response | Request = yield answer
        except (asyncio.CancelledError, defer.CancelledError) as error:
            raise RequestHeld("the crawl was stopped before the answer came") from error
        finally:
            self._under_way.discard(answer)
        return response

    def cut(self) -> int:
        """Give up what is under way, and whatever is asked for from now on; how many that were."""
        self._cut = True
        under_way = [*self._under_way]
        for answer in under_way:
            answer.cancel()
        return len(under_way)
