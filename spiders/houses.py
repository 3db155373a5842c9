"""Stage 2, the houses: visit each ID that has no final state, by the cheapest way that works."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper import names
from scraper.answer.deadline import within
from scraper.answer.fault import AnswerError
from scraper.browser.choice import first_mode, next_mode
from scraper.browser.handler import PageStopped
from scraper.errors import fault_of
from scraper.extract.house import extract
from scraper.extract.kind import missing
from scraper.gate.middleware import RequestHeld
from scraper.house import House, Lease, Outcome, Visit
from scraper.ledger.array import chosen_part
from scraper.page import FetchMode, Page
from scraper.refusal.rules import Refusal, refusal
from spiders.again import ARCHIVE, Again
from spiders.answer import address_of, outcome_of, page_of, reason_of
from spiders.site import SiteSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

GONE = frozenset({404, 410})


class HousesSpider(SiteSpider):
    """`scrapy crawl houses -a site=S [-a part=I/N]`; a child of an array job has its part by it."""

    name = "houses"

    def __init__(self, site: str, part: str = "", parts: str = "", **kwargs: Any) -> None:
        self._source = kwargs.pop("from", "")
        super().__init__(site, **kwargs)
        self.part = chosen_part(part, parts, os.environ)
        self.again: Again | None = None
        """The kept pages, where they are read again and nothing is asked for."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider of a crawl."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider._source == ARCHIVE:
            spider.again = Again(crawler, spider.site.name)
        return spider

    async def start(self) -> AsyncIterator[House | Visit | Request]:
        """A request for each house, or its kept page; no more at once than are worked on."""
        if self.again is not None:
            async for lease, page in self.again.pages():
                meta = {names.LEASE: lease, names.STARTED: monotonic()}
                if (item := self._outcome(page, lease, meta)) is not None:
                    yield item
            return
        async for lease in self.book.leases(self.site.name, self.part):
            yield self._visit(lease, first_mode(self.site.render.mode), monotonic())

    def _visit(self, lease: Lease, mode: FetchMode, started: float) -> Request:
        meta = {names.LEASE: lease, names.STARTED: started}
        return self.ask(lease.url, "house", mode, meta, callback=self.parse, errback=self.failed)

    def parse(self, response: Response) -> Iterator[House | Visit | Request]:
        """A house, a visit that gave none, or the same page by another way."""
        page, lease = page_of(response), response.meta[names.LEASE]
        if (item := self._outcome(page, lease, response.meta)) is not None:
            yield item

    def _outcome(
        self, page: Page, lease: Lease, meta: dict[str, Any]
    ) -> House | Visit | Request | None:
        try:
            # A kept page was judged when it came.
            read = self._read if self.again is None else self._extracted
            return read(page, lease, meta)
        except AnswerError as error:
            return self._without(page, meta, "unread", str(error))
        except Exception as error:  # whatever a page does, its house has an outcome
            self.logger.exception("reading %s failed", page.url)
            reason = f"{fault_of(error)}, while reading"
            return self._without(page, meta, "failed", reason)

    def _read(
        self, page: Page, lease: Lease, meta: dict[str, Any]
    ) -> House | Visit | Request | None:
        if refused := refusal(page):
            return self._refused(page, meta, refused)
        if page.status < 500 and names.PART_REFUSED not in meta:
            self.egress.good(meta)
        if page.status in GONE:
            return self._without(page, meta, "gone", f"HTTP {page.status}")
        if page.status >= 400:
            self.egress.nothing(meta)
            return self._without(page, meta, "failed", f"HTTP {page.status}")
        return self._extracted(page, lease, meta)

    def _extracted(
        self, page: Page, lease: Lease, meta: dict[str, Any]
    ) -> House | Visit | Request | None:
        with within(self.settings.getfloat("PAGE_SECONDS")):
            signals = self.signals(page, meta)
            if reason := self.reserved(signals, "page"):
                return self._without(page, meta, "denied", reason)
            extraction = extract(page, self.site.hints)
        lacking = missing(extraction.best, self.site.house.required)
        render = "never" if self.again else self.site.render.mode
        if mode := next_mode(page.fetch_mode, render, lacking):
            return self._visit(lease, mode, meta[names.STARTED])
        if lacking and (why := meta.get(names.PART_REFUSED)):
            return self._refused(page, meta, Refusal(f"its data was refused: {why}", 1.0, "data"))
        if lacking:
            reason = f"no {', no '.join(lacking)} on the page"
            return replace(self._without(page, meta, "unread", reason), page=page)
        seconds = monotonic() - meta[names.STARTED]
        return House(
            lease,
            page,
            extraction,
            seconds,
            robots_rule=meta.get(names.ROBOTS_RULE),
            address=address_of(meta),
            signals=signals,
        )

    def _refused(self, page: Page, meta: dict[str, Any], refused: Refusal) -> Visit | None:
        """A visit, where the page is refused whoever asks; else the house is given back.

        It costs the house no attempt that its address was refused. Where that ends the crawl, the
        reason is kept with the house.
        """
        lease, told = meta[names.LEASE], f"{refused.reason} (score {refused.score:.1f})"
        own = self.egress.refused(meta, lease.house_id, refused.reason)
        if own or self.book.stopping:
            return replace(self._without(page, meta, "refused", told), final=own)
        self.book.release(lease)
        return None

    @staticmethod
    def _without(page: Page, meta: dict[str, Any], outcome: Outcome, reason: str) -> Visit:
        return Visit(
            meta[names.LEASE],
            outcome,
            reason,
            monotonic() - meta[names.STARTED],
            fetch_mode=page.fetch_mode,
            http_status=page.status,
            bytes=len(page.body),
            address=address_of(meta),
            final=outcome in ("gone", "unread", "denied"),
        )

    def failed(self, failure: Failure) -> Iterator[Visit]:
        """The outcome of a house that has no answer; none where it was not waited for."""
        meta = failure.request.meta  # type: ignore[attr-defined]  # set by Scrapy
        self.egress.nothing(meta)
        if isinstance(failure.value, RequestHeld | PageStopped) or self.book.stopping:
            # While a crawl is being stopped a failure says nothing about the house.
            self.book.release(meta[names.LEASE])
            return
        outcome, final = outcome_of(failure)
        yield Visit(
            meta[names.LEASE],
            outcome,
            reason_of(failure),
            monotonic() - meta[names.STARTED],
            fetch_mode=meta[names.MODE],
            address=address_of(meta),
            final=final,
        )
