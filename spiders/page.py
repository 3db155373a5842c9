"""One page, fetched as a crawl would: through the gate, by plain HTTP or the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from scraper.errors import HousecrawlError
from scraper.page import FetchMode, Page
from scraper.sites.model import Site
from spiders.answer import page_of, reason_of
from spiders.site import SiteSpider


class PageSpider(SiteSpider):
    """Used by `housecrawl check URL`; keeps nothing, so it needs no dataset."""

    name = "page"

    def __init__(
        self, url: str, site: Site, mode: FetchMode, told: Callable[[Page | str], None]
    ) -> None:
        super().__init__(site)
        self._url, self._mode, self._told = url, mode, told

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Nothing is stored: no pipelines, no ledger, a quiet log."""
        super().update_settings(settings)
        settings.set("ITEM_PIPELINES", {}, priority="spider")
        settings.set("EXTENSIONS", {}, priority="spider")
        settings.set("LOG_LEVEL", "ERROR", priority="spider")

    @property
    def folder(self) -> None:
        """Nothing is kept."""
        return

    def end_early(self, error: HousecrawlError) -> None:
        """The one page is refused; it is handed over all the same."""
        self.logger.warning("%s", error)

    async def start(self) -> AsyncIterator[Request]:
        """The one request."""
        yield self.ask(self._url, "house", self._mode, {}, callback=self.parse, errback=self.failed)

    def parse(self, response: Response) -> None:
        """Hand the page over."""
        self.egress.nothing(response.meta)
        self._told(page_of(response))

    def failed(self, failure: Failure) -> None:
        """Hand over why there is no page."""
        self._told(reason_of(failure))
