"""The browser in trouble: killed, hung, swollen, stopped. Judged by what the crawl brings home,
by the site's log and by the processes that are left.

scrapy-playwright as it comes is the negative control: the same trouble, and the harm it does.
"""

import os
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from scraper.browser.watching import held as held_now
from scraper.demo.server import Answer
from scraper.demo.site import DemoSite
from tests.faults.trouble import Held, Rendering, is_chromium

FULL = os.environ.get("FAULTS") == "full"
COUNT, MOMENT = (60, 15) if FULL else (14, 2)
"""Pages of a crawl that is hurt, and those that have ended by then."""
AT_ONCE = 4
"""Pages that are under way at once."""
BUFFERS, MEMORY = (40, 1000) if FULL else (30, 600)
"""Buffers of 50 MB that a page takes, and the MB that are allowed."""
ALL_OF_THEM = 48 * BUFFERS
"""MB that a page holds once it has them."""
SCRIPTED = """<h1>waiting</h1><script>
fetch('/data{path}').then(r => r.text()).then(t => document.querySelector('h1').textContent = t)
</script>"""
SHOWN = "document.querySelector('h1').textContent != 'waiting'"
LOOP_AFTER = "<h1>hung</h1><script>onload = () => setTimeout(() => { while (true); }, 30)</script>"
LOOP_BEFORE = "<h1>hung</h1><script>while (true);</script>"
EATERS = {
    "heap": "<script>const all = []; for (;;) all.push(Array(1e6).fill(Math.random()))</script>",
    "buffers": """<script>const all = [], ask = () => {
  const more = new XMLHttpRequest();
  more.open('GET', '/more/' + all.length, false);
  more.send();
};
while (all.length < BUFFERS) {
  all.push(new Uint8Array(5e7).fill(7));
  if (all.length > FREE) ask();
}</script>""".replace("BUFFERS", str(BUFFERS)).replace("FREE", str(MEMORY // 100 + 1)),
}
"""Two ways to take 2 GB: V8 has a limit for the one, only a look from outside sees the other. From
the moment at which that should see it the page asks the site before it takes more.
"""


def scripted(site: DemoSite) -> DemoSite:
    """A site with pages whose headings come by scripts, and pages that loop."""
    site.override("/js/*", lambda r: Answer(SCRIPTED.format(path=r.path).encode()))
    site.override("/data/*", lambda r: Answer(r.path.encode()))
    site.override("/after*", lambda _: Answer(LOOP_AFTER.encode()))
    site.override("/before*", lambda _: Answer(LOOP_BEFORE.encode()))
    return site


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(houses=4) as running:
        yield scripted(running)


@pytest.fixture
def held(site: DemoSite) -> Iterator[Held]:
    answers = Held(site)
    yield answers
    answers.let_go()


@pytest.fixture
def render(site: DemoSite) -> Iterator[Callable[..., Rendering]]:
    """Starts crawls; none of their processes outlives the test."""
    started: list[Rendering] = []

    def start(*paths: str, **asked: object) -> Rendering:
        started.append(Rendering(site, list(paths), **asked))
        return started[-1]

    yield start
    for one in started:
        one.clear()


def pages(count: int) -> list[str]:
    return [f"/js/{number}" for number in range(count)]


def texts(count: int) -> set[str]:
    return {f"/data/js/{number}" for number in range(count)}


def test_killed_page_processes_and_a_killed_browser_cost_no_page(site, render, held) -> None:
    held.free = MOMENT
    crawl = render(*pages(COUNT), settings={"RETRY_TIMES": 4})
    crawl.wait_for(lambda: held.asked == MOMENT + AT_ONCE)
    for one in crawl.renderers():
        one.kill()
    crawl.wait_for(lambda: held.asked >= MOMENT + 2 * AT_ONCE)
    crawl.main().kill()
    held.let_go()
    crawl.end()
    assert crawl.good() == texts(COUNT), [one for one in crawl.told if one["got"] != 200]
    assert crawl.stats["browser/started"] == 2, "once anew, and not for the page processes"
    assert crawl.stats["browser/cut/failed"] >= 2 * AT_ONCE
    assert crawl.left() == []


@pytest.mark.parametrize("count", [3, pytest.param(200, marks=pytest.mark.full)])
def test_pages_that_loop_end_at_their_deadline_and_use_up_no_places(site, render, count) -> None:
    looping = [f"/{('after', 'before')[one % 2]}{one}" for one in range(count)]
    crawl = render(*looping, *pages(4), settings={"BROWSER_DEADLINE": 4, "BROWSER_PAGES": 2})
    crawl.end(count * 4 + 120)
    for path in looping:
        assert crawl.got(path)["got"] == "DownloadTimeoutError: no end within 4 s"
    assert crawl.good() == texts(4)
    assert crawl.stats["browser/cut/deadline"] == count
    assert crawl.stats["browser/started"] == 1, crawl.err
    assert crawl.left() == []


def hung(site, render) -> Rendering:
    """A crawl with two pages in an endless loop, one before its load and one after."""
    patient = {"BROWSER_DEADLINE": 200}
    crawl = render("/after", "/before", *pages(2), grace=5 if FULL else 1, settings=patient)
    crawl.wait_for(lambda: site.log.requests("/after") and site.log.requests("/before"))
    crawl.wait_for(lambda: crawl.good() == texts(2) and len(crawl.renderers()) >= 2)
    return crawl


def test_a_stopped_crawl_leaves_in_time_and_takes_its_browser_along(site, render) -> None:
    crawl = hung(site, render)
    crawl.process.send_signal(signal.SIGTERM)
    crawl.end(25)
    assert {one["got"] for one in crawl.told if one["got"] != 200} == {
        "PageStopped: the crawl is being stopped"
    }
    assert crawl.left() == []


@pytest.mark.parametrize(
    "victims", ["crawl", pytest.param("crawl and driver", marks=pytest.mark.full)]
)
def test_a_killed_crawl_leaves_no_browser(site, render, victims: str) -> None:
    crawl = hung(site, render)
    assert any(is_chromium(one) for one in crawl.left(0))
    if victims == "crawl":
        crawl.process.kill()
    else:
        os.killpg(crawl.process.pid, signal.SIGKILL)
    assert crawl.left(15) == []


def largest_page(crawl: Rendering) -> float:
    """MB that one process of a page holds at most, until the crawl ends."""
    most = 0.0
    while crawl.process.poll() is None:
        most = max(most, crawl.largest_page())
        time.sleep(0.05)
    return most


@pytest.mark.parametrize("kind", ["buffers", pytest.param("heap", marks=pytest.mark.full)])
def test_a_page_that_eats_memory_ends_alone(site, render, kind: str) -> None:
    site.override("/eats", lambda _: Answer(b"<h1>eats</h1>" + EATERS[kind].encode()))
    site.override("/more/*", lambda _: Answer(delay=1))
    crawl = render("/eats", *pages(2), settings={"BROWSER_MEMORY": MEMORY})
    most = largest_page(crawl)
    crawl.end()
    assert crawl.got("/eats")["got"] == "DownloadFailedError: the process of the page died"
    assert crawl.good() == texts(2)
    assert crawl.stats["browser/started"] == 1
    assert most < MEMORY + 700 < ALL_OF_THEM, "less than without our handler, see below"


ASTRAY = ("/hop", "/script", "/refresh")
LEFT = "location.pathname.startsWith('/secret') || location.protocol == 'chrome-error:'"


def lead_astray(site: DemoSite) -> None:
    """Pages that lead, in three ways, to one that robots.txt disallows; pages that come to none."""
    site.override(
        "/robots.txt", lambda _: Answer(b"User-agent: *\nDisallow: /secret", kind="text/plain")
    )
    site.override("/hop", lambda _: Answer(b"", 302, headers={"Location": "/secret/1"}))
    for path, part in (
        ("/script", "<script>location = '/secret/2'</script>"),
        ("/refresh", "<meta http-equiv=refresh content='0;url=/secret/3'>"),
        ("/astray", "<script>location = '/reset'</script>"),
        ("/broken", "<script>location = 'http://127.0.0.1:1/'</script>"),
    ):
        shown = Answer(f"{part}<h1>x</h1>".encode())
        site.override(path, lambda _, shown=shown: shown)
    site.override("/reset", lambda _: Answer(fault="reset"))


@pytest.fixture(scope="module")
def astray() -> Iterator[Rendering]:
    """A crawl of such pages that has ended: public, by root, who said that the risk is known."""
    paths = (*ASTRAY, "/astray", "/broken", "/reset", *pages(2))
    with DemoSite(houses=4) as site:
        lead_astray(scripted(site))
        crawl = Rendering(site, list(paths), public=True, settings={"BROWSER_SANDBOX": "off"})
        try:
            yield crawl.end()
        finally:
            crawl.clear()


def test_a_page_that_leads_to_a_disallowed_one_is_no_page(astray) -> None:
    for path in ASTRAY:
        assert astray.got(path)["got"].startswith(f"PageDenied: led to {astray.site.url}/secret/")
    assert astray.good() == texts(2)
    assert astray.site.log.requests("/secret") == []
    once = [len(astray.site.log.requests(path)) for path in ASTRAY]
    assert once == [1, 1, 1], "asked for once each"


def test_what_chromium_makes_up_is_no_page(astray) -> None:
    said = (
        "DownloadFailedError: the browser showed chrome-error://chromewebdata/ instead of the page"
    )
    assert astray.got("/astray")["got"] == said
    assert "Denied" in astray.got("/broken")["got"]
    assert "ERR_CONNECTION_RESET" in astray.got("/reset")["got"]
    assert not any("chrome-error" in one.get("final", "") for one in astray.told)
    assert astray.good() == texts(2)


def test_without_our_handler_a_disallowed_page_and_a_made_up_one_are_taken(site, render) -> None:
    lead_astray(site)
    crawl = render(*ASTRAY, "/astray", stock=True, until=LEFT).end()
    assert len(site.log.requests("/secret")) == 3
    assert crawl.got("/astray")["final"].startswith("chrome-error:")
    assert crawl.got("/astray")["got"] == 200


@pytest.mark.full
def test_a_browser_that_does_not_start_ends_the_crawl(site, render, tmp_path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    crawl = render(*pages(9), settings={"BROWSER": str(broken)}).end()
    assert crawl.stats["finish_reason"] == "browser_broken"
    assert crawl.stats["browser/refused"].startswith("Chromium does not start")
    assert "Traceback" not in crawl.err
    assert crawl.good() == set()


def test_root_renders_no_public_page_without_saying_so(site, render, astray) -> None:
    if os.geteuid():
        pytest.skip("only root lacks the sandbox")
    crawl = render(*pages(3), public=True).end()
    assert site.log.requests("/js/") == []
    assert "as root" in crawl.stats["browser/refused"]
    assert crawl.stats["finish_reason"] == "browser_refused"
    assert "Traceback" not in crawl.err
    assert crawl.err.count("BROWSER_SANDBOX=off") == 1
    assert {one["got"].partition(":")[0] for one in crawl.told} == {"IgnoreRequest"}
    assert astray.stats["browser/sandbox"] is False
    assert astray.good() == texts(2), "with BROWSER_SANDBOX=off"


@pytest.mark.parametrize("victims", ["page processes", "browser"])
def test_without_our_handler_kills_lose_pages(site, render, held, victims: str) -> None:
    """Of a killed browser: where it is not started anew."""
    same = {"PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": victims == "page processes"}
    crawl = render(*pages(AT_ONCE), stock=True, until=SHOWN, settings=same)
    crawl.wait_for(lambda: held.asked == AT_ONCE)
    for one in crawl.renderers() if victims == "page processes" else [crawl.main()]:
        one.kill()
    held.let_go()
    # Pages that nobody tells of are waited for by it for ever, and by us for a while.
    until = time.monotonic() + 20
    while crawl.process.poll() is None and not crawl.told and time.monotonic() < until:
        time.sleep(0.05)
    assert all(one["got"] != 200 for one in crawl.told), "they were under way"
    assert not crawl.good()


def test_without_our_handler_a_looping_page_holds_the_crawl_for_ever(site, render) -> None:
    crawl = render("/after", *pages(2), stock=True, settings={"DOWNLOAD_TIMEOUT": 1})
    crawl.wait_for(lambda: len(crawl.told) == 2)
    with pytest.raises(subprocess.TimeoutExpired):
        crawl.process.wait(3)
    crawl.process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        crawl.process.wait(3)


def test_without_our_handler_a_page_takes_what_it_wants(site, render) -> None:
    """Once it has all, the last request holds it there until it was seen."""
    seen = threading.Event()
    site.override("/eats", lambda _: Answer(b"<h1>eats</h1>" + EATERS["buffers"].encode()))
    site.override("/more/*", lambda _: Answer())
    site.override(f"/more/{BUFFERS}", lambda _: seen.wait() and Answer())
    crawl = render("/eats", stock=True)
    try:
        crawl.wait_for(lambda: crawl.largest_page() > ALL_OF_THEM)
    finally:
        seen.set()


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_memory_is_flat_over_many_pages(site, render) -> None:
    """Medians of a window of a fifteenth of the pages: around a fifth, around a half, at the end.

    `benchmarks/soak.py --browser` measures whole crawls in the same way.
    """
    count = int(os.environ.get("SOAK_PAGES", "3000"))
    crawl = render(*pages(count))
    samples: list[tuple[int, float]] = []
    while crawl.process.poll() is None:
        done = len(site.log.requests("/js/"))
        with suppress(psutil.Error):
            root = next(iter(psutil.Process(crawl.process.pid).children()), None)
            own = psutil.Process(crawl.process.pid).memory_info().rss / 1e6
            if root is not None:
                samples.append((done, held_now(root).total + own))
        time.sleep(0.2)
    crawl.end()
    assert crawl.good() == texts(count)
    half = count // 30
    near = [
        statistics.median(held for at, held in samples if abs(at - middle) <= half)
        for middle in (count // 5, count // 2, count - half)
    ]
    assert max(near[1:]) < 1.05 * near[0], near
