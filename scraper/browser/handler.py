"""Scrapy's download handler for plain and for rendered pages.

It is scrapy-playwright's, with its meta keys, and with what that lacks: one browser for http and
https, started only when a page needs it and replaced when it dies or grows; a deadline over
everything a page does; the gate asked before each request of a page leaves; and whatever cannot
be trusted turned into an error that Scrapy knows.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from time import time
from typing import Any
from urllib.request import getproxies
from weakref import WeakKeyDictionary

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import Response as PlaywrightResponse
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
)
from scrapy.http import Response
from scrapy_playwright._utils import _attach_page_event_handlers, _maybe_execute_page_init_callback
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from scraper import names
from scraper.browser.asking import Carried, Outside
from scraper.browser.carrying import carried, request_for
from scraper.browser.contexts import Tab
from scraper.browser.find import launch_options
from scraper.browser.options import Options
from scraper.browser.pages import Pages, StoppingError
from scraper.browser.seen import Watching
from scraper.browser.shown import is_only_shown, led_inside, shown, tags_of
from scraper.browser.trip import Trip
from scraper.errors import HousecrawlError, UsageError
from scraper.guard import Guard, Kind, Verdict
from scraper.hosts import Target, is_named, target_of

logger = logging.getLogger(__name__)

_handlers: WeakKeyDictionary[Crawler, BrowserHandler] = WeakKeyDictionary()


class PageDenied(IgnoreRequest):
    """A page led to where the gate says no; `verdict` says why."""

    def __init__(self, url: str, verdict: Verdict) -> None:
        super().__init__(f"led to {url}: {verdict.reason}")
        self.verdict = verdict


class PageStopped(IgnoreRequest):
    """A page was not waited for, because the crawl is being stopped.

    Not Scrapy's DownloadCancelledError: that is how its plain handler tells of too large an answer.
    """


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
        outside = Outside(self._may_ask, self._answered, self._carried)
        self._pages = Pages(
            self._options, self._launch_options, outside, crawler.stats, self._stopping
        )
        self._tabs: WeakKeyDictionary[Request, Tab] = WeakKeyDictionary()
        """The pages of the requests that are under way."""
        self._tags: WeakKeyDictionary[Request, list[str]] = WeakKeyDictionary()
        """The X-Robots-Tag headers of a document, which scrapy-playwright joins into one."""
        self._proxied = bool(getproxies())
        """Whether pages go by a proxy, which then looks names up."""
        self._watched: WeakKeyDictionary[Request, Watching] = WeakKeyDictionary()
        self._closed = False
        self._refusal: asyncio.Future[None] | None = None

    async def _maybe_launch_in_thread(self) -> None:
        """Nothing at the engine's start: most crawls never need the browser."""

    async def download_request(self, request: Request) -> Response:
        """Answer a request; Scrapy's download exceptions, or IgnoreRequest where it was denied."""
        if request.meta.get("playwright"):
            if request.method != "GET":
                raise NotSupported(f"the browser asks by GET only, not {request.method}")
            return await self._rendered(request)
        response: Response = await super().download_request(request)
        return response

    async def close(self) -> None:
        """Close the browser, once."""
        if not self._closed:
            self._closed = True
            await super().close()

    async def _close(self) -> None:
        await self._pages.close()

    async def _rendered(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except TimeoutError as error:
            # A page that had all its time once is not worth it again at once.
            request.meta["dont_retry"] = True
            self._count_cut("deadline")
            raise DownloadTimeoutError(f"no end within {self._options.deadline:g} s") from error
        except PlaywrightError as error:
            self._count_cut("failed")
            raise DownloadFailedError(str(error).partition("\n")[0]) from error
        except StoppingError as error:
            self._count_cut("stopping")
            raise PageStopped(str(error)) from error
        except HousecrawlError as error:
            self._refuse(error)
            raise IgnoreRequest(str(error)) from error

    async def _answer(self, request: Request) -> Response:
        name = request.meta.setdefault("playwright_context", "default")
        agent = self._crawler.settings.get("USER_AGENT")
        context = {"user_agent": agent, **(request.meta.get("playwright_context_kwargs") or {})}
        self._proxied = self._proxied or bool(context.get("proxy"))
        async with self._pages.lend(name, context) as tab:
            response = await self._shown(request, tab)
            tab.kept = bool(request.meta.get("playwright_include_page"))
            return response

    async def _shown(self, request: Request, tab: Tab) -> Response:
        """The response of a page, where all of it came by ways that the gate allows."""
        spider, page = self._crawler.spider, tab.page
        where = request.meta["playwright_context"]
        request.meta.pop(names.PART_REFUSED, None)
        self._tabs[request] = tab
        _attach_page_event_handlers(page, request, spider, where)
        await _maybe_execute_page_init_callback(page, request, where, spider)
        self._watch(request, page)
        try:
            response: Response = await self._download_request_with_page(request, page, spider)
        except PlaywrightError:
            self._refuse_denied(tab)
            raise
        self._refuse_denied(tab)
        await self._check(request, response)
        if tags := self._tags.pop(request, []):
            # Joined, one header's user agent would hold for what the next one says.
            response.headers.setlist("X-Robots-Tag", tags)
        if why := tab.refused(request.url):
            request.meta[names.PART_REFUSED] = why
        tab.clean = is_only_shown(request) and not _has_own(request)
        return response

    def _watch(self, request: Request, page: Page) -> None:
        """Where a house is to be learned from: what its scripts are answered."""
        trip: Trip | None = request.meta.get(names.TRIP)
        if trip is not None and trip.watch:
            self._watched[request] = Watching(page)

    async def _apply_page_methods(self, page: Page, request: Request, spider: Spider) -> None:
        """Do what the request wants done with its page; then keep what its scripts got."""
        await super()._apply_page_methods(page, request, spider)
        await self._keep_seen(request)

    async def _keep_seen(self, request: Request) -> None:
        if (watching := self._watched.pop(request, None)) is not None:
            request.meta[names.TRIP].seen = await watching.end()

    def _refuse_denied(self, tab: Tab) -> None:
        denial = tab.chromium.asking.denials.get(tab.frame)
        if denial is not None:
            self._count_cut("denied")
            raise PageDenied(denial.url, denial.verdict)

    async def _download_request_with_page(
        self, request: Request, page: Page, spider: Spider
    ) -> Response:
        """A page that is only to be shown is waited for and read in one call."""
        if not is_only_shown(request):
            whole: Response = await super()._download_request_with_page(request, page, spider)
            return whole
        began = time()
        came, _ = await self._get_response_and_download(request, page, spider)
        if came is None:
            raise PlaywrightError(f"{request.url} gave no document")
        response = await shown(request, self._tabs[request], came)
        await self._keep_seen(request)
        request.meta["download_latency"] = time() - began
        return response

    async def _get_response_and_download(
        self,
        request: Request,
        page: Page,
        spider: Spider,  # noqa: ARG002  # as inherited
    ) -> tuple[PlaywrightResponse | None, None]:
        """Go to a page; a download in its place is an error."""
        options: dict[str, Any] = request.meta.get("playwright_page_goto_kwargs") or {}
        ours = {"wait_until": "commit"} if is_only_shown(request) else {}
        response = await page.goto(**{**ours, **options, "url": request.url})
        if response is not None:
            self._tags[request] = await tags_of(self._tabs[request].document(response), response)
            await self._refuse_inside(response)
        return response, None

    async def _refuse_inside(self, came: PlaywrightResponse) -> None:
        """Refuse a page of a public name that came from an address that is not public."""
        target = target_of(came.url)
        if self._proxied or target is None or target.address is not None or self._is_own(target):
            return
        if address := await led_inside(came):
            self._count_cut("denied")
            reason = f"{target.host} led to {address}, which is not public"
            raise PageDenied(came.url, Verdict(False, "policy: public addresses only", reason))

    def _is_own(self, target: Target) -> bool:
        own = frozenset(getattr(self._crawler.spider, "own_hosts", ()))
        return is_named(target.host, target.port, own)

    async def _check(self, request: Request, response: Response) -> None:
        """Refuse what Chromium made up, and pages that came by a way the gate denies."""
        if not response.url.startswith(("http://", "https://")):
            raise DownloadFailedError(f"the browser showed {response.url} instead of the page")
        kind: Kind = request.meta.get(names.KIND, "browser")
        for url in {*request.meta.get("redirect_urls", ()), response.url} - {request.url}:
            verdict = await self._may_ask(url, kind)
            if not verdict.allowed:
                raise PageDenied(url, verdict)

    def _launch_options(self) -> dict[str, Any]:
        public = bool(getattr(self._crawler.spider, "public", True))
        launch = launch_options(self._options, root=os.geteuid() == 0, public=public)
        self.stats.set_value(names.STAT_BROWSER_SANDBOX, launch["chromium_sandbox"])
        return launch

    @property
    def _guard(self) -> Guard:
        guard: Guard | None = self._crawler.get_downloader_middleware(Guard)
        if guard is None:
            raise RuntimeError("the gate is not installed: nothing may be asked for")
        return guard

    async def _may_ask(self, url: str, kind: Kind = "browser") -> Verdict:
        return await self._guard.may_ask(url, kind, proxied=self._proxied)

    def _answered(self, url: str, status: int, retry_after: str) -> None:
        self._guard.answered(url, status, retry_after)

    async def _carried(self, asked: Mapping[str, Any]) -> Carried | None:
        """The answer to a request by plain http to a public name, by Scrapy's own connection.

        Chromium looks a name up again when it connects, and may be led inside by then. By https
        that comes to nothing, as nobody inside has the name's certificate; by http it would be
        answered. Scrapy connects only to the address that was found to be public.
        """
        target = target_of(asked["url"])
        if self._proxied or target is None or target.scheme != "http" or target.address is not None:
            return None
        if self._is_own(target):
            return None
        return carried(await super().download_request(request_for(asked)))

    def _stopping(self) -> bool:
        """Whether the engine waits for its requests to end; Scrapy has no signal for it."""
        slot = getattr(self._crawler.engine, "_slot", None)
        return slot is None or slot.closing is not None

    def _refuse(self, error: HousecrawlError) -> None:
        """End the crawl, once: what one page cannot have, none can."""
        engine = self._crawler.engine
        if self._refusal is None and engine is not None:
            logger.error("%s", error)
            self.stats.set_value(names.STAT_BROWSER_REFUSED, str(error))
            why = "refused" if isinstance(error, UsageError) else "broken"
            stop = engine.close_spider_async(reason=f"browser_{why}")
            self._refusal = asyncio.ensure_future(stop)

    def _count_cut(self, why: str) -> None:
        self.stats.inc_value(names.STAT_BROWSER_CUT.format(why=why))


def _has_own(request: Request) -> bool:
    """Whether a request attaches something of its own to its page."""
    ways = ("playwright_page_event_handlers", "playwright_page_init_callback")
    return any(request.meta.get(way) for way in ways)
