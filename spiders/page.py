"""One page, fetched as a crawl would: through the gate, by plain HTTP or the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from scraper.browser.choice import next_mode
from scraper.errors import HousecrawlError
from scraper.extract.house import extract
from scraper.extract.kind import missing, page_kind
from scraper.page import FetchMode, Page
from scraper.refusal.rules import refusal
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
        self._plain: Page | None = None

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
        """The page, by the way that a crawl tries first."""
        yield self._by(self._mode)

    def _by(self, mode: FetchMode) -> Request:
        return self.ask(self._url, "house", mode, {}, callback=self.parse, errback=self.failed)

    def parse(self, response: Response) -> Iterator[Request]:
        """Hand the page over; or ask the browser, where plain HTTP did not give a house."""
        self.egress.nothing(response.meta)
        page = page_of(response)
        if self._plain is None and self._lacks(page):
            self._plain = page
            yield self._by("browser")
        else:
            self._told(page)

    def failed(self, failure: Failure) -> None:
        """Hand over why there is no page, or the one that there is."""
        self._told(self._plain or reason_of(failure))

    def _lacks(self, page: Page) -> bool:
        """Whether a crawl would render the page."""
        if page.fetch_mode != "http" or page.status >= 400 or refusal(page):
            return False
        found = extract(page, self.site.hints)
        lacking = missing(found.best, self.site.house.required)
        again = next_mode("http", self.site.render.mode, lacking)
        return again is not None and page_kind(page, found) != "search"
