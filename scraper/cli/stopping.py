"""How a crawl is stopped before its end: SIGTERM, Ctrl-C, or word that the machine goes away.

First nothing new is asked for and what is answered is kept. What has no answer after a while is
given up, the rest is given back, rows are sealed. Whatever hangs on the way, the process is gone
when its time is over: what it had committed is in the ledger, as after a kill.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final, NoReturn

import psutil
from scrapy import signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from scraper.cli.downloader import StoppableDownloader
from scraper.errors import ExitCode
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.notice import Notice

logger = logging.getLogger(__name__)

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
CUT, FORCED, SEALED, GONE = 0.3, 0.45, 0.8, 0.92
"""Shares of the budget after which: requests under way are given up; the ledger is closed whatever
the pipelines do; sealing is left to the next run; the process ends where it stands."""
NOTICE_PERIOD: Final = 2.0
"""Seconds between two looks for a notice."""
_GLANCE: Final = 0.05


def leave(why: str, code: int = ExitCode.INCOMPLETE) -> NoReturn:
    """End the process now, with all that it started; safe from any thread and signal handler."""
    with suppress(OSError):
        os.write(2, f"housecrawl: exit {int(code)}: {why}\n".encode())
    end_now(code)


def end_now(code: int) -> NoReturn:
    """End the process and its children without waiting for threads that hang."""
    with suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    os._exit(code)


class Stopper:
    """Takes the signals of one `scrapy crawl`, from before its start until it is gone."""

    def __init__(self) -> None:
        self.reason = ""
        """Why the crawl is being stopped; empty while it is not."""
        self._begin: Callable[[], None] | None = None
        self._budget = 0.0
        for number in SIGNALS:
            signal.signal(number, self._signalled)

    def attend(self, crawler: Crawler, budget: float, notice: str) -> None:
        """From now on a stop is one of this crawl."""
        loop = asyncio.get_event_loop()
        stop = _Stop(crawler, budget)
        self._budget = budget
        self._begin = lambda: _soon(loop, stop.begin)
        if notice:
            watch = _NoticeWatch(Notice(notice), lambda: self._stop("the machine is taken away"))
            crawler.signals.connect(watch.open, signals.spider_opened, weak=False)
            crawler.signals.connect(watch.close, signals.spider_closed, weak=False)

    def detach(self) -> None:
        """The crawl itself has ended: a stop ends the process at once."""
        self._begin = None

    def _signalled(self, number: int, _: object) -> None:
        self._stop(signal.Signals(number).name)

    def _stop(self, reason: str) -> None:
        if self.reason or self._begin is None:
            leave(f"stopped at once by {reason}: run it again")
        self.reason = reason
        self._arm()
        self._begin()

    def _arm(self) -> None:
        """Two clocks: a thread for a main thread that waits, an alarm for one that computes."""
        seconds = GONE * self._budget
        why = f"stopped by {self.reason}; something hung for {seconds:g} s: run it again"
        # The alarm first: the signal may have come while this thread was starting another one, and
        # then the start below waits for a lock that nobody gives back.
        signal.signal(signal.SIGALRM, lambda *_: leave(why))
        signal.setitimer(signal.ITIMER_REAL, seconds + 0.2)
        timer = threading.Timer(seconds, leave, [why])
        timer.daemon = True
        timer.start()


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    # A loop that is closed has nothing left to stop: the clocks are set.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(call)


class _Stop:
    """The steps of a stop, inside the event loop."""

    def __init__(self, crawler: Crawler, budget: float) -> None:
        self._crawler = crawler
        self._budget = budget
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.ensure_future(self._steps(monotonic()))

    async def _steps(self, start: float) -> None:
        logger.info("stopping: nothing new is asked for")
        engine, book = await self._running()
        book.stop(start + SEALED * self._budget)
        end = asyncio.ensure_future(self._crawler.stop_async())
        if not await self._until(end, start + CUT * self._budget):
            downloader = engine.downloader
            assert isinstance(downloader, StoppableDownloader)
            cut = downloader.cut()
            logger.info("stopping: %d requests without an answer are given up", cut)
        if not await self._until(end, start + FORCED * self._budget):
            await book.close()
            await self._until(end, start + SEALED * self._budget)
        if not end.done():
            self._stop_loop()

    async def _running(self) -> tuple[ExecutionEngine, LedgerExtension]:
        """The engine and the ledger, once they are there: a stop may come while a crawl starts."""
        while True:
            engine = self._crawler.engine
            if engine is not None and engine.running:
                break
            await asyncio.sleep(_GLANCE)
        book = self._crawler.get_extension(LedgerExtension)
        assert book is not None
        return engine, book

    @staticmethod
    async def _until(end: asyncio.Task[None], moment: float) -> bool:
        await asyncio.wait({end}, timeout=max(0.0, moment - monotonic()))
        return end.done()

    @staticmethod
    def _stop_loop() -> None:
        from twisted.internet import reactor

        with suppress(RuntimeError):
            # Not `stop`: that waits for threads, and one may hang.
            reactor.crash()  # type: ignore[misc]  # the reactor is a module to mypy


class _NoticeWatch:
    """Looks for the notice every few seconds, in a thread."""

    def __init__(self, notice: Notice, stop: Callable[[], None]) -> None:
        self._notice = notice
        self._stop = stop
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._task = asyncio.ensure_future(self._watch())

    def close(self) -> None:
        if self._task:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            if await asyncio.to_thread(self._notice.given):
                self._stop()
                return
            await asyncio.sleep(NOTICE_PERIOD)
