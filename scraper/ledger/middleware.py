"""The ledger inside a running crawl: where spiders and pipelines keep their work."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy import signals

from scraper import names
from scraper.errors import HousecrawlError
from scraper.house import FoundId, House, Lease, Visit
from scraper.ledger.options import Options
from scraper.ledger.part import Part
from scraper.ledger.parts import seal, write_ids
from scraper.ledger.store import Ledger
from scraper.ledger.visits import visit_row
from scraper.ledger.window import Window
from scraper.place.open import open_place
from scraper.schema import Row

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class LedgerExtension:
    """Leases houses, commits their outcomes, seals finished rows into parts."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.options = Options.from_settings(settings)
        self.place = open_place(self.options.place)
        self.ledger = Ledger.open(self.place, run_id=self.options.run_id)
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

    def keep(self, item: House | Visit) -> Row:
        """Commit an outcome, the house's row, photos and state at once; the row it became."""
        row = visit_row(item, self.options.run_id, datetime.now(UTC))
        if isinstance(item, House):
            item.row["run_id"] = self.options.run_id
            self.ledger.commit_house(item.lease, item.row, item.photos, row)
            self._count(names.STAT_MODES.format(mode=item.page.fetch_mode), 1)
        else:
            self.ledger.commit_visit(item.lease, row, final=item.final)
        self._count(names.STAT_HOUSES.format(outcome=row["outcome"]), 1)
        self.window.leave(item.lease)
        self._seal(force=False)
        return item.row if isinstance(item, House) else row

    def _seal(self, *, force: bool) -> None:
        try:
            seal(self.ledger, self.place, force=force)
        except HousecrawlError as error:
            self.failure = error
            logger.error("%s", error)

    def close(self) -> None:
        """Seal what is finished, leave a copy of the ID list in the place, let go of the ledger."""
        self._seal(force=True)
        try:
            write_ids(self.ledger, self.place)
        except HousecrawlError as error:
            self.failure = error
            logger.error("%s", error)
        finally:
            self.ledger.close()

    def _count(self, stat: str, by: int) -> None:
        if self.stats is not None:
            self.stats.inc_value(stat, by)
