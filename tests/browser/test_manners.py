"""What pages do to people — windows, questions, downloads, printing — does not hold a crawl."""

import asyncio

import pytest
from playwright.async_api import Error

from scraper.browser import contexts, find
from tests.browser.conftest import until


async def settled(tab, script: str) -> object:
    async with asyncio.timeout(60):
        await tab.page.wait_for_load_state("networkidle")
        return await tab.page.evaluate(script)


async def test_questions_are_answered_with_no(browser, show, opened) -> None:
    url = show(
        "/asks",
        "<script>alert(1); window.said = [confirm('?'), prompt('?')];"
        "addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'stay' })"
        "</script>",
    )
    async with opened(browser(), url) as tab:
        await tab.page.mouse.click(5, 5)  # without it a page may not ask before it goes
        assert await settled(tab, "window.said") == [False, None]
        async with asyncio.timeout(60):
            await tab.page.close()


async def test_a_question_that_nobody_answers_holds_its_page(browser, show) -> None:
    """The control: whoever listens for questions has to answer them."""
    url = show("/asks", "<h1>x</h1><script>alert(1)</script>")
    async with browser(deadline=120).lend("default", {}) as tab:
        tab.page.on("dialog", lambda _: None)
        with pytest.raises(Error, match="Timeout"):
            await tab.page.goto(url, timeout=1000)


async def test_printing_comes_to_nothing(browser, show, opened) -> None:
    async with opened(browser(), show("/prints", "<script>print()</script>")) as tab:
        assert await settled(tab, "1 + 1") == 2


OPENS = """<script>
for (const [at, how] of ['', 'noopener', 'popup'].entries())
  window.open('/opened' + at, '_blank', how);
</script>"""


async def test_windows_do_not_open(browser, site, show, opened) -> None:
    async with opened(browser(), show("/opens", OPENS)) as tab:
        await settled(tab, "0")
        assert tab.lot.context.pages == [tab.page]
    assert site.log.requests("/opened") == []


async def test_windows_that_open_are_closed(browser, site, show, opened, monkeypatch) -> None:
    """A full Chromium does not know the flag that keeps the headless shell from opening them."""
    lean = tuple(one for one in find.LEAN if one != "--block-new-web-contents")
    monkeypatch.setattr(find, "LEAN", lean)
    async with opened(browser(), show("/opens", OPENS)) as tab:
        await settled(tab, "0")
        await until(lambda: site.log.requests("/opened") and tab.lot.context.pages == [tab.page])
        assert not tab.page.is_closed()


async def test_a_download_is_no_page(browser, show) -> None:
    headers = {"Content-Disposition": "attachment; filename=x.zip"}
    url = show("/file", "PK", kind="application/zip", headers=headers)
    async with browser().lend("default", {}) as tab:
        with pytest.raises(Error, match=r"Download is starting|ERR_ABORTED"):
            await tab.page.goto(url)


async def test_a_download_from_a_page_is_refused(browser, show, opened) -> None:
    url = show("/page", "<h1>page</h1><a href='data:text/plain,x' download=x>x</a>")
    async with opened(browser(), url) as tab:
        async with tab.page.expect_download(timeout=60_000) as started:
            await tab.page.evaluate("document.querySelector('a').click()")
        assert await (await started.value).failure()
        assert await tab.page.text_content("h1") == "page"


async def test_without_the_refusal_a_download_is_taken(browser, show, opened, monkeypatch) -> None:
    monkeypatch.setattr(contexts, "SAFE", {"service_workers": "block"})
    url = show("/page", "<h1>page</h1><a href='data:text/plain,x' download=x>x</a>")
    async with opened(browser(), url) as tab:
        async with tab.page.expect_download(timeout=60_000) as started:
            await tab.page.evaluate("document.querySelector('a').click()")
        assert await (await started.value).failure() is None
