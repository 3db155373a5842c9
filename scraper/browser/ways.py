"""By which way each house is asked for: the cheapest that is known to give what the page says.

Plain HTTP first, where it may do. What it does not do for is rendered, a few houses, while what
their scripts are answered is kept; if the facts came by a request that can be made without a
browser, further houses are asked for in both ways, and where both say the same the browser is no
longer needed. A sample is rendered for as long as that goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final, Protocol

from scraper import names
from scraper.browser.choice import Render
from scraper.browser.learning import Extract, Rendered, learn_recipe
from scraper.browser.memory import SKIPPED, Memory
from scraper.browser.reading import difference
from scraper.browser.recipe import Recipe
from scraper.browser.trip import Trip
from scraper.facts import Extraction
from scraper.page import FetchMode, Page

logger = logging.getLogger(__name__)

GOALS: Final = (4, 6, 8)
"""Houses that are learned from: at first, and where that was not enough."""
CHECKS: Final = 3
"""Houses for which both ways have to agree."""
MOST: Final = 12
"""Houses rendered at most until it is decided."""
MANY: Final = 30
"""Houses that the data did not do for, from which it is asked whether they are most."""
STRIKES: Final = 3
"""Houses in a row whose data do not come, after which that way counts as lost."""
TRIES: Final = 3
"""Times in a crawl that it is learned."""
EARLY: Final = frozenset({10, 30, 100})
"""A new way is looked at sooner than an old one: numbers of houses after which it is checked."""
AGAIN: Final = 50
"""Then plain HTTP is tried for one house in so many."""
_LOST: Final = 120.0
"""Seconds after which a house that was to be rendered is not waited for."""


class Stats(Protocol):
    """What counts: Scrapy's collector."""

    def inc_value(self, key: str, count: int = 1) -> None:
        """Add to a figure."""


class Ways:
    """What is known of the house pages of a site, and what is being found out."""

    def __init__(
        self, memory: Memory, render: Render, extract: Extract, stats: Stats, every: int
    ) -> None:
        """`every`: one house in so many is rendered to see whether the data still agree."""
        self.memory, self._render, self._extract = memory, render, extract
        self._stats, self._every = stats, every
        self._changed = asyncio.Event()
        self._tickets: dict[Trip, float] = {}
        self._asked = self._read = self._unknown = 0
        self._tries = 1
        self._strikes = 0
        self.doubted: list[Trip] = []
        """Houses whose data were read since both ways last agreed, once they no longer do."""
        self._trusted: list[tuple[int, Trip]] = []
        self._begin()

    def _begin(self) -> None:
        self._examples: list[Rendered] = []
        self._candidate: Recipe | None = None
        self._goal = self._agreed = self._rendered = 0

    def first(self) -> FetchMode:
        """The way to ask for a house first."""
        self._asked += 1
        if self._render in ("never", "always"):
            return "browser" if self._render == "always" else "http"
        memory, recipe = self.memory, self.memory.recipe
        if memory.phase == "data" and recipe is not None:
            return "http" if recipe.needs_page else "data"
        skip = memory.lacking >= SKIPPED and self._asked % AGAIN
        return "browser" if skip and memory.phase == "browser" else "http"

    def after_http(self, trip: Trip, page: Page, said: Extraction, *, lacks: bool) -> FetchMode:
        """The way to go on by once the page is there; "http" where it does."""
        if self._render == "never" or not (lacks or self._render == "data"):
            self.memory.lacking = 0
            return "http"
        self.memory.lacking += 1
        trip.shell, trip.shell_said = page, said
        if self.memory.phase == "data" and (not trip.failed or self._renewed(trip, page)):
            return "data"
        return "browser"

    def _renewed(self, trip: Trip, page: Page) -> bool:
        """Whether a house is worth another request, since the page's words are others by now."""
        recipe = self.memory.recipe
        if trip.fresh or recipe is None:
            return False
        trip.fresh = True
        words = {k: v for one in recipe.sources for k, v in one.address.fresh(page.text).items()}
        old = {
            p.token.before: p.fixed
            for one in recipe.sources
            for p in one.address.tokens()
            if p.token
        }
        if not any(self.memory.words.get(k, old.get(k)) != v for k, v in words.items()):
            return False
        self.memory.words |= words
        trip.failed, trip.bodies = "", []
        logger.info("%s: the data are asked for with the page's new words", self.memory.site)
        return True

    async def turn(self, trip: Trip, stopping: Callable[[], bool]) -> FetchMode:
        """Wait until a house may be rendered, or need not be: by which way then."""
        while self._render not in ("always", "never"):
            if trip.ticket or self.memory.phase != "open":
                break
            if self._room(trip):
                trip.ticket = trip.watch = True
                self._tickets[trip] = monotonic()
                if self._candidate is not None and not trip.failed:
                    return "data"
                self._rendered += 1
                return "browser"
            if stopping():
                return "browser"
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), 1.0)
            self._give_up_lost()
        if self.memory.phase == "data" and not trip.failed and trip.said is None:
            return "data"
        trip.watch = self.memory.phase != "browser" and self._render != "always"
        self._rendered += self.memory.phase == "open"
        return "browser"

    def _room(self, trip: Trip) -> bool:
        """Whether one more house is to be rendered in order to learn."""
        now = len(self._tickets)
        if self._candidate is not None and not trip.failed:
            return now + self._agreed < CHECKS and self._rendered + now < MOST
        wanted = now + len(self._examples) < GOALS[self._goal]
        return (wanted or bool(trip.failed)) and self._rendered + now < MOST

    @property
    def recipe(self) -> Recipe | None:
        """What data are asked for by: what is known, or what is being tried."""
        return self.memory.recipe if self.memory.phase == "data" else self._candidate

    def data_read(self, trip: Trip, said: Extraction) -> bool:
        """Note that the data did; whether the house is to be rendered all the same."""
        self._strikes = 0
        if self.memory.phase != "data":
            trip.said = said
            return True
        self._read += 1
        self._count("read")
        if self._every and (self._read in EARLY or self._read % self._every == 0):
            trip.said, trip.number = said, self._read
            return True
        self._trusted.append((self._read, trip))
        return False

    def data_failed(self, trip: Trip, why: str, *, unknown: bool) -> None:
        """Note that the data did not do: not understood (`unknown`), or not had at all."""
        trip.failed, trip.said = why, None
        self._count("unknown" if unknown else "failed")
        if unknown:
            self._unknown += 1
            if self.memory.phase == "data" and self._unknown > max(MANY, self._read):
                self._conclude("browser", f"most houses have something new: {why}")
            return
        if self.memory.phase == "open" and trip.ticket:
            self._conclude("browser", f"the data are not had without a browser: {why}")
        elif self.memory.phase == "data":
            self._strikes += 1
            if self._strikes >= STRIKES:
                self._lose(f"{self._strikes} houses in a row: {why}")

    def rendered(self, trip: Trip, page: Page, said: Extraction) -> None:
        """Learn from a house that was rendered and read."""
        if not trip.watch:
            return
        unlike = difference(trip.said, said) if trip.said is not None else ""
        if trip.said is not None:
            self._count("unlike" if unlike else "checked")
        if self.memory.phase == "data" and trip.said is not None:
            if unlike:
                self.doubted += [one for _, one in self._trusted]
                self._lose(f"{trip.url}: {unlike}")
            else:
                # What was read after this house was asked for is not yet confirmed.
                self._trusted = [one for one in self._trusted if one[0] > trip.number]
            return
        house = Rendered(
            trip.house_id, page, said, trip.seen, trip.shell, trip.shell_said, trip.signalled
        )
        self._examples = [*self._examples[-24:], house]
        self._tickets.pop(trip, None)
        self._agreed += trip.said is not None and not unlike
        if self.memory.phase == "open":
            self._find_out(new=bool(unlike or trip.failed))
        elif len(self._examples) % GOALS[0] == 0:
            self._learn_more()

    def done(self, trip: Trip) -> None:
        """A house has its outcome."""
        if self._tickets.pop(trip, None) is not None and self.memory.phase == "open":
            self._decide_late()
        self._changed.set()

    def _find_out(self, *, new: bool) -> None:
        """Learn, where there is enough to learn from and no candidate that holds."""
        enough = len(self._examples) >= GOALS[self._goal]
        if (self._candidate is None and enough) or (self._candidate is not None and new):
            found = learn_recipe(self._examples, self._extract)
            if isinstance(found, Recipe):
                self._candidate = found
            else:
                self._candidate, self.memory.why = None, found
                self._goal += 1
                while self._goal < len(GOALS) and GOALS[self._goal] <= len(self._examples):
                    self._goal += 1
                if self._goal == len(GOALS):
                    self._conclude("browser", found)
                    return
        self._decide_late()

    def _decide_late(self) -> None:
        """Decide where both ways agreed often enough, or where there is nothing left to try."""
        if self._candidate is not None and self._agreed >= CHECKS:
            made = self._candidate.sources[0].address.root
            self._conclude("data", f"asked of {made}: agreed with the page {self._agreed} times")
        elif self._rendered >= MOST and not self._tickets:
            why = self.memory.why or "the data and the pages did not agree often enough"
            if not self._examples:
                why = "no page could be read, so there was nothing to learn from"
            self._conclude("browser", why)

    def _learn_more(self) -> None:
        found = learn_recipe(self._examples, self._extract)
        if isinstance(found, Recipe):
            self.memory.recipe = found

    def _conclude(self, phase: str, why: str) -> None:
        if phase == "data":
            self.memory.recipe, self.memory.words = self._candidate, {}
            self.memory.settle("data", why)
            self._count("learned")
            logger.info("%s: houses are read from their data, %s", self.memory.site, why)
        else:
            self.memory.settle("browser", why)
            logger.info("%s: houses are rendered: %s", self.memory.site, why)
        self._read = self._unknown = 0
        self._tickets = {}
        self._changed.set()

    def _lose(self, why: str) -> None:
        """The data no longer do: the browser, and learn again."""
        logger.warning(
            "%s: the data no longer do (%s): the browser is used until they are learned again",
            self.memory.site,
            why,
        )
        self._count("lost")
        self._trusted, self._strikes, self._tries = [], 0, self._tries + 1
        self.memory.settle("open" if self._tries <= TRIES else "browser", f"lost: {why}")
        self._begin()
        self._changed.set()

    def _give_up_lost(self) -> None:
        """A house of which nothing is heard any more is not waited for."""
        early = monotonic() - _LOST
        self._tickets = {trip: at for trip, at in self._tickets.items() if at > early}

    def _count(self, event: str) -> None:
        self._stats.inc_value(names.STAT_DATA.format(event=event))
