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
from scraper.egress.middleware import EgressMiddleware
from scraper.gate.middleware import RequestDenied, RequestHeld
from scraper.gate.options import TOKEN
from scraper.house import House, Outcome, Visit
from scraper.ledger.middleware import LedgerExtension
from scraper.ledger.moments import utc_now
from scraper.page import joined
from scraper.photos.options import Options
from scraper.photos.pool import PhotoPool
from scraper.photos.reasons import PhotoError
from scraper.photos.row import Shown, failed_row, stored_row
from scraper.rights.options import Options as Rights
from scraper.rights.page import header_signals
from scraper.rights.reserved import page_photos, reserved
from scraper.rights.signals import Signals, as_json, merged
from scraper.schema import Row

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

GONE = frozenset({404, 410})
REFUSED = frozenset({401, 403, 429, 503})
TRIES = 4
"""Times that a photo is asked for while the addresses that it is asked from are refused."""


class PhotoRequest(Request):
    """A request that shows itself, in whatever is logged of it, by the address that rows show."""

    def __repr__(self) -> str:
        return f"<{self.method} {self.meta[names.SHOWN]}>"

    __str__ = __repr__


class PhotosPipeline:
    """Every photo that a page shows becomes a row, stored or with a reason why not."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._options = Options.from_settings(crawler.settings)
        self._downloads = asyncio.Semaphore(self._options.concurrency)
        self._pool = PhotoPool(self._options)
        self._rights = Rights.from_settings(crawler.settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PhotosPipeline:
        """The pipeline of a crawl."""
        return cls(crawler)

    async def close_spider(self) -> None:
        """End the decoding processes."""
        await self._pool.aclose()

    async def process_item(self, item: House | Visit) -> House | Visit:
        """Fill the photo rows of a house."""
        again = getattr(self._crawler.spider, "again", None)
        if isinstance(item, House) and again is None:  # of a kept page the photos stay as they are
            of_page = page_photos(item.signals)
            reason = reserved(item.signals, "photos", self._rights)
            shown = (replace(one, usage_signals=as_json(of_page)) for one in self._shown(item))
            asked = zip(shown, item.extraction.photo_urls, strict=True)
            item.photos = await asyncio.gather(
                *(self._photo(one, url, of_page, reason) for one, url in asked)
            )
        return item

    def _shown(self, item: House) -> list[Shown]:
        """The photos by the addresses that rows show; they are asked for by the page's own."""
        lease, now, urls = item.lease, utc_now(), item.row["photo_urls"]
        assert isinstance(urls, list)
        return [Shown(lease.site, lease.house_id, n, url, now) for n, url in enumerate(urls)]

    async def _photo(self, shown: Shown, url: str, of_page: Signals, reason: str | None) -> Row:
        if reason:
            row = failed_row(shown, "denied", reason)
        else:
            async with self._downloads:
                row = await self._fetched(replace(shown, fetched_at=utc_now()), url, of_page)
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

    async def _fetched(self, shown: Shown, url: str, of_page: Signals) -> Row:
        try:
            response = await self._ask(url, shown)
        except RequestHeld as error:
            # The crawl is being stopped: the house is given back, not stored without its photos.
            raise DropItem(str(error)) from error
        except RequestDenied as error:
            said = as_json(merged(of_page, error.verdict.signals))
            return failed_row(replace(shown, usage_signals=said), "denied", str(error))
        except IgnoreRequest as error:
            return failed_row(shown, "denied", str(error))
        except ValueError:
            return failed_row(shown, "failed", "not an address")
        except Exception as error:  # noqa: BLE001  # a photo never costs its house
            said = f"{type(error).__name__}: {error}".replace(url, shown.url)
            return failed_row(shown, "failed", said[:300])
        if response.status != 200:
            outcome = _outcome(response.status)
            return failed_row(shown, outcome, f"HTTP {response.status}", len(response.body))
        headers = header_signals(joined(response.headers.items()), TOKEN)
        told = merged(of_page, response.meta.get(names.SIGNALS) or {}, headers)
        return await self._made_small(shown, response.body, told)

    async def _made_small(self, shown: Shown, body: bytes, told: Signals) -> Row:
        """The row of a downloaded photo; nothing of a reserved one is kept."""
        shown = replace(shown, usage_signals=as_json(told))
        if reason := reserved(told, "photo", self._rights):
            return failed_row(shown, "denied", reason, len(body))
        try:
            photo = await self._pool.downsample(body)
        except PhotoError as error:
            return failed_row(shown, "unread", str(error), len(body))
        told = merged(told, photo.signals)
        shown = replace(shown, usage_signals=as_json(told))
        if reason := reserved(told, "photo", self._rights):
            return failed_row(shown, "denied", reason, len(body))
        return stored_row(shown, photo)

    async def _ask(self, url: str, shown: Shown) -> Response:
        """The answer, asked for again where it was the address that was refused."""
        for _ in range(TRIES):
            request = self._request(url, shown)
            response = await self._sent(request)
            if not self._is_refused(request, response):
                break
        return response

    async def _sent(self, request: Request) -> Response:
        engine = self._crawler.engine
        assert engine is not None
        return await engine.download_async(request)

    def _is_refused(self, request: Request, response: Response) -> bool:
        """Tell the egress what came; whether it is worth asking again."""
        egress = self._egress
        meta = response.meta if response.request is not None else request.meta
        if egress is None or meta.get(names.ADDRESS) is None:
            return False  # another host than the site's
        if response.status in REFUSED or _is_page(response):
            return not egress.refused(meta, meta[names.SHOWN], f"a photo: HTTP {response.status}")
        egress.good(meta)
        return False

    @cached_property
    def _egress(self) -> EgressMiddleware | None:
        return self._crawler.get_downloader_middleware(EgressMiddleware)

    def _request(self, url: str, shown: Shown) -> Request:
        meta = {
            names.KIND: "photo",
            "handle_httpstatus_all": True,
            "download_maxsize": self._options.max_bytes,
            names.SHOWN: shown.url,
        }
        return PhotoRequest(url, meta=meta, dont_filter=True)


def _is_page(response: Response) -> bool:
    """Whether a page came in a photo's place, as challenges do."""
    kind = (response.headers.get("Content-Type") or b"").lower()
    return response.status < 300 and kind.startswith(b"text/html")


def _outcome(status: int) -> Outcome:
    """What a status means for a photo.

    >>> _outcome(404), _outcome(403), _outcome(500)
    ('gone', 'refused', 'failed')
    """
    if status in GONE:
        return "gone"
    return "refused" if status in REFUSED else "failed"
