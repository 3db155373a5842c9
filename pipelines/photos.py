"""Step 500: a house's photos are fetched through the gate, and kept small."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import DropItem, IgnoreRequest
from scrapy.http import Response

from scraper import names
from scraper.gate.middleware import RequestHeld
from scraper.house import House, Outcome, Visit
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.moments import utc_now
from scraper.photos.options import Options
from scraper.photos.pool import PhotoPool
from scraper.photos.reasons import PhotoError
from scraper.photos.row import Shown, failed_row, stored_row
from scraper.schema import Row

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

GONE = frozenset({404, 410})
REFUSED = frozenset({401, 403, 429, 503})


class PhotosPipeline:
    """Every photo that a page shows becomes a row, stored or with a reason why not."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._options = Options.from_settings(crawler.settings)
        self._downloads = asyncio.Semaphore(self._options.concurrency)
        self._pool = PhotoPool(self._options)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PhotosPipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    async def close_spider(self) -> None:
        """End the decoding processes."""
        await self._pool.aclose()

    async def process_item(self, item: House | Visit) -> House | Visit:
        """Fill the photo rows of a house."""
        if isinstance(item, House):
            shown = self._shown(item)
            item.photos = await asyncio.gather(*(self._photo(one) for one in shown))
        return item

    def _shown(self, item: House) -> list[Shown]:
        lease, now = item.lease, utc_now()
        urls = item.extraction.photo_urls
        return [Shown(lease.site, lease.house_id, n, url, now) for n, url in enumerate(urls)]

    async def _photo(self, shown: Shown) -> Row:
        async with self._downloads:
            row = await self._fetched(replace(shown, fetched_at=utc_now()))
        row["run_id"] = self._run_id
        if self._crawler.stats:
            self._crawler.stats.inc_value(names.STAT_PHOTOS.format(outcome=row["outcome"]))
        return row

    @cached_property
    def _run_id(self) -> str:
        """The run of the house's row: a photo is published with the row of the same run."""
        book = self._crawler.get_extension(LedgerExtension)
        if book is None:
            raise RuntimeError("the ledger is not installed: nothing could be kept")
        return book.options.run_id

    async def _fetched(self, shown: Shown) -> Row:
        try:
            response = await self._ask(shown.url)
        except RequestHeld as error:
            # The crawl is being stopped: the house is given back, not stored without its photos.
            raise DropItem(str(error)) from error
        except IgnoreRequest as error:
            return failed_row(shown, "denied", str(error))
        except ValueError as error:
            return failed_row(shown, "failed", f"not an address: {error}")
        except Exception as error:  # noqa: BLE001  # a photo never costs its house
            return failed_row(shown, "failed", f"{type(error).__name__}: {error}"[:300])
        if response.status != 200:
            outcome = _outcome(response.status)
            return failed_row(shown, outcome, f"HTTP {response.status}", len(response.body))
        try:
            return stored_row(shown, await self._pool.downsample(response.body))
        except PhotoError as error:
            return failed_row(shown, "unread", str(error), len(response.body))

    async def _ask(self, url: str) -> Response:
        engine = self._crawler.engine
        assert engine is not None
        meta = {
            names.KIND: "photo",
            "handle_httpstatus_all": True,
            "download_maxsize": self._options.max_bytes,
        }
        return await engine.download_async(Request(url, meta=meta, dont_filter=True))


def _outcome(status: int) -> Outcome:
    """What a status means for a photo.

    >>> _outcome(404), _outcome(403), _outcome(500)
    ('gone', 'refused', 'failed')
    """
    if status in GONE:
        return "gone"
    return "refused" if status in REFUSED else "failed"
