"""The gate is asked about everything that a page asks for, before it leaves."""

import asyncio

import pytest
from playwright.async_api import Error

EVERYTHING = """<h1>page</h1>
<iframe src="http://localhost:{port}/private/frame"></iframe>
<iframe src="/frame"></iframe>
<script>
fetch('/away').catch(() => 0);
fetch('/private/fetch').catch(() => 0);
new Worker('/worker.js');
new Image().src = '/picture.png';
</script>
<link rel=stylesheet href="/style.css"><script src="/private/script.js"></script>"""


def private(site) -> list[str]:
    return [one.path for one in site.log.requests("/private")]


async def test_nothing_that_a_page_asks_for_gets_around_the_gate(
    browser, rules, site, show, opened
) -> None:
    show("/away", status=302, headers={"Location": "/private/hop"})
    show("/frame", "<script>fetch('/private/in-frame')</script>")
    show("/worker.js", "fetch('/private/in-worker')", kind="text/javascript")
    url = show("/page", EVERYTHING.replace("{port}", site.url.rpartition(":")[2]))
    async with opened(browser(), url) as tab:
        await tab.page.wait_for_load_state("networkidle")
        assert await tab.page.text_content("h1") == "page"
    assert private(site) == []
    denied = {one.rpartition("/private/")[2] for one in rules.asked if "/private/" in one}
    assert denied == {"frame", "hop", "fetch", "in-frame", "in-worker", "script.js"}
    assert site.log.requests("/picture.png") == site.log.requests("/style.css") == []
    assert {one.agent for one in site.log.requests()} == {"tests/1"}


async def test_with_an_open_gate_the_same_page_reaches_them(
    browser, rules, site, show, opened
) -> None:
    rules.open = True
    show("/away", status=302, headers={"Location": "/private/hop"})
    async with opened(browser(), show("/page", "<script>fetch('/away')</script>")) as tab:
        await tab.page.wait_for_load_state("networkidle")
    assert private(site) == ["/private/hop"]


@pytest.mark.parametrize("hops", [1, 3])
async def test_a_redirect_to_a_denied_page_is_not_followed(
    browser, rules, site, show, opened, hops: int
) -> None:
    for hop in range(hops):
        to = "/private/house" if hop == hops - 1 else f"/hop{hop + 1}"
        show(f"/hop{hop}", status=302, headers={"Location": to})
    async with browser().lend("default", {}) as tab:
        with pytest.raises(Error, match="BLOCKED_BY_CLIENT"):
            await tab.page.goto(f"{site.url}/hop0")
        denial = tab.chromium.asking.denials[tab.frame]
        assert denial.url == f"{site.url}/private/house"
        assert denial.verdict.reason == "robots.txt: /private"
    assert private(site) == []


async def test_a_script_that_leads_to_a_denied_page_is_told_from_its_own_page(
    browser, site, show, opened
) -> None:
    url = show("/leads", "<h1>x</h1><script>location = '/private/house'</script>")
    pages = browser()
    async with opened(pages, url) as tab, opened(pages, show("/good", "<h1>y</h1>")) as other:
        for _ in range(50):
            if tab.chromium.asking.denials[tab.frame]:
                break
            await asyncio.sleep(0.05)
        assert tab.chromium.asking.denials[tab.frame].url.endswith("/private/house")
        assert other.chromium.asking.denials[other.frame] is None
    assert private(site) == []


async def test_a_gate_that_fails_lets_nothing_out(browser, rules, site, show, caplog) -> None:
    url = show("/page", "<h1>x</h1>")

    async def broken(url: str) -> None:
        raise RuntimeError("no answer")

    pages = browser()
    pages._may_ask = broken
    async with pages.lend("default", {}) as tab:
        with pytest.raises(Error, match="BLOCKED_BY_CLIENT"):
            await tab.page.goto(url)
    assert site.log.requests() == []
    assert "no answer" in caplog.text


async def test_there_is_no_other_way_out_of_a_page(browser, site, show, opened) -> None:
    names = ["WebSocket", "WebTransport", "RTCPeerConnection"]
    kinds = "[" + ",".join(f"typeof {name}" for name in names) + "]"
    async with opened(browser(), show("/page", "<h1>x</h1>")) as tab:
        assert await tab.page.evaluate(kinds) == ["undefined"] * 3
