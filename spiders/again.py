"""Kept pages read again: the same way through the pipelines, and not one request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from scraper import names
from scraper.archive.files import latest, read_entry
from scraper.archive.middleware import ArchiveExtension
from scraper.archive.page import ArchivedPage
from scraper.errors import HousecrawlError
from scraper.house import House, Lease, Visit
from scraper.ledger.again import keep_again, lease_again
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.moments import utc_now
from scraper.ledger.parts import seal
from scraper.ledger.visits import visit_row
from scraper.schema import Row
from spiders.standing import Standing

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

ARCHIVE: Final = "archive"
"""What `-a from=` takes."""
_SEAL_EVERY: Final = 500
_TOLD: Final = 20
"""Pages that could not be read and are named in the log."""


class Again:
    """The kept pages of a site, and what becomes of their rows."""

    def __init__(self, crawler: Crawler, site: str) -> None:
        self._crawler, self._site = crawler, site
        self._standing = Standing()
        self._unread = 0

    async def pages(self) -> AsyncIterator[tuple[Lease, ArchivedPage]]:
        """The latest kept page of each house that is still listed, no more than are worked on.

        One that is older than the row of its house is left out.
        """
        book, archive = self._book, self._crawler.get_extension(ArchiveExtension)
        assert archive is not None
        assert archive.place is not None
        await asyncio.to_thread(seal, book.ledger, book.place, force=True)
        self._standing = await asyncio.to_thread(Standing.of, book.place, self._site)
        entries = await asyncio.to_thread(latest, archive.place, self._site)
        for number, entry in enumerate(entries, 1):
            while book.window.room <= 0 and not book.stopping:
                await book.window.change(1)
            if book.stopping:
                return
            lease = self._lease(entry.house_id)
            if lease is None or self._standing.is_newer(entry.house_id, entry.fetched_at):
                self._count("left")
                continue
            page = await asyncio.to_thread(read_entry, archive.place, entry)
            self._count("read")
            book.window.enter([lease])
            yield lease, page
            if number % _SEAL_EVERY == 0:
                await asyncio.to_thread(seal, book.ledger, book.place)

    def keep(self, item: House | Visit) -> Row:
        """Keep a row that is not what stands; what gave no row changes nothing."""
        book = self._book
        visit = visit_row(item, book.options.run_id, utc_now())
        try:
            if isinstance(item, Visit):
                self._tell(item)
                return visit
            item.row |= {"run_id": book.options.run_id, **_given(item)}
            if self._standing.is_same(item.row):
                self._count("same")
            elif keep_again(book.ledger, item.lease, _run_of(item), item.row, visit):
                self._count("changed")
            return item.row
        except HousecrawlError as error:
            book.give_up(error)
            raise
        finally:
            book.window.leave(item.lease)

    def _lease(self, house_id: str) -> Lease | None:
        ledger = self._book.ledger
        if ledger.suppressed.has(self._site, house_id):
            return None
        return lease_again(ledger, self._site, house_id)

    def _tell(self, visit: Visit) -> None:
        self._unread += 1
        self._count("unread")
        if self._unread <= _TOLD:
            logger.warning("kept page of %s: %s", visit.lease.url, visit.reason)

    @property
    def _book(self) -> LedgerExtension:
        book = self._crawler.get_extension(LedgerExtension)
        assert book is not None
        return book

    def _count(self, outcome: str) -> None:
        if self._crawler.stats:
            self._crawler.stats.inc_value(names.STAT_AGAIN.format(outcome=outcome))


def _given(item: House) -> Row:
    return dict(item.page.given) if isinstance(item.page, ArchivedPage) else {}


def _run_of(item: House) -> str:
    return item.page.run_id if isinstance(item.page, ArchivedPage) else ""
