"""Scrapy's download handler for plain and for rendered pages.

It is scrapy-playwright's, with what that lacks: one browser for http and https, started only when
a page needs it; a deadline over everything a page does; the gate asked about every request that a
page makes; and pages that cannot be trusted turned into errors.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from weakref import WeakKeyDictionary

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import Request as BrowserRequest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from scraper.browser.find import launch_options
from scraper.browser.options import Options
from scraper.guard import Guard

logger = logging.getLogger(__name__)

NOT_NEEDED = frozenset({"image", "media", "font", "stylesheet", "manifest", "texttrack", "ping"})
"""Kinds of requests of a page that no fact ever came from."""

CLOSING = 3
"""Seconds that a page, or the browser, is given to close."""

_handlers: WeakKeyDictionary[Crawler, BrowserHandler] = WeakKeyDictionary()


class BrowserHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # untyped base
    """Plain HTTP by Scrapy's own handler; pages with `meta["playwright"]` by Chromium."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BrowserHandler:
        """The crawl's one handler: asked for once a scheme, and the same each time."""
        if crawler not in _handlers:
            _handlers[crawler] = cls(crawler)
        return _handlers[crawler]

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._options = Options.from_settings(crawler.settings)
        self._starting = asyncio.Lock()
        self._started = self._closed = False
        self._pages: dict[Request, Page] = {}
        self.config.max_pages_per_context = self._options.pages
        self.abort_request = self._unwanted

    async def _maybe_launch_in_thread(self) -> None:
        """Nothing at the engine's start: most crawls never need the browser."""

    async def download_request(self, request: Request) -> Response:
        """Answer a request; Scrapy's download exceptions, or IgnoreRequest where it was denied."""
        response: Response
        if not request.meta.get("playwright"):
            response = await super().download_request(request)
            return response
        await self._start()
        agent = self._crawler.settings.get("USER_AGENT")
        context = {"user_agent": agent, "service_workers": "block", "accept_downloads": False}
        request.meta.setdefault("playwright_context_kwargs", context)
        response = await self._rendered(request)
        await self._check(request, response)
        return response

    async def close(self) -> None:
        """Close the browser, once."""
        if not self._closed:
            self._closed = True
            await super().close()

    async def _start(self) -> None:
        async with self._starting:
            if not self._started:
                public = bool(getattr(self._crawler.spider, "public", True))
                root = os.geteuid() == 0
                self.config.launch_options = launch_options(self._options, root=root, public=public)
                await self._launch()
                self._started = True

    async def _rendered(self, request: Request) -> Response:
        response: Response
        try:
            async with asyncio.timeout(self._options.deadline):
                response = await super().download_request(request)
        except TimeoutError as error:
            await self._abandon(self._pages.get(request))
            raise DownloadTimeoutError(f"no end within {self._options.deadline:g} s") from error
        except PlaywrightError as error:
            raise DownloadFailedError(str(error).partition("\n")[0]) from error
        finally:
            self._pages.pop(request, None)
        return response

    async def _create_page(self, request: Request, spider: Spider) -> Page:
        page: Page = await super()._create_page(request, spider)
        self._pages[request] = page
        return page

    async def _abandon(self, page: Page | None) -> None:
        """Close a page that had its time; where it does not even close, the browser goes."""
        if page is None or page.is_closed():
            return
        try:
            async with asyncio.timeout(CLOSING):
                await page.close()
        except (TimeoutError, PlaywrightError):
            logger.warning("a page does not close: the browser is started anew")
            with suppress(TimeoutError, PlaywrightError):
                async with asyncio.timeout(CLOSING):
                    await self.browser.close()

    async def _check(self, request: Request, response: Response) -> None:
        """Refuse what Chromium made up, and pages that came by a way the gate denies."""
        if not response.url.startswith(("http://", "https://")):
            raise DownloadFailedError(f"the browser showed {response.url} instead of the page")
        for url in {*request.meta.get("redirect_urls", ()), response.url} - {request.url}:
            verdict = await self._guard().may_ask(url, "browser")
            if not verdict.allowed:
                raise IgnoreRequest(f"redirected to {url}: {verdict.reason}")

    async def _unwanted(self, request: BrowserRequest) -> bool:
        """Whether a request that a page makes is to be aborted."""
        if request.resource_type in NOT_NEEDED:
            return True
        return not (await self._guard().may_ask(request.url, "browser")).allowed

    def _guard(self) -> Guard:
        guard: Guard | None = self._crawler.get_downloader_middleware(Guard)
        if guard is None:
            raise RuntimeError("the gate is not installed: nothing may be asked for")
        return guard
