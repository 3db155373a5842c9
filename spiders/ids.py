"""Stage 1, the ID list: every search page of a site, and the house IDs on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper import names
from scraper.browser.choice import first_mode, next_mode
from scraper.extract.search import house_links, next_url
from scraper.gate.middleware import RequestDenied
from scraper.page import Page
from scraper.refusal.rules import refusal
from spiders.answer import page_of, reason_of
from spiders.site import SiteSpider


class IdsSpider(SiteSpider):
    """`scrapy crawl ids -a site=S [-a where=a,b]`."""

    name = "ids"

    def __init__(self, site: str, where: str = "", **kwargs: Any) -> None:
        super().__init__(site, **kwargs)
        self.where = [entry.strip() for entry in where.split(",") if entry.strip()] or None
        self._seen: dict[str, set[str]] = defaultdict(set)
        self._pages: dict[str, set[str]] = defaultdict(set)

    async def start(self) -> AsyncIterator[Request]:
        """The first page of each entry of the search."""
        for where, url in self.site.search_urls(self.where):
            yield self._page(url, where, 0)

    def _page(self, url: str, where: str, position: int, *, again: bool = False) -> Request:
        mode = "browser" if again else first_mode(self.site.render.mode)
        self._pages[where].add(url)
        place = {"where": where, "position": position}
        return self.ask(
            url, "search", mode, {}, callback=self.parse, errback=self.failed, cb_kwargs=place
        )

    def parse(self, response: Response, where: str, position: int) -> Iterator[Request]:
        """Keep the IDs of a page and go to the next, until a page brings no new one."""
        page = page_of(response)
        try:
            yield from self._read(page, where, position)
        except Exception as error:  # a list that was not read is not complete
            self.logger.exception("reading %s failed", page.url)
            self._stop(where, page.url, "failed", f"{type(error).__name__} while reading: {error}")

    def _read(self, page: Page, where: str, position: int) -> Iterator[Request]:
        if problem := self._problem(page):
            self._stop(where, page.url, *problem)
            return
        pattern = self.site.search.id
        found = house_links(page, pattern, where, position, self.site.house.url)
        missing = [] if found else ["house links"]
        if not found and next_mode(page.fetch_mode, self.site.render.mode, missing):
            yield self._page(page.url, where, position, again=True)
            return
        new = [link for link in found if link.house_id not in self._seen[where]]
        self._keep(where, new, len(found))
        following = next_url(page, self.site.search.next)
        if new and following and following not in self._pages[where]:
            yield self._page(following, where, position + len(found))

    def failed(self, failure: Failure) -> None:
        """Note a search page that has no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        denied = isinstance(failure.value, RequestDenied)
        kind = "denied" if denied else "failed"
        self._stop(request.cb_kwargs["where"], request.meta[names.ASKED], kind, reason_of(failure))

    def _keep(self, where: str, new: list[Any], listed: int) -> None:
        self._seen[where].update(link.house_id for link in new)
        self.book.add_ids(self.site.name, new, listed)

    def _problem(self, page: Page) -> tuple[str, str] | None:
        if refused := refusal(page):
            return "refused", refused.reason
        if page.status >= 400:
            return "failed", f"HTTP {page.status}"
        return None

    def _stop(self, where: str, url: str, kind: str, reason: str) -> None:
        """An entry of the search that could not be read to its end."""
        self.book.stopped_entries.append((kind, f"{where or 'search'}: {url}: {reason}"))
        self.logger.warning("%s page of %s: %s (%s)", kind, where or "search", url, reason)
