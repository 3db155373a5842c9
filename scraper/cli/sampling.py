"""The pages that a new site is drafted from, asked for through the gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess

from scraper.browser.choice import next_mode
from scraper.cli.given import given_settings
from scraper.errors import IncompleteError, PolicyError, UsageError
from scraper.extract.kind import missing
from scraper.gate.options import Options as GateOptions
from scraper.page import Page
from scraper.refusal.rules import refusal
from scraper.sites.draft import Sample, find_ids, no_links, read_sample
from scraper.sites.draft_ids import IdRule
from scraper.sites.model import HousePage, Search, Site
from spiders.pages import Ask, NoAnswer, PagesSpider

_SAME: Final = (
    "address",
    "city",
    "listed_price",
    "sold_price",
    "living_area_sqft",
    "lot_size_sqft",
)
"""Columns that tell whether two pages show the same house."""


def sample_site(
    search: str, houses: Sequence[str], settings: Sequence[str]
) -> tuple[Page, list[Sample], IdRule]:
    """The search page, the houses and the ID rule that holds for them.

    Raises UsageError where the pages are not what they have to be, PolicyError where robots.txt
    denies one, IncompleteError where one does not come. One call a process: Twisted's reactor runs
    once.
    """
    for url in (search, *houses):
        if not urlsplit(url).hostname:
            raise UsageError(f'"{url}" is no address: expected one like https://homes.example/sold')
    site = Site("new", Search(tuple(dict.fromkeys([search, *houses])), ""), HousePage(houses[0]))
    scrapy = given_settings(settings)
    GateOptions.from_settings(scrapy).refuse_anonymous(public=site.is_public)
    sampling = Sampling(search, houses)
    process = AsyncCrawlerProcess(scrapy)
    process.crawl(PagesSpider, site=site, first=sampling.first, answered=sampling.answered)
    process.start()
    return sampling.result()


class Sampling:
    """What has been asked for, what came, and what is still needed."""

    def __init__(self, search: str, houses: Sequence[str]) -> None:
        self._search, self._houses = search, tuple(dict.fromkeys(houses))
        self._pages: dict[str, Page] = {}
        self._failed: dict[str, NoAnswer] = {}
        self._samples: list[Sample] = []
        self._ids: IdRule | None = None
        self._open = 1 + len(self._houses)
        self._shorter: Sample | None = None
        self._rendered = False

    @property
    def first(self) -> list[Ask]:
        """The pages that the user named."""
        return [Ask(self._search, "search"), *(Ask(url, "house") for url in self._houses)]

    def answered(self, asked: Ask, answer: Page | NoAnswer) -> Iterator[Ask]:
        """Keep an answer; the pages that it shows to be needed."""
        if asked.url not in (self._search, *self._houses):
            self._try(answer)
            return
        if isinstance(answer, NoAnswer):
            self._failed[asked.url] = answer
        else:
            self._pages[asked.url] = answer
            if asked.kind == "house" and self._lacks(answer):
                yield replace(asked, mode="browser")
                return
        self._open -= 1
        if not self._open and not self._failed:
            yield from self._found()

    def _lacks(self, page: Page) -> bool:
        """Whether a house is to be asked for by the browser."""
        if page.status >= 400 or refusal(page):
            return False
        lacking = missing(read_sample(page).extraction.best)
        return next_mode(page.fetch_mode, "auto", lacking) is not None

    def _found(self) -> Iterator[Ask]:
        """All pages are there: find the IDs; ask once more where the search page has none."""
        self._samples = [read_sample(self._pages[url]) for url in self._houses]
        search = self._pages[self._search]
        self._ids = find_ids(search, self._samples)
        if self._ids is None and not self._rendered and search.status < 400:
            self._rendered, self._open = True, 1
            yield Ask(self._search, "search", "browser")
        elif self._ids is not None and self._ids.shorter is not None:
            short, mode = self._ids.shorter, self._samples[0].page.fetch_mode
            yield Ask(short.url.replace("{id}", short.ids[0]), "house", mode)

    def _try(self, answer: Page | NoAnswer) -> None:
        if isinstance(answer, Page) and answer.status == 200 and not refusal(answer):
            self._shorter = read_sample(answer)

    def result(self) -> tuple[Page, list[Sample], IdRule]:
        """Everything, or the error that says what is wrong with the pages."""
        for url, failure in self._failed.items():
            if failure.denied:
                raise PolicyError(f"{url} may not be asked for: {failure.reason}")
            raise IncompleteError(f"{url} could not be read: {failure.reason}")
        for url, page in self._pages.items():
            if refused := refusal(page):
                raise PolicyError(f"{url} was refused: {refused.reason}; wait, then run it again")
            if page.status >= 400:
                raise UsageError(
                    f"{url} answered HTTP {page.status}: expected a page that is there"
                )
        if len(self._pages) < 1 + len(self._houses):
            raise IncompleteError(f"{self._search} could not be read: no answer")
        if self._ids is None:
            raise no_links(self._pages[self._search], self._houses[0])
        for one in self._samples:
            if len(missing(one.row)) > 1 and "address" in missing(one.row):
                raise UsageError(f"{one.page.url}: no house could be read from it")
        return self._pages[self._search], self._samples, self._best()

    def _best(self) -> IdRule:
        """The rule without words, where the site answers to it with the same house."""
        assert self._ids is not None
        if self._shorter is None or self._ids.shorter is None:
            return self._ids
        given = self._samples[0].row
        same = all(given.get(name) == self._shorter.row.get(name) for name in _SAME)
        return self._ids.shorter if same and not missing(self._shorter.row) else self._ids
