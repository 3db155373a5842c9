"""A few pages, fetched as a crawl would, where one page decides which is asked for next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper.gate.middleware import RequestDenied
from scraper.guard import Kind
from scraper.page import FetchMode, Page
from scraper.sites.model import Site
from spiders.answer import page_of, reason_of
from spiders.page import PageSpider


@dataclass(frozen=True, slots=True)
class Ask:
    """A page to ask for."""

    url: str
    kind: Kind
    """`search` or `house`."""
    mode: FetchMode = "http"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no page."""

    reason: str
    denied: bool
    """Whether a rule forbids to ask for it."""


Answered = Callable[[Ask, Page | NoAnswer], Iterable[Ask]]
"""Told of each answer; says what to ask for next."""


class PagesSpider(PageSpider):
    """Used by `housecrawl new-site`; keeps nothing."""

    name = "pages"

    def __init__(self, site: Site, first: Sequence[Ask], answered: Answered) -> None:
        super().__init__("", site, "http", lambda _: None)
        self._first, self._answered = first, answered

    async def start(self) -> AsyncIterator[Request]:
        """The pages that are known from the start."""
        for one in self._first:
            yield self._request(one)

    def _request(self, one: Ask) -> Request:
        return self.ask(
            one.url,
            one.kind,
            one.mode,
            {},
            callback=self.take,
            errback=self.give_up,
            cb_kwargs={"asked": one},
        )

    def take(self, response: Response, asked: Ask) -> Iterator[Request]:
        """Hand a page over, and ask for what it leads to."""
        self.egress.nothing(response.meta)
        yield from map(self._request, self._answered(asked, page_of(response)))

    def give_up(self, failure: Failure) -> Iterator[Request]:
        """Hand over why there is no page."""
        asked: Ask = failure.request.cb_kwargs["asked"]  # type: ignore[attr-defined]  # set by Scrapy
        said = NoAnswer(reason_of(failure), isinstance(failure.value, RequestDenied))
        yield from map(self._request, self._answered(asked, said))
