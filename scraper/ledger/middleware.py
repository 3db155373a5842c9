"""The ledger inside a running crawl: where spiders and pipelines keep their work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy import signals

from scraper import names
from scraper.errors import HousecrawlError
from scraper.house import FoundId, House, Lease, Visit
from scraper.ledger.location import ledger_folder
from scraper.ledger.options import Options
from scraper.ledger.part import Part
from scraper.ledger.parts import seal, write_ids
from scraper.ledger.store import Ledger
from scraper.ledger.visits import visit_row
from scraper.ledger.window import Window
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.schema import Row

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


_handed: dict[str, Ledger] = {}


def open_ledger(place: Place, run_id: str, part: Part | None) -> Ledger:
    """The ledger of a place, or of one part of its list."""
    return Ledger.open(place, run_id=run_id, folder=ledger_folder(place, part))


def hand_over(ledger: Ledger) -> None:
    """Let the crawl of the ledger's run use it, and leave it open for who opened it.

    So a command finds out what is wrong with a ledger before it starts, counts in it afterwards,
    and the newest part is read to be sure of it once and not three times.
    """
    _handed[ledger.run_id] = ledger


class LedgerExtension:
    """Leases houses, commits their outcomes, seals finished rows into parts."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.options = Options.from_settings(settings)
        self.place = open_place(self.options.place)
        self._handed = self.options.run_id in _handed
        part = getattr(crawler.spider, "part", None)
        self.ledger = (
            _handed.pop(self.options.run_id)
            if self._handed
            else open_ledger(self.place, self.options.run_id, part)
        )
        self._sealing: asyncio.Task[None] | None = None
        self.window = Window(settings.getint("CONCURRENT_REQUESTS"))
        self.stats = crawler.stats
        self.stopped_entries: list[tuple[str, str]] = []
        """Entries of the search that were not read to their end: (kind, what happened)."""
        self.failure: HousecrawlError | None = None
        """What kept the rows from being sealed, for the exit code."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LedgerExtension:
        """Open the ledger of the crawl's place."""
        extension = cls(crawler)
        crawler.signals.connect(extension.close, signal=signals.spider_closed)
        return extension

    def states(self, site: str, part: Part | None) -> Mapping[str, int]:
        """Houses of a part by state; `new` are those without a final one."""
        return self.ledger.counts(site, part).states

    def add_ids(self, site: str, found: Iterable[FoundId], listed: int) -> None:
        """Keep the IDs of a search page."""
        added = self.ledger.add_ids(site, found)
        self._count(names.STAT_PAGES, 1)
        self._count(names.STAT_IDS_LISTED, listed)
        self._count(names.STAT_IDS_NEW, added.new)

    async def leases(self, site: str, part: Part | None) -> AsyncIterator[Lease]:
        """Houses to visit, until every one has an outcome; waits while enough are worked on."""
        while True:
            room = self.window.room
            found = self._lease(site, room, part) if room > 0 else []
            for lease in found:
                self.window.enter(lease)
                yield lease
            if not found:
                if self.window.empty:
                    return
                await self.window.change()

    def _lease(self, site: str, limit: int, part: Part | None) -> list[Lease]:
        return self.ledger.lease(site, limit, part=part, max_attempts=self.options.attempts)

    def release(self, lease: Lease) -> None:
        """Give a house back that was not asked for."""
        self.ledger.release([lease])
        self.window.leave(lease)

    def keep(self, item: House | Visit) -> Row:
        """Commit an outcome, the house's row, photos and state at once; the row it became."""
        row = self._commit(item)
        self._count(names.STAT_HOUSES.format(outcome=row["outcome"]), 1)
        self.window.leave(item.lease)
        if self._sealing is None or self._sealing.done():
            self._sealing = asyncio.ensure_future(asyncio.to_thread(self._seal))
        return item.row if isinstance(item, House) else row

    def _commit(self, item: House | Visit) -> Row:
        row = visit_row(item, self.options.run_id, datetime.now(UTC))
        if isinstance(item, Visit):
            self.ledger.commit_visit(item.lease, row, final=item.final)
            return row
        item.row["run_id"] = self.options.run_id
        try:
            self.ledger.commit_house(item.lease, item.row, item.photos, row)
        except ValueError as error:
            logger.error("the row of %s does not fit its table: %s", item.lease.url, error)
            reason = f"the row does not fit its table: {error}"
            return self._commit(Visit(item.lease, "unread", reason, item.seconds))
        self._count(names.STAT_MODES.format(mode=item.page.fetch_mode), 1)
        return row

    def _seal(self, *, force: bool = False) -> None:
        with self._noting():
            seal(self.ledger, self.place, force=force)

    async def close(self) -> None:
        """Seal what is finished and leave a copy of the ID list in the place."""
        if self._sealing is not None:
            await self._sealing
        await asyncio.to_thread(self._seal, force=True)
        with self._noting():
            write_ids(self.ledger, self.place)
        if not self._handed:
            self.ledger.close()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Keep a failure of the place for the end: the rows are safe in the ledger."""
        try:
            yield
        except HousecrawlError as error:
            if self.failure is None:
                logger.error("%s", error)
            self.failure = error

    def _count(self, stat: str, by: int) -> None:
        if self.stats is not None:
            self.stats.inc_value(stat, by)
