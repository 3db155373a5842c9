"""Stage 1, the ID list: every search page of a site, and the house IDs on it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper import names
from scraper.browser.choice import first_mode, next_mode
from scraper.errors import fault_of
from scraper.extract.search import house_links, next_url
from scraper.extract.sitemap import Sitemap, is_sitemap_address, read_sitemap, sitemap_links
from scraper.extract.total import Total, total_shown
from scraper.house import FoundId
from scraper.ledger.options import Options as LedgerOptions
from scraper.page import Page
from scraper.refusal.rules import refusal
from scraper.sites.lists import HouseList, Lists
from spiders.answer import outcome_of, page_of, reason_of, standing_of
from spiders.compared import Compared, Doubted
from spiders.site import SiteSpider

EMPTY: Final = frozenset({404, 410})
"""What some sites answer for a part of a list that has no house."""
DEEPEST: Final = 3
"""Indexes of sitemaps inside each other that are followed; the protocol knows one."""


class IdsSpider(SiteSpider):
    """`scrapy crawl ids -a site=S [-a where=a,b]`."""

    name = "ids"

    def __init__(self, site: str, where: str = "", **kwargs: Any) -> None:
        super().__init__(site, **kwargs)
        self.where = [entry.strip() for entry in where.split(",") if entry.strip()] or None
        self.lists = Lists(self.site.search.split)
        self._most = self._maps = 0
        self._compared = Compared()

    async def start(self) -> AsyncIterator[Request]:
        """The first page of each entry of the search."""
        self._most = LedgerOptions.from_settings(self.settings).list_pages
        for where, url in self.site.search_urls(self.where):
            yield self._page(url, self.lists.begin(where, url), 0)

    def _page(self, url: str, listed: HouseList, position: int) -> Request:
        mode = "browser" if listed.rendered else first_mode(self.site.render.mode)
        if is_sitemap_address(url) and not listed.rendered:
            mode = "http"  # data, of which a browser makes a page of its own
        listed.asked.add(url)
        place = {"listed": listed, "position": position}
        return self.ask(
            url, "search", mode, {}, callback=self.parse, errback=self.failed, cb_kwargs=place
        )

    def parse(self, response: Response, listed: HouseList, position: int) -> Iterator[Request]:
        """Keep the IDs of a page and go to the next, until a page brings no new one."""
        page, meta = page_of(response), response.meta
        yield from self._whole(self._read(page, meta, listed, position), page.url, listed)

    def _whole(self, steps: Iterator[Request], url: str, listed: HouseList) -> Iterator[Request]:
        try:
            yield from steps
        except Exception as error:  # a list that was not read is not complete
            self.logger.exception("reading %s failed", url)
            reason = f"{fault_of(error)}, while reading"
            self._stop(listed.where, url, "failed", reason)

    def _read(
        self, page: Page, meta: dict[str, Any], listed: HouseList, position: int
    ) -> Iterator[Request]:
        if page.status < 300 and (named := read_sitemap(page)) is not None:
            self.egress.good(meta)
            yield from self._of_sitemap(page, meta, named, listed)
            return
        if refused := refusal(page):
            yield from self._refused(page, meta, listed, position, refused.reason)
            return
        self.egress.good(meta)
        if page.status in EMPTY and listed.above is not None and not listed.pages:
            return
        if problem := self._problem(page, meta, listed):
            self._stop(listed.where, page.url, *problem)
            return
        search = self.site.search
        found = house_links(page, search.id, listed.where, position, self.site.house.url)
        total = total_shown(page, len(found))
        if self._again(page, listed, found, total):
            listed.rendered = True
            yield self._page(page.url, listed, position)
            return
        if (url := self._compared.with_(page, listed, found, total)) is not None:
            yield self._compare(url, Doubted(page, standing_of(meta), listed, position))
            return
        yield from self._go_on(page, listed, position, found)

    def _of_sitemap(
        self, page: Page, meta: dict[str, Any], named: Sitemap, listed: HouseList
    ) -> Iterator[Request]:
        """Keep the IDs of a sitemap; ask for the sitemaps of an index, each a list of its own."""
        reserved = self.reserved(self.signals(page, meta), "search")
        if reserved or named.fault:
            kind = "denied" if reserved else "failed"
            self._stop(listed.where, page.url, kind, reserved or named.fault)
            return
        links = sitemap_links(named, self.site.search.id, listed.where, self.site.house.url)
        self.book.add_ids(self.site.name, links, len(links))
        self.lists.read(listed, (), None)
        self._note_end(listed, page.url, "last_page")
        wanted = re.compile(self.site.search.sitemaps or "")
        urls = [url for url, _ in named.maps if wanted.search(url)]
        if urls and listed.depth >= DEEPEST:
            reason = f"an index of sitemaps, {DEEPEST} others above it"
            self._stop(listed.where, page.url, "deep", reason)
            return
        for one in self.lists.below(listed, urls):
            self._maps += 1
            if self._maps > self._most:
                reason = f"names more than {self._most} sitemaps"
                self._stop(listed.where, page.url, "endless", reason)
                return
            yield self._page(one.url, one, 0)

    def _compare(self, url: str, doubted: Doubted) -> Request:
        mode = "browser" if doubted.listed.rendered else first_mode(self.site.render.mode)
        asking = {"callback": self.compare, "errback": self.uncompared}
        return self.ask(url, "search", mode, {}, **asking, cb_kwargs={"doubted": doubted})

    def compare(self, response: Response, doubted: Doubted) -> Iterator[Request]:
        """Judge a page without houses by one that had some, asked for once more."""
        steps = self._judge(page_of(response), response.meta, doubted)
        yield from self._whole(steps, doubted.page.url, doubted.listed)

    def _judge(self, page: Page, meta: dict[str, Any], doubted: Doubted) -> Iterator[Request]:
        listed, search, refused = doubted.listed, self.site.search, refusal(page)
        found = house_links(page, search.id, "", 0, self.site.house.url)
        if refused is None and (found or page.status >= 400):
            self.egress.good(meta)
            if standing_of(meta) != doubted.by:  # this says nothing of the other address
                yield self._page(doubted.page.url, listed, doubted.position)
                return
            self._compared.is_well()
            yield from self._go_on(doubted.page, listed, doubted.position, [])
            return
        reason = refused.reason if refused else f"no houses on {page.url} any more"
        if self.egress.refused(meta, page.url, reason, sure=True) or self.book.stopping:
            self._stop(listed.where, doubted.page.url, "refused", reason)
        else:
            yield self._page(doubted.page.url, listed, doubted.position)

    def uncompared(self, failure: Failure) -> Iterator[Request]:
        """Leave a page without houses at that, where there is nothing to judge it by."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        self.egress.nothing(request.meta)
        doubted: Doubted = request.cb_kwargs["doubted"]
        yield from self._go_on(doubted.page, doubted.listed, doubted.position, [])

    def _go_on(
        self, page: Page, listed: HouseList, position: int, found: list[FoundId]
    ) -> Iterator[Request]:
        """Keep what a page lists, and go to the next."""
        search = self.site.search
        total = total_shown(page, len(found))
        new = [link for link in found if link.house_id not in listed.found]
        self.book.add_ids(self.site.name, new, len(found))
        self._compared.read(page.url, len(found))
        self.lists.read(listed, [link.house_id for link in new], total)
        following = next_url(page, search.next)
        end = self._end(listed, new, following)
        if following and not end:
            yield self._page(following, listed, position + len(found))
            return
        self._note_end(listed, page.url, end)
        if end != "endless":
            yield from (self._page(one.url, one, 0) for one in self.lists.ended(listed))

    def _end(self, listed: HouseList, new: Sequence[FoundId], following: str | None) -> str:
        """How a list ends with a page: a word of the stat; empty where it goes on."""
        if not following:
            return "last_page"
        if not new:
            return "nothing_new"
        if following in listed.asked:
            return "circle"
        if self.lists.is_over(listed):
            return "cut_off"
        return "endless" if listed.pages >= self._most else ""

    def _note_end(self, listed: HouseList, url: str, end: str) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(names.STAT_LISTS.format(end=end))
        if end == "endless":
            self._stop(listed.where, url, end, f"still new IDs on its page number {listed.pages}")
        elif end in ("nothing_new", "circle"):
            self.logger.info("the list %s is left at %s: %s", listed.where, url, end)

    def _again(
        self, page: Page, listed: HouseList, found: list[FoundId], total: Total | None
    ) -> bool:
        """Whether a page without houses is to be asked for by the browser: not an empty part."""
        if found or total is not None or listed.above is not None:
            return False
        return next_mode(page.fetch_mode, self.site.render.mode, ["house links"]) is not None

    def failed(self, failure: Failure) -> None:
        """Note a search page that has no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        self.egress.nothing(request.meta)
        kind = "denied" if outcome_of(failure)[0] == "denied" else "failed"
        where = request.cb_kwargs["listed"].where
        self._stop(where, request.meta[names.ASKED], kind, reason_of(failure))

    def _refused(
        self, page: Page, meta: dict[str, Any], listed: HouseList, position: int, reason: str
    ) -> Iterator[Request]:
        """The same page again, by an address that is not refused; else the list ends there."""
        if self.egress.refused(meta, page.url, reason) or self.book.stopping:
            self._stop(listed.where, page.url, "refused", reason)
        else:
            yield self._page(page.url, listed, position)

    def _problem(
        self, page: Page, meta: dict[str, Any], listed: HouseList
    ) -> tuple[str, str] | None:
        what = f"HTTP {page.status}" if page.status >= 400 else ""
        if listed.depth and (page.status in EMPTY or not what):
            what = what or "no sitemap"
            return "failed", f"{what}, but an index names it: leave it out by [search] sitemaps"
        if what:
            return "failed", what
        reason = self.reserved(self.signals(page, meta), "search")
        return ("denied", reason) if reason else None

    def _stop(self, where: str, url: str, kind: str, reason: str) -> None:
        """An entry of the search that could not be read to its end."""
        self.book.stopped_entries.append((kind, f"{where or 'search'}: {url}: {reason}"))
        self.logger.warning("%s page of %s: %s (%s)", kind, where or "search", url, reason)
