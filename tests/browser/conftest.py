"""A real Chromium inside the test's own event loop, and pages made for one test."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from scraper.browser.asking import Outside
from scraper.browser.find import launch_options
from scraper.browser.options import Options
from scraper.browser.pages import Pages
from scraper.demo.server import Answer
from scraper.demo.site import DemoSite
from scraper.guard import Verdict


async def until(ready: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110  # a log, a process: none of them has an event
            await asyncio.sleep(0.02)


class Counted(dict[str, Any]):
    """Stands in for Scrapy's stats."""

    def inc_value(self, key: str, count: int = 1) -> None:
        self[key] = self.get(key, 0) + count

    def max_value(self, key: str, value: Any) -> None:
        self[key] = max(self.get(key, value), value)


class Rules:
    """Stands in for the gate: nothing under /private, and everything it was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open = False

    async def __call__(self, url: str) -> Verdict:
        self.asked.append(url)
        return Verdict(self.open or "/private" not in url, "rule", "robots.txt: /private")


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def stats() -> Counted:
    return Counted()


@pytest.fixture
async def browser(rules: Rules, stats: Counted) -> AsyncIterator[Callable[..., Pages]]:
    """Pages of a browser with these options; it ends with the test."""
    started: list[Pages] = []

    def start(stopping: Callable[[], bool] = lambda: False, **values: Any) -> Pages:
        options = Options(**values)
        launch = lambda: launch_options(options, root=True, public=False)  # noqa: E731
        started.append(Pages(options, launch, Outside(rules), stats, stopping))
        return started[-1]

    yield start
    for pages in started:
        await pages.close()


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(houses=4) as running:
        yield running


@pytest.fixture
def show(site: DemoSite) -> Callable[..., str]:
    """Puts a page on the site and gives its address."""

    def put(path: str, body: str = "", **answer: Any) -> str:
        site.override(path, lambda _: Answer(body.encode(), **answer))
        return site.url + path

    return put


@pytest.fixture
def opened() -> Callable[..., Any]:
    """Opens a page and goes to an address."""

    @asynccontextmanager
    async def go(pages: Pages, url: str, name: str = "default") -> AsyncIterator[Any]:
        async with pages.lend(name, {"user_agent": "tests/1"}) as tab:
            await tab.page.goto(url)
            yield tab

    return go
