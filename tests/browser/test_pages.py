"""Places for pages, contexts that are replaced, memory that is watched."""

import asyncio
from contextlib import suppress

import psutil
import pytest
from playwright.async_api import Error

from scraper.browser import chromium as chromium_module
from scraper.browser import contexts as contexts_module
from scraper.browser import pages as pages_module
from scraper.browser.pages import StoppingError
from scraper.browser.watching import held
from tests.browser.conftest import until


async def test_contexts_are_replaced_and_pages_stay_good(browser, stats, show, opened) -> None:
    pages, contexts, texts = browser(pages_per_context=4), set(), []
    url = show("/page", "<h1>good</h1>")

    async def one() -> None:
        async with opened(pages, url) as tab:
            contexts.add(tab.lot.context)
            texts.append(await tab.page.text_content("h1"))

    await asyncio.gather(*(one() for _ in range(18)))
    assert texts == ["good"] * 18
    assert len(contexts) == 5
    await until(lambda: len(pages._chromium.browser.contexts) == 1)
    await pages.close()
    assert stats["browser/contexts"] == 5
    assert stats["browser/pages"] == 18


async def test_a_browser_that_grew_is_replaced_between_pages(browser, stats, show, opened) -> None:
    pages, url = browser(memory=500), show("/page", "<h1>good</h1>")
    heavy = "window.all = Array.from({length: 15}, () => new Uint8Array(1e7).fill(7)); 0"
    async with opened(pages, url) as one, opened(pages, url) as two:
        first = one.chromium
        for tab in (one, two):
            await tab.page.evaluate(heavy)
        await until(lambda: stats.get("browser/recycled"))
        assert await two.page.text_content("h1") == "good", "pages under way are not disturbed"
    async with opened(pages, url) as tab:
        assert tab.chromium is not first
    assert not first.alive
    assert stats["browser/recycled"] == 1
    assert stats["browser/started"] == 2


async def test_no_more_pages_than_places_even_after_crashes(browser, show, opened) -> None:
    """A page that crashes and is closed then must not count for two places (or none)."""
    pages, url = browser(pages=2), show("/page", "<h1>good</h1>")
    most = now = 0
    together, crashed = asyncio.Event(), asyncio.Event()

    async def one(number: int) -> None:
        nonlocal most, now
        async with opened(pages, url):
            now += 1
            most = max(most, now)
            try:
                if now == 2:
                    together.set()
                await together.wait()
                if number == 3:
                    for process in psutil.Process().children(recursive=True):
                        with suppress(psutil.Error):  # one that has gone meanwhile
                            if "--type=renderer" in process.cmdline():
                                process.kill()
                    await crashed.wait()  # until the page's time ends, as its process has
                await asyncio.sleep(0.05)  # a third that may come in had time for it
            finally:
                now -= 1

    told = await asyncio.gather(*(one(number) for number in range(10)), return_exceptions=True)
    assert isinstance(told[3], Error)
    assert sum(isinstance(one, Error) for one in told) < 5, "pages after it are good"
    assert most == 2
    await until(lambda: pages._room._value == 2)


async def test_a_stopped_crawl_does_not_wait_for_a_page(browser, show, monkeypatch) -> None:
    monkeypatch.setattr(pages_module, "GRACE", 1)
    stopped = False
    pages = browser(stopping=lambda: stopped, deadline=200)
    url = show("/slow", fault="hang")

    async def visit() -> None:
        nonlocal stopped
        async with pages.lend("default", {}) as tab:
            stopped = True
            await tab.page.goto(url)

    async with asyncio.timeout(60):
        with pytest.raises(StoppingError):
            await visit()
        with pytest.raises(StoppingError):
            await visit()


async def test_a_hung_browser_is_killed_when_it_ends(browser, show, opened, monkeypatch) -> None:
    monkeypatch.setattr(chromium_module, "CLOSING", 1)
    pages = browser()
    async with opened(pages, show("/page", "<h1>x</h1>")) as tab:
        chromium = tab.chromium
    children = psutil.Process().children(recursive=True)
    main = chromium._process
    main.suspend()
    async with asyncio.timeout(60):
        await pages.close()
    gone, alive = psutil.wait_procs(children, timeout=30)
    assert main in gone
    assert [one for one in alive if "chrom" in one.name()] == []


async def test_what_a_browser_holds(browser, show, opened) -> None:
    async with opened(browser(), show("/page", "<h1>x</h1>")) as tab:
        before = held(tab.chromium.root)
        await tab.page.evaluate("window.all = new Uint8Array(1e8).fill(7); 0")
        after = held(tab.chromium.root)
    assert 50 < before.total < 600
    assert 80 < after.largest - before.largest < 130
    assert 80 < after.total - before.total < 140


async def test_a_page_that_is_handed_on_keeps_its_place_until_it_is_closed(
    browser, show, opened
) -> None:
    pages, url = browser(pages=1), show("/page", "<h1>x</h1>")
    async with opened(pages, url) as tab:
        tab.kept = True
    assert pages._room.locked()
    assert await tab.page.text_content("h1") == "x"
    await tab.page.close()
    await until(lambda: pages._room._value == 1)


async def test_a_page_that_is_used_again_holds_no_old_documents(browser, show, opened) -> None:
    pages, url = browser(pages=1), show("/page", "<h1>x</h1>")
    for _ in range(2 * contexts_module.TIDY):
        async with opened(pages, url) as tab:
            tab.clean = True
        await until(lambda: not pages._room.locked())
    async with pages.lend("default", {}) as tab:
        counted = await tab.reused.session.send("Memory.getDOMCounters")
    assert tab.reused.served >= 2 * contexts_module.TIDY, "one page served all"
    assert counted["documents"] < contexts_module.TIDY + 2


async def test_what_playwright_switches_on_and_off_stays_so(browser) -> None:
    """Chromium takes the last list of features alone, which is ours."""
    async with browser().lend("default", {}) as tab:
        given = tab.chromium._process.cmdline()
    for flag, ours in {
        "--disable-features=": {"RenderDocument"},
        "--enable-features=": set(),
    }.items():
        lists = [set(one[len(flag) :].split(",")) for one in given if one.startswith(flag)]
        assert len(lists) == 2, "theirs and ours"
        assert lists[0] | ours <= lists[1]
