"""The contexts of a browser: each serves some pages and is then replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakSet

from playwright.async_api import BrowserContext, CDPSession, Page, Response

from scraper.browser.asking import Answered
from scraper.browser.chromium import GOING, LEAVING, Chromium
from scraper.browser.parts import document, of_frames, refused
from scraper.browser.settle import COUNTING

UNGATED: Final = """
for (const name of ["WebSocket", "WebSocketStream", "WebTransport", "RTCPeerConnection",
                    "webkitRTCPeerConnection", "PaymentRequest"])
  delete globalThis[name];
for (const name of ["Worker", "SharedWorker"])
  globalThis[name] = class extends EventTarget {
    constructor() {
      super();
      this.port = { start() {}, close() {}, postMessage() {}, addEventListener() {} };
      setTimeout(() => {
        const event = new Event("error");
        this.dispatchEvent(event);
        if (typeof this.onerror === "function") this.onerror(event);
      });
    }
    postMessage() {}
    terminate() {}
  };
"""
"""Ways out of a page that the gate is not asked about are taken away.

Inside a worker they cannot be, before its script runs: so workers fail to load, as they do where
a site's policy forbids them (`worker-src 'none'`).
"""

SAFE: Final = {"service_workers": "block", "accept_downloads": False, "ignore_https_errors": False}
"""No context serves pages from a service worker's cache, takes a download, or takes a certificate
that is not good.
"""

SMALL: Final = {"viewport": {"width": 1024, "height": 600}}
"""What a page is laid out for: as small as a desktop may be, since nobody looks at it."""


TIDY: Final = 5
"""Requests after which a page that is used again is freed of the documents that it had.

Chromium takes its time for that: until then what a page's process holds grows and falls by more
than twice, and with it what the browser needs at most.
"""


@dataclass(slots=True, eq=False)
class Reused:
    """A page with what is known of it for as long as it lives."""

    page: Page
    frame: str
    """ID of its main frame in Chromium's protocol."""
    session: CDPSession
    served: int
    """Requests that it has served; not from 0, so that pages do not take their turns together."""

    async def empty(self) -> None:
        """Leave what it shows, whose scripts end with it."""
        await self.page.goto("about:blank", wait_until="commit")
        self.served += 1
        if self.served % TIDY == 0:
            await self.session.send("HeapProfiler.collectGarbage")


@dataclass(slots=True, eq=False)
class Lot:
    """A context with what it has served."""

    name: str
    context: BrowserContext
    served: int = 0
    lent: int = 0
    """Pages that are at work now."""
    idle: list[Reused] = field(default_factory=list)
    """Blank pages that wait for the next request."""


@dataclass(slots=True, eq=False)
class Tab:
    """A page that is lent to one request."""

    reused: Reused
    lot: Lot
    chromium: Chromium
    kept: bool = False
    """Handed on with the response: whoever has it closes it."""
    clean: bool = False
    """Nothing was attached to it and nothing went wrong: it may serve another request."""

    @property
    def page(self) -> Page:
        """The page itself."""
        return self.reused.page

    @property
    def frame(self) -> str:
        """ID of its main frame in Chromium's protocol."""
        return self.reused.frame

    def document(self, came: Response) -> Answered | None:
        """How an answer of Playwright's began, as it was seen on the way."""
        return document(self.chromium.asking.answers.get(self.frame, ()), came.url, came.status)

    def refused(self, url: str) -> str:
        """What it was refused of the data of the host of its address; "" where nothing was."""
        asking = self.chromium.asking
        frames = [one.url for one in self.page.frames[1:]]
        found = of_frames(asking.framed, frames) if frames else ()
        return refused([*asking.answers.get(self.frame, ()), *found], url)


class Contexts:
    """Opens pages in contexts by name.

    Dialogs need no listener: Playwright dismisses them where there is none.
    """

    def __init__(self, chromium: Chromium, pages_per_context: int) -> None:
        self._chromium, self._most = chromium, pages_per_context
        self._lots: dict[str, Lot] = {}
        self._opening = asyncio.Lock()
        self._own: set[Page] = set()
        self._crashed: WeakSet[Page] = WeakSet()
        self.opened = 0
        """Contexts that were opened in this browser."""

    async def open(self, name: str, options: Mapping[str, Any]) -> Tab:
        """A new page in the context of that name; `options` count where the context is new."""
        async with self._opening:
            lot = self._lots.get(name) or await self._new(name, options)
            lot.served, lot.lent = lot.served + 1, lot.lent + 1
            if lot.served >= self._most:
                del self._lots[name]
            try:
                reused = self._idle(lot) or await self._new_page(lot.context)
            except BaseException:
                await self._left(lot)
                raise
            if reused.page not in self._own:
                self._own.add(reused.page)
                reused.page.on("crash", self._crashed.add)
        self._chromium.asking.enter(reused.frame)
        return Tab(reused, lot, self._chromium)

    async def close(self, tab: Tab) -> bool:
        """Close a page, and its context where that has served; False where it does not go."""
        self._chromium.asking.leave(tab.frame)
        if tab.clean and await self._blank(tab):
            tab.lot.lent -= 1
            tab.lot.idle.append(tab.reused)
            return True
        closed = tab.page.is_closed() or await _gone(tab.page)
        self._own.discard(tab.page)
        return await self._left(tab.lot) and closed

    async def _new(self, name: str, options: Mapping[str, Any]) -> Lot:
        context = await self._chromium.browser.new_context(**{**SMALL, **options, **SAFE})
        context.set_default_timeout(0)  # the deadline alone counts
        await context.add_init_script(UNGATED + COUNTING)
        context.on("page", self._pop_up)
        self.opened += 1
        self._lots[name] = Lot(name, context)
        return self._lots[name]

    def _idle(self, lot: Lot) -> Reused | None:
        """A page that was kept, where one is alive."""
        while lot.idle:
            reused = lot.idle.pop()
            if not reused.page.is_closed() and reused.page not in self._crashed:
                return reused
        return None

    async def _blank(self, tab: Tab) -> bool:
        """Whether a page could be emptied and is wanted again: its scripts end with it."""
        if self._lots.get(tab.lot.name) is not tab.lot or tab.page in self._crashed:
            return False
        try:
            async with asyncio.timeout(LEAVING):
                await tab.reused.empty()
        except GOING:
            return False
        return self._lots.get(tab.lot.name) is tab.lot and tab.page not in self._crashed

    @staticmethod
    async def _new_page(context: BrowserContext) -> Reused:
        """A page; where that is cut short, `_pop_up` closes what comes of it."""
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        told = await session.send("Target.getTargetInfo")
        return Reused(page, str(told["targetInfo"]["targetId"]), session, len(context.pages))

    async def _left(self, lot: Lot) -> bool:
        lot.lent -= 1
        if lot.lent or self._lots.get(lot.name) is lot:
            return True
        return await _gone(lot.context)

    async def _pop_up(self, page: Page) -> None:
        """Close a page that nobody asked for; Chromium tells of those that we open, too."""
        async with self._opening:
            if page in self._own:
                return
        with suppress(*GOING):
            await page.close()


async def _gone(one: Page | BrowserContext) -> bool:
    """Close something; False where it is still there after its time."""
    try:
        async with asyncio.timeout(LEAVING):
            await one.close()
    except TimeoutError:
        return False
    except GOING:
        return True
    return True
