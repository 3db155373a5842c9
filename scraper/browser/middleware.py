"""Where a house that would be rendered waits until that is known to be needed."""

from __future__ import annotations

from typing import Protocol

from scrapy import Request
from scrapy.crawler import Crawler

from scraper import names
from scraper.browser.trip import Trip
from scraper.browser.ways import Ways


class Asking(Protocol):
    """A spider that knows the ways to its site's houses."""

    ways: Ways

    def by_data(self, request: Request) -> Request | None:
        """The request for a house's data in place of its page; None where it cannot be made."""


class WaysMiddleware:
    """Holds requests for rendered house pages until they are needed, or makes them data requests.

    It stands before the gate: a request that waits here has no turn yet.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> WaysMiddleware:
        """The middleware of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Request | None:
        """Wait; then let the request pass, or give the one to ask instead."""
        trip: Trip | None = request.meta.get(names.TRIP)
        if trip is None or request.meta.get(names.MODE) != "browser":
            return None
        spider: Asking = self._crawler.spider  # type: ignore[assignment]  # it set the trip
        if await spider.ways.turn(trip, self._stopping) == "data":
            return spider.by_data(request)
        return None

    def _stopping(self) -> bool:
        """Whether the engine waits for its requests to end; Scrapy has no signal for it."""
        slot = getattr(self._crawler.engine, "_slot", None)
        return slot is None or slot.closing is not None
