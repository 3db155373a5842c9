"""One running Chromium with its driver: it starts in time, and it ends for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from scraper.browser.asking import Asking, Outside
from scraper.browser.watching import by_id, drivers, family, kill

STARTING: Final = 20
"""Seconds that a browser is given to start."""
LEAVING: Final = 6
"""Seconds that a page or a context is given to close; one that hangs takes half a second."""
CLOSING: Final = 3
"""Seconds that the browser, and then its driver, are given to close."""

GOING: Final = (PlaywrightError, TimeoutError, OSError)
"""What closing something raises that has gone already, or does not go."""


class Chromium:
    """Driver and browser live and end together, so that neither grows for ever."""

    def __init__(
        self,
        playwright: Playwright,
        browser: Browser,
        processes: tuple[Any, Any],
        asking: Asking,
    ) -> None:
        """`processes`: the driver, from which all others come, and Chromium's main process."""
        self._playwright, self.browser, self.asking = playwright, browser, asking
        self.root, self._process = processes

    @classmethod
    async def start(cls, launch: Mapping[str, Any], outside: Outside) -> Chromium:
        """Start both; PlaywrightError or TimeoutError where they do not, with nothing left over."""
        known = drivers()
        async with asyncio.timeout(STARTING):
            try:
                playwright = await async_playwright().start()
                browser = await playwright.chromium.launch(**launch, timeout=STARTING * 1000)
                session = await browser.new_browser_cdp_session()
                asking = Asking(session, outside)
                await asking.begin()
                info = await session.send("SystemInfo.getProcessInfo")
                main = next(one["id"] for one in info["processInfo"] if one["type"] == "browser")
                driver = next(one for one in drivers() if one not in known)
                return cls(playwright, browser, (driver, by_id(main)), asking)
            except BaseException:
                for driver in drivers():
                    if driver not in known:
                        kill(reversed(family(driver)))
                raise

    @property
    def alive(self) -> bool:
        """Whether pages can be opened in it."""
        return self.browser.is_connected()

    async def close(self) -> bool:
        """End it, kindly first; whether processes had to be killed."""
        processes = family(self._process)
        with suppress(*GOING):
            async with asyncio.timeout(CLOSING):
                await self.browser.close()
        killed = kill(processes)
        with suppress(*GOING):
            async with asyncio.timeout(CLOSING):
                await self._playwright.stop()
        return bool(killed + kill([self.root]))

    def kill(self) -> None:
        """End the browser at once; what its pages are doing fails."""
        kill(family(self._process))
