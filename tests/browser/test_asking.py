"""The gate is asked about everything that a page asks for, before it leaves."""

import json
import socket

import pytest
from playwright.async_api import Error

from scraper.browser import contexts, find
from scraper.browser.asking import Carried, Outside
from tests.browser.conftest import until

EVERYTHING = """<h1>page</h1>
<iframe src="http://localhost:{port}/private/frame"></iframe>
<iframe src="/frame"></iframe>
<script>
fetch('/away').catch(() => 0);
fetch('/private/fetch').catch(() => 0);
new EventSource('/private/events');
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
    url = show("/page", EVERYTHING.replace("{port}", site.url.rpartition(":")[2]))
    async with opened(browser(), url) as tab:
        await tab.page.wait_for_load_state("networkidle")
        assert await tab.page.text_content("h1") == "page"
    assert private(site) == []
    denied = {one.rpartition("/private/")[2] for one in rules.asked if "/private/" in one}
    assert denied == {"frame", "hop", "fetch", "in-frame", "events", "script.js"}
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
        await until(lambda: tab.chromium.asking.denials[tab.frame])
        assert tab.chromium.asking.denials[tab.frame].url.endswith("/private/house")
        assert other.chromium.asking.denials[other.frame] is None
    assert private(site) == []


async def test_a_gate_that_fails_lets_nothing_out(browser, rules, site, show, caplog) -> None:
    url = show("/page", "<h1>x</h1>")

    async def broken(url: str) -> None:
        raise RuntimeError("no answer")

    pages = browser()
    pages._outside = Outside(broken)
    async with pages.lend("default", {}) as tab:
        with pytest.raises(Error, match="BLOCKED_BY_CLIENT"):
            await tab.page.goto(url)
    assert site.log.requests() == []
    assert "no answer" in caplog.text


OPENING = """const ways = (from) => {
  const ws = 'ws://' + HOST + '/private/ws-' + from, http = 'http://' + HOST + '/private/';
  try { new WebSocket(ws) } catch (e) {}
  try { new EventSource(http + 'es-' + from) } catch (e) {}
  try { new WebTransport('https://' + HOST + '/private/wt-' + from) } catch (e) {}
};
"""
"""Every way out of a script that is not a request of the page."""
WORKERS = """<h1>x</h1><script>
const HOST = location.host;
const code = `const HOST = '${HOST}';` + OPENING;
ways('page');
const frame = document.createElement('iframe');
document.body.append(frame);
try { new frame.contentWindow.WebSocket('ws://' + HOST + '/private/ws-frame') } catch (e) {}
new Worker('/worker.js');
new Worker(URL.createObjectURL(new Blob([code + "ways('blob')"])));
new Worker('data:text/javascript,' + encodeURIComponent(code + "ways('data')"));
new SharedWorker('/shared.js');
const told = new Worker('/told.js');
told.onerror = () => document.title = 'failed';
</script>"""


def workers(site, show) -> str:
    host = f"const HOST = '{site.url.removeprefix('http://')}';"
    inside = "new Worker('/nested.js'); ways('worker')"
    for name, script in (("worker", inside), ("nested", "ways('nested')"), ("shared", "ways('s')")):
        show(f"/{name}.js", host + OPENING + script, kind="text/javascript")
    script = f"<script>{OPENING} const OPENING = {json.dumps(OPENING)};</script>"
    return show("/workers", script + WORKERS)


class Ear(socket.socket):
    """Hears what comes to a port by UDP, which WebTransport goes by."""

    def __init__(self, port: int) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.bind(("127.0.0.1", port))
        self.setblocking(False)

    @property
    def seen(self) -> bool:
        try:
            return bool(self.recv(2048, socket.MSG_PEEK))
        except BlockingIOError:
            return False


def knocks(site) -> Ear:
    return Ear(int(site.url.rpartition(":")[2]))


async def test_there_is_no_other_way_out_of_a_page(browser, site, show, opened) -> None:
    with knocks(site) as knocked:
        async with opened(browser(), workers(site, show)) as tab:
            await tab.page.wait_for_function("document.title == 'failed'")
            await tab.page.wait_for_load_state("networkidle")
        assert not knocked.seen
    assert private(site) == []
    assert not [one for one in site.log.requests() if one.path.endswith(".js")]


OUT = {f"ws-{name}" for name in ("page", "frame", "worker", "nested", "blob", "data")}


@pytest.mark.parametrize(("closed", "expected"), [((), OUT), (find.CLOSED, set())])
async def test_without_the_guards_the_same_page_gets_out(
    browser, site, show, opened, monkeypatch, closed, expected
) -> None:
    """First with neither guard, then with the proxy that leads nowhere alone."""
    monkeypatch.setattr(contexts, "UNGATED", "")
    monkeypatch.setattr(find, "CLOSED", closed)

    def came() -> set[str]:
        return {one.rpartition("/")[2] for one in private(site)}

    with knocks(site) as knocked:
        async with opened(browser(), workers(site, show)):
            await until(lambda: site.log.requests("/nested.js") and came() >= expected)
            await until(lambda: knocked.seen)
    assert came() & OUT == expected
    assert not [one for one in came() if one.startswith("es")], "the gate is asked of these"


@pytest.mark.parametrize("status", [429, 503])
async def test_a_part_of_a_page_tells_what_it_was_answered(
    browser, rules, site, show, opened, status: int
) -> None:
    told: list[tuple[str, int, str]] = []
    show("/data", status=status, headers={"Retry-After": "7"})
    pages = browser()
    pages._outside = Outside(rules, lambda *answer: told.append(answer))
    async with opened(pages, show("/page", "<script>fetch('/data')</script>")) as tab:
        await tab.page.wait_for_load_state("networkidle")
    assert told == [(f"{site.url}/data", status, "7")]


SHOWN = b"<h1>y</h1><script src=/s></script>"


async def test_an_answer_that_was_carried_is_the_page(browser, rules, site, show, opened) -> None:
    """With its cookies and redirects; the browser itself connects to nothing."""
    answers = {
        "/in": Carried(302, [("Location", "/page"), ("Set-Cookie", "a=1")], b""),
        "/page": Carried(
            200, [("Content-Type", "text/html")], b"<h1>y</h1><script src=/s></script>"
        ),
        "/s": Carried(200, [], b"document.title = document.cookie"),
    }
    seen: dict[str, str] = {}

    async def carried(asked):
        path = asked["url"].removeprefix("http://homes.example")
        seen[path] = asked["headers"].get("Cookie", "")
        return answers[path]

    pages = browser()
    pages._outside = Outside(rules, carried=carried)
    async with opened(pages, "http://homes.example/in") as tab:
        assert await tab.page.text_content("h1") == "y"
        assert await tab.page.title() == "a=1"
    assert site.log.requests() == []
    assert seen["/page"] == "a=1"


async def test_data_that_a_page_or_its_frame_is_refused_are_known(browser, site, show) -> None:
    show("/403", status=403)
    show("/html", "<h1>not for you</h1>")
    show("/json", "{}", kind="application/json")
    show("/frame", "<script>fetch('/html')</script>")
    told, pages = {}, browser()
    for path, part in (
        ("/refused", "<script>fetch('/403')</script>"),
        ("/framed", "<iframe src=/frame></iframe>"),
        ("/good", "<script>fetch('/json')</script>"),
    ):
        url = show(path, f"<h1>x</h1>{part}")
        async with pages.lend("default", {}) as tab:
            await tab.page.goto(url)
            await tab.page.wait_for_load_state("networkidle")
            told[path] = tab.refused(url).removesuffix(f" for {site.url}/403")
    assert told["/refused"] == "HTTP 403"
    assert told["/framed"] == f"a page in place of data for {site.url}/html"
    assert told["/good"] == ""
