"""The ledger inside a running crawl: where spiders and pipelines keep their work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Any, Final

from scrapy import Request, signals
from scrapy.crawler import Crawler

from scraper import names
from scraper.errors import HousecrawlError, StorageError, fault_of
from scraper.house import FoundId, House, Lease, Outcome, Visit
from scraper.ledger.due import lease_due
from scraper.ledger.handing import handed_over, open_ledger
from scraper.ledger.known import seen_of
from scraper.ledger.moments import utc_now
from scraper.ledger.options import Options
from scraper.ledger.part import Part
from scraper.ledger.parts import may_seal, seal, write_ids
from scraper.ledger.visits import visit_row
from scraper.ledger.window import Window
from scraper.place.open import open_place
from scraper.schema import Row

logger = logging.getLogger(__name__)

PATIENCE: Final = 5.0
"""Seconds without any outcome after which somebody looks whether a house got lost."""


class LedgerExtension:
    """Leases houses, commits their outcomes, seals finished rows into parts.

    A lease ends by each way there is: an outcome (`keep`), given back (`release`), or one of
    Scrapy's signals for what went wrong on the way. What none of them tells is found out.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self.options = Options.from_settings(settings)
        self.place = open_place(self.options.place)
        self._part: Part | None = getattr(crawler.spider, "part", None)
        handed = handed_over(self.options.run_id)
        self._handed = handed is not None
        self.ledger = handed or open_ledger(self.place, self.options.run_id, self._part)
        self._sealer = ThreadPoolExecutor(1, "sealer")  # each thread would keep memory of its own
        self._sealing: asyncio.Future[object] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._deadline: float | None = None
        self._all_sealed = False
        self.window = Window(settings.getint("CONCURRENT_REQUESTS"))
        self.stats = crawler.stats
        self.stopping = False
        """Whether the crawl ends early: no house is leased any more, and no failure counts."""
        self.stopped_entries: list[tuple[str, str]] = []
        """Entries of the search that were not read to their end: (kind, what happened)."""
        self.reader = ""
        """What reads the pages: a page that another one read has to be read again."""
        self._broken: HousecrawlError | None = None
        self._unsealed: HousecrawlError | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LedgerExtension:
        """Open the ledger of the crawl's place."""
        extension = cls(crawler)
        for handler, signal in (
            (extension.close, signals.spider_closed),
            (extension.item_failed, signals.item_error),
            (extension.item_dropped, signals.item_dropped),
            (extension.callback_failed, signals.spider_error),
            (extension.request_dropped, signals.request_dropped),
            (extension.asked, signals.request_reached_downloader),
        ):
            crawler.signals.connect(handler, signal=signal)
        return extension

    @property
    def failure(self) -> HousecrawlError | None:
        """What kept outcomes from being committed or rows from being sealed, for the exit code."""
        return self._broken or self._unsealed

    def states(self, site: str, part: Part | None) -> Mapping[str, int]:
        """Houses of a part by state; `new` are those without a final one."""
        return self.ledger.counts(site, part).states

    def add_ids(self, site: str, found: Iterable[FoundId], listed: int) -> None:
        """Keep the IDs of a search page."""
        with self._ending_the_crawl():
            added = self.ledger.add_ids(site, found)
            self._count(names.STAT_PAGES, 1)
            self._count(names.STAT_IDS_LISTED, listed)
            self._count(names.STAT_IDS_NEW, added.new)

    async def leases(
        self, site: str, part: Part | None, *, due: bool = False
    ) -> AsyncIterator[Lease]:
        """Houses to visit, until every one has an outcome; waits while enough are worked on.

        `due`: only those that a refresh planned, in its order.
        """
        while not self.stopping:
            found: list[Lease] = []
            with self._ending_the_crawl():
                if (room := self.window.room) > 0:
                    attempts = self.options.attempts
                    found = (
                        lease_due(self.ledger, site, room, attempts)
                        if due
                        else self.ledger.lease(site, room, part, attempts)
                    )
            self.window.enter(found)
            for lease in found:
                yield lease
            if not found:
                if self.window.empty:
                    return
                await self._change()

    async def _change(self) -> None:
        """Wait until a house has left; end those that nothing in the crawl holds any more."""
        if await self.window.change(PATIENCE) or not self._is_idle():
            return
        for lease in self.window.leases:
            logger.error("the request for %s got lost on its way", lease.url)
            self.fail(lease, "failed", "the request got lost on its way")

    def _is_idle(self) -> bool:
        engine = self._crawler.engine
        if engine is None or engine.scheduler is None or engine.scraper.slot is None:
            return False
        busy = engine.downloader.active or engine.scheduler.has_pending_requests()
        return not busy and engine.scraper.slot.is_idle()

    def release(self, lease: Lease) -> None:
        """Give a house back that was not asked for."""
        with self._ending_the_crawl():
            self.ledger.release([lease])
        self.window.leave(lease)

    def keep(self, item: House | Visit) -> Row:
        """Commit an outcome, the house's row, photos and state at once; the row it became.

        A HousecrawlError of the ledger ends the crawl, and goes on to the caller.
        """
        try:
            row = self._commit(item)
        except HousecrawlError as error:
            self.give_up(error)
            raise
        finally:
            self.window.leave(item.lease)
        self._count(names.STAT_HOUSES.format(outcome=row["outcome"]), 1)
        idle = self._sealing is None or self._sealing.done()
        if self._closing is None and idle and may_seal(self.ledger):
            self._sealing = self._beside(self._seal)
        return item.row if isinstance(item, House) else row

    def _commit(self, item: House | Visit) -> Row:
        row = visit_row(item, self.options.run_id, utc_now())
        if isinstance(item, Visit):
            seen = seen_of(item.page, self.reader) if item.page else None
            self.ledger.commit_visit(item.lease, row, final=item.final, seen=seen)
            return row
        item.row["run_id"] = self.options.run_id
        try:
            seen = seen_of(item.page, self.reader)
            self.ledger.commit_house(item.lease, item.row, item.photos, row, seen)
        except ValueError as error:
            logger.error("the row of %s does not fit its table: %s", item.lease.url, error)
            misfit = f"the row does not fit its table: {error}"
            return self._commit(Visit(item.lease, "unread", misfit, item.seconds))
        self._count(names.STAT_MODES.format(mode=item.page.fetch_mode), 1)
        return row

    def fail(self, lease: Lease, outcome: Outcome, reason: str) -> None:
        """End a house that something else than its page kept from an outcome.

        It is given back where the crawl is being stopped; what has left already stays as it is.
        """
        if lease not in self.window.leases:
            return
        if self.stopping:
            self.release(lease)
            return
        with suppress(HousecrawlError):
            self.keep(Visit(lease, outcome, reason[:300], 0.0, final=False))

    def item_failed(self, item: object, failure: Any) -> None:
        """A step of the pipelines raised."""
        if isinstance(item, House | Visit):
            why = f"{fault_of(failure.value)}, in the pipelines"
            self.fail(item.lease, "failed", why)

    def item_dropped(self, item: object, exception: Exception) -> None:
        """A step of the pipelines dropped the house."""
        if isinstance(item, House | Visit):
            self.fail(item.lease, "unread", f"dropped: {exception}")

    def callback_failed(self, response: Any, failure: Any) -> None:
        """A callback or errback raised."""
        request = getattr(response, "request", None)
        if request is not None and names.LEASE in request.meta:
            reason = f"{fault_of(failure.value)}, while reading"
            self.fail(request.meta[names.LEASE], "failed", reason)

    def request_dropped(self, request: Request) -> None:
        """The scheduler did not take a request."""
        if names.LEASE in request.meta:
            self.fail(request.meta[names.LEASE], "failed", "the scheduler dropped the request")

    def asked(self, request: Request) -> None:
        """Count what goes out, by kind."""
        self._count(names.STAT_ASKED.format(kind=request.meta.get(names.KIND, "house")), 1)

    def stop(self, deadline: float) -> None:
        """Lease nothing any more; what is not sealed at the deadline (monotonic) waits."""
        self.stopping = True
        self._deadline = deadline

    async def close(self) -> None:
        """Give back what has no outcome, seal what is finished, copy the ID list."""
        self._closing = self._closing or asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self.stopping = True
        with self._noting():
            self.ledger.release(self.window.leases)
        ending = asyncio.ensure_future(self._seal_all())
        left = None if self._deadline is None else max(0.0, self._deadline - monotonic())
        await asyncio.wait({ending}, timeout=left)
        if ending.done():
            self._sealer.shutdown(wait=False)
            if not self._handed:
                self.ledger.close()
        elif not self._all_sealed:
            with self._noting():
                raise StorageError(
                    f"{self.place.url} did not take the rows in time; they are kept: run it again"
                )

    async def _seal_all(self) -> None:
        if self._sealing is not None:
            await self._sealing
        await self._beside(partial(self._seal, force=True))
        self._all_sealed = True
        if self._part is None and self._unsealed is None:
            # The ledger of a part knows the states of that part only.
            with self._noting():
                await self._beside(partial(write_ids, self.ledger, self.place))

    def _beside(self, work: Callable[[], object]) -> asyncio.Future[object]:
        return asyncio.get_running_loop().run_in_executor(self._sealer, work)

    def _seal(self, *, force: bool = False) -> None:
        with self._noting():
            seal(self.ledger, self.place, force=force)
            self._unsealed = None

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Keep a failure of the place for the end: the rows are safe in the ledger."""
        try:
            yield
        except HousecrawlError as error:
            if self.failure is None:
                logger.error("%s", error)
            self._unsealed = error

    @contextmanager
    def _ending_the_crawl(self) -> Iterator[None]:
        """End the crawl where the ledger cannot be written: nothing could be kept."""
        try:
            yield
        except HousecrawlError as error:
            self.give_up(error)

    def give_up(self, error: HousecrawlError) -> None:
        """End the crawl early, with the exit code of the error; what is open stays open."""
        if self._broken is None:
            logger.error("%s", error)
            self._broken = error
        if not self.stopping:
            self.stopping = True
            self._stop = asyncio.ensure_future(self._crawler.stop_async())

    def _count(self, stat: str, by: int) -> None:
        if self.stats is not None:
            self.stats.inc_value(stat, by)
