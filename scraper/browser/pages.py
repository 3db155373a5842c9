"""Pages lent to requests, a few at once, from a browser that is kept well.

Started when the first page is needed, started anew when it died or grew, cut short when the crawl
is being stopped. Whatever a page does, its place is free again soon after its deadline.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from playwright.async_api import Error as PlaywrightError

from scraper import names
from scraper.browser.asking import Outside
from scraper.browser.chromium import Chromium
from scraper.browser.contexts import Contexts, Tab
from scraper.browser.options import Options
from scraper.browser.watching import due, held, kill
from scraper.errors import IncompleteError

logger = logging.getLogger(__name__)

GRACE: Final = 5
"""Seconds that pages have to finish once the crawl is being stopped."""
WATCHING: Final = 0.5
"""Seconds between two looks at the browser's memory and at whether the crawl goes on."""
STARTS: Final = 3
"""Times in a row that the browser may fail to start before it counts as broken."""


class Stats(Protocol):
    """What counts: Scrapy's collector."""

    def inc_value(self, key: str, count: int = 1) -> None:
        """Add to a figure."""

    def max_value(self, key: str, value: Any) -> None:
        """Raise a figure to a value."""


class StoppingError(Exception):
    """The crawl is being stopped: the page was not asked for, or not waited for."""


@dataclass(eq=False)  # no slots: Playwright marks the owner of a listener
class _Deadline:
    """The end of a page's time, which may come sooner."""

    timeout: asyncio.Timeout
    dead: bool = False

    def advance(self, when: float) -> None:
        """End no later than then, by the event loop's clock."""
        due = self.timeout.when()
        if not self.timeout.expired() and (due is None or due > when):
            with suppress(RuntimeError):  # the page has ended by itself in this moment
                self.timeout.reschedule(when)

    def crashed(self, _: Any) -> None:
        """End now: Playwright tells of a page whose process died, but goes on waiting for it."""
        self.dead = True
        self.advance(0)


class Pages:
    """The browser of a crawl, page by page."""

    def __init__(
        self,
        options: Options,
        launch: Callable[[], Mapping[str, Any]],
        outside: Outside,
        stats: Stats,
        stopping: Callable[[], bool],
    ) -> None:
        """`launch` gives Playwright's launch options, or raises SettingError."""
        self._options, self._launch, self._outside = options, launch, outside
        self._stats, self._stopping = stats, stopping
        self._room = asyncio.Semaphore(options.pages)
        self._starting = asyncio.Lock()
        self._free = asyncio.Condition()
        self._lent = 0
        self._chromium: Chromium | None = None
        self._contexts: Contexts | None = None
        self._worn = self._closed = False
        self._failures = 0
        self._deadlines: set[_Deadline] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def lend(self, name: str, context: Mapping[str, Any]) -> AsyncIterator[Tab]:
        """A new page in the context of that name, until the deadline.

        Raises TimeoutError at the deadline, StoppingError where the crawl is being stopped,
        SettingError where no browser may be started, IncompleteError where none starts, and
        PlaywrightError for all that a page or the browser does.
        """
        contexts, tab = await self._place(), None
        try:
            async with self._deadline() as deadline:
                tab = await contexts.open(name, context)
                tab.page.on("crash", deadline.crashed)
                self._stats.inc_value(names.STAT_BROWSER_PAGES)
                yield tab
                tab.page.remove_listener("crash", deadline.crashed)
        finally:
            # The answer does not wait for the page to close; its place does.
            kept = tab is not None and tab.kept
            self._keep(self._handed_on(contexts, tab) if kept else self._returned(contexts, tab))

    async def _place(self) -> Contexts:
        """A place among the pages at once, in a browser that is fit for it."""
        await self._room.acquire()
        try:
            contexts = await self._ready()
        except BaseException:
            self._room.release()
            raise
        self._lent += 1
        return contexts

    async def close(self) -> None:
        """End the browser, within a few seconds whatever it does."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        if self._chromium is not None:
            await self._replace(self._chromium)

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[_Deadline]:
        deadline = _Deadline(asyncio.timeout(self._options.deadline))
        try:
            async with deadline.timeout:
                self._deadlines.add(deadline)
                try:
                    yield deadline
                finally:
                    self._deadlines.discard(deadline)
        except TimeoutError as error:
            if deadline.dead:
                raise PlaywrightError("the process of the page died") from error
            if self._stopped:
                raise StoppingError("the crawl is being stopped") from error
            raise

    @property
    def _stopped(self) -> bool:
        return self._closed or self._stopping()

    async def _handed_on(self, contexts: Contexts, tab: Tab | None) -> None:
        """Keep the place of a page that a callback has, until it is closed or had its time."""
        try:
            async with asyncio.timeout(self._options.deadline):
                if tab is not None:
                    await tab.page.wait_for_event("close")
        except (TimeoutError, PlaywrightError):
            logger.debug("a page that was handed on is closed")
        finally:
            await self._returned(contexts, tab)

    async def _returned(self, contexts: Contexts, tab: Tab | None) -> None:
        """Take a page back; a browser that does not let go of one is ended."""
        try:
            if tab is not None and not await contexts.close(tab):
                logger.warning("a page does not close: the browser is started anew")
                self._kill(tab.chromium)
        finally:
            self._lent -= 1
            self._room.release()
            async with self._free:
                self._free.notify_all()

    async def _ready(self) -> Contexts:
        """The contexts of a browser that is fit for a page."""
        async with self._starting:
            if self._worn:
                async with self._free:
                    await self._free.wait_for(lambda: not self._lent)
            if self._stopped:
                raise StoppingError("the crawl is being stopped")
            if self._chromium is not None and (self._worn or not self._chromium.alive):
                await self._replace(self._chromium)
            if self._contexts is None:
                await self._start()
            assert self._contexts is not None
            return self._contexts

    async def _start(self) -> None:
        launch = self._launch()
        try:
            self._chromium = await Chromium.start(launch, self._outside)
        except (PlaywrightError, TimeoutError) as error:
            self._failures += 1
            if self._failures >= STARTS:
                why = str(error).partition("\n")[0] or "no answer"
                raise IncompleteError(
                    f"Chromium does not start ({why}): see housecrawl doctor"
                ) from error
            raise PlaywrightError(f"Chromium did not start: {error}") from error
        self._failures, self._worn = 0, False
        self._contexts = Contexts(self._chromium, self._options.pages_per_context)
        self._stats.inc_value(names.STAT_BROWSER_STARTED)
        self._keep(self._watch(self._chromium))

    async def _replace(self, chromium: Chromium) -> None:
        contexts, self._contexts, self._chromium = self._contexts, None, None
        if contexts is not None:
            self._stats.inc_value(names.STAT_BROWSER_CONTEXTS, contexts.opened)
        if await chromium.close():
            self._stats.inc_value(names.STAT_BROWSER_KILLED.format(what="browser"))

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, chromium: Chromium) -> None:
        """Look after a browser until it has gone."""
        while chromium.alive:
            await asyncio.sleep(WATCHING)
            if self._stopped:
                self._hurry()
            await self._weigh(chromium)

    def _hurry(self) -> None:
        """Leave pages no more time than `GRACE` from now."""
        latest = asyncio.get_running_loop().time() + GRACE
        for deadline in self._deadlines:
            deadline.advance(latest)

    async def _weigh(self, chromium: Chromium) -> None:
        """Act on what the browser's processes hold."""
        found = await asyncio.to_thread(held, chromium.root)
        self._stats.max_value(names.STAT_BROWSER_MEMORY, int(found.total))
        match due(found, self._options.memory):
            case "page" if found.holder is not None:
                logger.warning("a page holds %d MB: it is ended", found.largest)
                kill([found.holder])
                self._stats.inc_value(names.STAT_BROWSER_KILLED.format(what="page"))
            case "browser" if not self._worn:
                logger.info("the browser holds %d MB: it is started anew", found.total)
                self._stats.inc_value(names.STAT_BROWSER_RECYCLED)
                self._worn = True
            case "browser_now":
                logger.warning("the browser holds %d MB: it is ended", found.total)
                self._kill(chromium)

    def _kill(self, chromium: Chromium) -> None:
        chromium.kill()
        self._stats.inc_value(names.STAT_BROWSER_KILLED.format(what="browser"))
