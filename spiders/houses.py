"""Stage 2, the houses: visit each ID that has no final state, by the cheapest way that works."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper import names
from scraper.answer.deadline import within
from scraper.answer.fault import AnswerError
from scraper.browser.handler import PageStopped
from scraper.browser.memory import load, save
from scraper.browser.options import Options as BrowserOptions
from scraper.browser.template import UnknownError
from scraper.browser.trip import Trip
from scraper.browser.ways import Ways
from scraper.errors import fault_of
from scraper.extract.house import extract
from scraper.extract.kind import missing, says_nothing
from scraper.facts import Extraction
from scraper.gate.middleware import RequestHeld
from scraper.gate.options import TOKEN
from scraper.house import House, Lease, Visit
from scraper.ledger.array import chosen_part
from scraper.ledger.known import UNCHANGED
from scraper.page import FetchMode, Page
from scraper.refusal.rules import Refusal, refusal
from scraper.refusal.silence import Silence
from scraper.rights.page import page_signals
from scraper.rights.signals import Signals
from spiders.again import ARCHIVE, Again
from spiders.answer import address_of, outcome_of, page_of, reason_of, without
from spiders.data import DataError, kept, next_source, said, source_url, take
from spiders.due import Due, reader_of
from spiders.given import GivingSpider

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

GONE = frozenset({404, 410})


class HousesSpider(GivingSpider):
    """`scrapy crawl houses -a site=S [-a part=I/N]`; a child of an array job has its part by it."""

    name = "houses"

    def __init__(self, site: str, part: str = "", parts: str = "", **kwargs: Any) -> None:
        self._source = kwargs.pop("from", "")
        self._is_refresh = bool(kwargs.pop("due", ""))
        super().__init__(site, **kwargs)
        self.part = chosen_part(part, parts, os.environ)
        self.reader = reader_of(self.site)
        """What reads the pages."""
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
        self._know()
        if self.again is not None:
            async for lease, page in self.again.pages():
                if (item := self._outcome(page, self._meta(lease))) is not None:
                    yield item
            return
        self.crawler.signals.connect(self.take_doubted_back, signals.spider_idle)
        async for lease in self.book.leases(self.site.name, self.part, due=self._is_refresh):
            yield self._visit(self.ways.first(), self._meta(lease))

    def _know(self) -> None:
        """What earlier crawls learned of the ways to a house."""
        memory = load(self.book.place, self.site.name)
        self._learned = memory.since
        self.due = Due(self, planned=self._is_refresh)
        every = BrowserOptions.from_settings(self.settings).recheck
        render = "never" if self.again else self.site.render.mode
        self.ways = Ways(memory, render, self._extract, self.crawler.stats, every)
        self.silence = Silence()

    @staticmethod
    def _meta(lease: Lease) -> dict[str, Any]:
        trip = Trip(lease.house_id, lease.url)
        return {names.LEASE: lease, names.STARTED: monotonic(), names.TRIP: trip}

    def _visit(self, mode: FetchMode, meta: Mapping[str, Any]) -> Request:
        """The request for a house by one of the ways."""
        own = {key: meta[key] for key in (names.LEASE, names.STARTED, names.TRIP)}
        url = own[names.LEASE].url
        asking = {"callback": self.parse, "errback": self.failed}
        if mode == "data":
            trip, recipe = own[names.TRIP], self.ways.recipe
            try:
                source = next_source(recipe, trip) if recipe else None
                if source is None:
                    raise UnknownError("nothing to ask for")
                data = source_url(source, trip, self.ways.memory.words)
                return self.ask(data, "data", mode, own, **asking, headers=source.headers)
            except UnknownError as error:
                self.ways.data_failed(trip, str(error), unknown=True)
                mode = "browser"
        headers = self.due.headers(own[names.LEASE], mode)
        return self.ask(url, "house", mode, own, **asking, headers=headers)

    def by_data(self, request: Request) -> Request | None:
        """The request for a house's data in place of its page; None where it cannot be made."""
        found = self._visit("data", request.meta)
        return found if found.meta[names.MODE] == "data" else None

    def parse(self, response: Response) -> Iterator[House | Visit | Request]:
        """A house, a visit that gave none, or the same page by another way."""
        found = self._outcome(page_of(response), response.meta)
        if not isinstance(found, Request):
            self._done(response.meta)
        if found is not None:
            yield found

    def _outcome(self, page: Page, meta: dict[str, Any]) -> House | Visit | Request | None:
        try:
            # A kept page was judged when it came.
            read = self._read if self.again is None else self._extracted
            return read(page, meta)
        except AnswerError as error:
            return without(page, meta, "unread", str(error))
        except Exception as error:  # whatever a page does, its house has an outcome
            self.logger.exception("reading %s failed", page.url)
            reason = f"{fault_of(error)}, while reading"
            return without(page, meta, "failed", reason)

    def _read(self, page: Page, meta: dict[str, Any]) -> House | Visit | Request | None:
        if page.fetch_mode == "data":
            return self._read_data(page, meta, meta[names.TRIP])
        if self.due.is_as_it_was(page, meta):
            # The same page may come with other headers.
            reason = self.reserved(self.signals(page, meta), "page")
            return without(page, meta, "denied" if reason else "ok", reason or UNCHANGED)
        if refused := refusal(page):
            return self.refused(page, meta, refused)
        found = None
        try:
            found = self._found(page, meta)
            return found
        finally:
            # What was found out about its address on the way comes first. A page that is to be
            # filled by a browser is the same for everybody, refused or not.
            if page.status >= 500 or isinstance(found, Request):
                self.egress.nothing(meta)
            elif names.PART_REFUSED not in meta:
                self.egress.good(meta)

    def _found(self, page: Page, meta: dict[str, Any]) -> House | Visit | Request | None:
        """What there is of a house, where it is no refusal."""
        if page.status in GONE:
            return without(page, meta, "gone", f"HTTP {page.status}")
        if page.status >= 400:
            return without(page, meta, "failed", f"HTTP {page.status}")
        return self._extracted(page, meta)

    def _extracted(self, page: Page, meta: dict[str, Any]) -> House | Visit | Request | None:
        with within(self.settings.getfloat("PAGE_SECONDS")):
            signals = self.signals(page, meta)
            if reason := self.reserved(signals, "page"):
                return without(page, meta, "denied", reason)
            if page.fetch_mode == "data":
                recipe, needed = self.ways.memory.recipe, self.site.house.required
                extraction = kept(recipe, meta[names.TRIP], page, self._extract, needed)
            else:
                extraction = self._extract(page)
        return self._go_on(page, extraction, meta, signals)

    def _go_on(
        self, page: Page, extraction: Extraction, meta: dict[str, Any], signals: Signals
    ) -> House | Visit | Request | None:
        """The house where the page has what it takes; else the same house by another way."""
        trip: Trip = meta[names.TRIP]
        lacking = missing(extraction.best, self.site.house.required)
        if page.fetch_mode == "http":
            trip.signals = signals
            mode = self.ways.after_http(trip, page, extraction, lacks=bool(lacking))
            if mode != "http":
                return self._visit(mode, meta)
        if lacking and (why := meta.get(names.PART_REFUSED)):
            return self.refused(page, meta, Refusal(f"its data was refused: {why}", 1.0, "data"))
        nothing = bool(lacking) and says_nothing(extraction)
        looked_at = self.again is None and (nothing or not lacking)
        if looked_at and self.hushed(page, meta, nothing=nothing):
            return None
        if lacking:
            reason = f"no {', no '.join(lacking)} on the page"
            return replace(without(page, meta, "unread", reason), page=page)
        if page.fetch_mode == "browser":
            trip.signalled = bool(page_signals(page, TOKEN))
            self.ways.rendered(trip, page, extraction)
        self.silence.read(trip.house_id, page.sha256)
        return self._house(page, extraction, meta, signals)

    def _read_data(self, page: Page, meta: dict[str, Any], trip: Trip) -> House | Visit | Request:
        """The house out of its data, or the same house by its page."""
        recipe = self.ways.recipe
        if recipe is None:  # it was lost while this was asked for
            return self._by_page(trip, meta, "the way is no longer known")
        try:
            take(recipe, trip, page)
            if next_source(recipe, trip) is not None:
                return self._visit("data", meta)
            with within(self.settings.getfloat("PAGE_SECONDS")):
                found = said(recipe, trip, page, self._extract, self.site.house.required)
            signals = trip.signals if recipe.shell else self.signals(page, meta)
            if reason := self.reserved(signals, "page"):
                return without(page, meta, "denied", reason)
        except UnknownError as error:
            self.ways.data_failed(trip, str(error), unknown=True)
            return self._visit("browser", meta)
        except DataError as error:
            self.egress.nothing(meta)
            return self._by_page(trip, meta, str(error))
        self.egress.good(meta)
        if self.ways.data_read(trip, found):
            return self._visit("browser", meta)
        final = trip.shell.final_url if trip.shell is not None else trip.url
        return self._house(replace(page, url=trip.url, final_url=final), found, meta, signals)

    def _by_page(self, trip: Trip, meta: dict[str, Any], why: str) -> Request:
        """The page of a house whose data did not come: it may have gone, or moved."""
        self.ways.data_failed(trip, why, unknown=False)
        return self._visit("browser" if trip.shell is not None else "http", meta)

    def _house(
        self, page: Page, extraction: Extraction, meta: dict[str, Any], signals: Signals
    ) -> House:
        return House(
            meta[names.LEASE],
            page,
            extraction,
            monotonic() - meta[names.STARTED],
            robots_rule=meta.get(names.ROBOTS_RULE),
            address=address_of(meta),
            signals=signals,
        )

    def _extract(self, page: Page) -> Extraction:
        return extract(page, self.site.hints)

    def _done(self, meta: dict[str, Any]) -> None:
        """A house has its outcome; what was learned by it is kept for the next crawl."""
        self.ways.done(meta[names.TRIP])
        if self.ways.memory.since != self._learned:
            self._learned = self.ways.memory.since
            keeping = partial(save, self.book.place, replace(self.ways.memory))
            self._keeping = asyncio.get_running_loop().run_in_executor(None, keeping)

    def failed(self, failure: Failure) -> Iterator[Visit | Request]:
        """The outcome of a house that has no answer; none where it was not waited for."""
        meta = failure.request.meta  # type: ignore[attr-defined]  # set by Scrapy
        self.egress.nothing(meta)
        held = isinstance(failure.value, RequestHeld | PageStopped) or self.book.stopping
        if meta[names.MODE] == "data" and not held:
            yield self._by_page(meta[names.TRIP], meta, reason_of(failure))
            return
        self._done(meta)
        if held:
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
