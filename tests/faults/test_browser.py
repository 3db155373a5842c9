"""The browser in trouble: killed, hung, swollen, stopped. Judged by what the crawl brings home,
by the site's log and by the processes that are left.

scrapy-playwright as it comes is the negative control: the same trouble, and the harm it does.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from scraper.browser.watching import held
from scraper.demo.server import Answer
from scraper.demo.site import DemoSite

RENDERING = Path(__file__).with_name("rendering.py")
FULL = os.environ.get("FAULTS") == "full"
COUNT, MOMENT = (60, 15) if FULL else (20, 6)
"""Pages of a crawl that something is killed in, and the page at which."""
BUFFERS, MEMORY = (40, 1000) if FULL else (30, 600)
"""Buffers of 50 MB that a page takes, and the MB that are allowed."""
SCRIPTED = """<h1>waiting</h1><script>
fetch('/data{path}').then(r => r.text()).then(t => document.querySelector('h1').textContent = t)
</script>"""
LOOP_AFTER = "<h1>hung</h1><script>onload = () => setTimeout(() => { while (true); }, 30)</script>"
LOOP_BEFORE = "<h1>hung</h1><script>while (true);</script>"
EATERS = {
    "heap": "<script>const all = []; for (;;) all.push(Array(1e6).fill(Math.random()))</script>",
    "buffers": """<script>const all = [];
while (all.length < BUFFERS) {
  all.push(new Uint8Array(5e7).fill(7));
  for (const t = performance.now() + 40; performance.now() < t;);
}</script>""".replace("BUFFERS", str(BUFFERS)),
}
"""Two ways to take 2 GB: V8 has a limit for the one, only a look from outside sees the other."""


class Rendering:
    """A crawl by the browser in a process group of its own."""

    def __init__(self, site: DemoSite, paths: list[str], **asked: Any) -> None:
        self.site, self.began = site, time.monotonic()
        host, _, port = site.url.removeprefix("http://").partition(":")
        asked = {"urls": [site.url + path for path in paths], "own": [(host, int(port))], **asked}
        # Files: a pipe that nobody reads would hold a long crawl.
        self.files = ExitStack()
        folder = Path(self.files.enter_context(tempfile.TemporaryDirectory()))
        self.said = (folder / "out", folder / "err")
        with self.said[0].open("w") as out, self.said[1].open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, str(RENDERING)],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdin
        self.process.stdin.write(json.dumps(asked))
        self.process.stdin.close()
        self.process.stdin = None
        self.seen: set[psutil.Process] = set()

    def family(self) -> list[psutil.Process]:
        """The processes of driver and browser that are there now."""
        try:
            found = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            found = []
        self.seen.update(found)
        return found

    def chromium(self) -> list[psutil.Process]:
        return [one for one in self.family() if is_chromium(one)]

    def renderers(self) -> list[psutil.Process]:
        return [one for one in self.chromium() if "--type=renderer" in command(one)]

    def main(self) -> psutil.Process:
        return next(one for one in self.chromium() if "--type=" not in " ".join(command(one)))

    def wait_for(self, ready: Callable[[], Any], seconds: float = 60) -> None:
        """Wait until something is so; the family is looked at on the way."""
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, "nothing came of it"
            assert self.process.poll() is None, self.read(1)[-3000:]
            self.family()
            time.sleep(0.05)

    def end(self, seconds: float = 120) -> "Rendering":
        """Wait for its end and read what it said."""
        self.process.wait(seconds)
        self.err = self.read(1)
        lines = [json.loads(line) for line in self.read(0).splitlines()]
        self.told = [line for line in lines if "url" in line]
        self.stats = next((line["stats"] for line in lines if "stats" in line), {})
        return self

    def read(self, stream: int) -> str:
        return self.said[stream].read_text()

    def got(self, path: str) -> Any:
        return next(one for one in self.told if one["url"] == self.site.url + path)

    def good(self) -> set[str]:
        return {one["title"] for one in self.told if one["got"] == 200}

    def left(self, seconds: float = 5) -> list[psutil.Process]:
        """Processes of the crawl that are still there after a while."""
        _, alive = psutil.wait_procs(self.seen, timeout=seconds)
        return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def command(one: psutil.Process) -> list[str]:
    try:
        return one.cmdline()
    except psutil.Error:
        return []


def is_chromium(one: psutil.Process) -> bool:
    return any("chrom" in Path(part).name for part in command(one)[:1])


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(houses=4) as running:
        running.override("/js/*", lambda r: Answer(SCRIPTED.format(path=r.path).encode()))
        running.override("/data/*", lambda r: Answer(r.path.encode(), delay=0.05))
        running.override("/after*", lambda _: Answer(LOOP_AFTER.encode()))
        running.override("/before*", lambda _: Answer(LOOP_BEFORE.encode()))
        yield running


@pytest.fixture
def render(site: DemoSite) -> Iterator[Callable[..., Rendering]]:
    """Starts crawls; none of their processes outlives the test."""
    started: list[Rendering] = []

    def start(*paths: str, **asked: Any) -> Rendering:
        started.append(Rendering(site, list(paths), **asked))
        return started[-1]

    yield start
    for one in started:
        one.family()
        for process in (*one.seen, one.process):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        one.process.wait()
        one.files.close()


def pages(count: int) -> list[str]:
    return [f"/js/{number}" for number in range(count)]


def texts(count: int) -> set[str]:
    return {f"/data/js/{number}" for number in range(count)}


def asked(site: DemoSite, count: int) -> Callable[[], bool]:
    return lambda: len(site.log.requests("/js/")) >= count


def test_a_killed_browser_costs_no_page(site, render) -> None:
    crawl = render(*pages(COUNT))
    crawl.wait_for(asked(site, MOMENT))
    crawl.main().kill()
    crawl.end()
    assert crawl.good() == texts(COUNT)
    assert crawl.stats["browser/started"] == 2
    assert crawl.left() == []


def test_killed_page_processes_cost_no_page(site, render) -> None:
    crawl = render(*pages(COUNT), settings={"RETRY_TIMES": 3})
    crawl.wait_for(lambda: asked(site, MOMENT)() and crawl.renderers())
    for one in crawl.renderers():
        one.kill()
    crawl.end()
    others = [one for one in crawl.told if one.get("title") not in texts(COUNT)]
    assert crawl.good() == texts(COUNT), others
    assert crawl.stats["browser/started"] == 1


@pytest.mark.parametrize("count", [5, pytest.param(200, marks=pytest.mark.full)])
def test_pages_that_loop_end_at_their_deadline_and_use_up_no_places(site, render, count) -> None:
    looping = [f"/{('after', 'before')[one % 2]}{one}" for one in range(count)]
    crawl = render(*looping, *pages(8), settings={"BROWSER_DEADLINE": 4})
    crawl.end(count * 4 + 60)
    for path in looping:
        assert crawl.got(path)["got"] == "DownloadTimeoutError: no end within 4 s"
    assert crawl.good() == texts(8)
    assert crawl.stats["browser/cut/deadline"] == count
    assert crawl.stats["browser/started"] == 1, crawl.err
    assert crawl.left() == []


def hung(site, render) -> Rendering:
    """A crawl with two pages in an endless loop, one before its load and one after."""
    crawl = render("/after", "/before", *pages(2))
    crawl.wait_for(lambda: site.log.requests("/after") and site.log.requests("/before"))
    crawl.wait_for(lambda: asked(site, 2)() and len(crawl.renderers()) >= 2)
    return crawl


def test_a_stopped_crawl_leaves_in_time_and_takes_its_browser_along(site, render) -> None:
    crawl = hung(site, render)
    crawl.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    crawl.end(40)
    assert time.monotonic() - began < 15
    assert {one["got"] for one in crawl.told if one["got"] != 200} <= {
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
        for one in crawl.renderers():
            with suppress(psutil.Error):
                most = max(most, one.memory_info().rss / 1e6)
        time.sleep(0.05)
    return most


@pytest.mark.parametrize("kind", ["buffers", pytest.param("heap", marks=pytest.mark.full)])
def test_a_page_that_eats_memory_ends_alone(site, render, kind: str) -> None:
    site.override("/eats", lambda _: Answer(b"<h1>eats</h1>" + EATERS[kind].encode()))
    crawl = render("/eats", *pages(6), settings={"BROWSER_MEMORY": MEMORY})
    most = largest_page(crawl)
    crawl.end()
    assert crawl.got("/eats")["got"] == "DownloadFailedError: the process of the page died"
    assert crawl.good() == texts(6)
    assert crawl.stats["browser/started"] == 1
    assert most < MEMORY + 700 < 48 * BUFFERS, "less than without our handler, see below"


def lead_astray(site) -> list[str]:
    """Pages that lead, in three ways, to one that robots.txt disallows."""
    site.override(
        "/robots.txt", lambda _: Answer(b"User-agent: *\nDisallow: /secret", kind="text/plain")
    )
    site.override("/hop", lambda _: Answer(b"", 302, headers={"Location": "/secret/1"}))
    site.override("/script", lambda _: Answer(b"<h1>x</h1><script>location = '/secret/2'</script>"))
    refresh = b"<meta http-equiv=refresh content='0;url=/secret/3'><h1>x</h1>"
    site.override("/refresh", lambda _: Answer(refresh))
    return ["/hop", "/script", "/refresh"]


def test_a_page_that_leads_to_a_disallowed_one_is_no_page(site, render) -> None:
    paths = lead_astray(site)
    crawl = render(*paths, *pages(4)).end()
    for path in paths:
        assert crawl.got(path)["got"].startswith(f"PageDenied: led to {site.url}/secret/")
    assert crawl.good() == texts(4)
    assert site.log.requests("/secret") == []
    assert [len(site.log.requests(path)) for path in paths] == [1, 1, 1], "asked for once each"


def test_what_chromium_makes_up_is_no_page(site, render) -> None:
    broken = b"<h1>x</h1><script>location = 'http://127.0.0.1:1/'</script>"
    site.override("/broken", lambda _: Answer(broken))
    site.override("/reset", lambda _: Answer(fault="reset"))
    site.override("/astray", lambda _: Answer(b"<h1>x</h1><script>location = '/reset'</script>"))
    crawl = render("/astray", "/broken", "/reset", *pages(2)).end()
    said = (
        "DownloadFailedError: the browser showed chrome-error://chromewebdata/ instead of the page"
    )
    assert crawl.got("/astray")["got"] == said
    assert "Denied" in crawl.got("/broken")["got"]
    assert "ERR_CONNECTION_RESET" in crawl.got("/reset")["got"]
    assert not any("chrome-error" in one.get("final", "") for one in crawl.told)
    assert crawl.good() == texts(2)


def test_without_our_handler_a_disallowed_page_and_a_made_up_one_are_taken(site, render) -> None:
    site.override("/reset", lambda _: Answer(fault="reset"))
    site.override("/astray", lambda _: Answer(b"<h1>x</h1><script>location = '/reset'</script>"))
    crawl = render(*lead_astray(site), "/astray", stock=True).end()
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


def test_root_renders_no_public_page_without_saying_so(site, render) -> None:
    if os.geteuid():
        pytest.skip("only root lacks the sandbox")
    crawl = render(*pages(3), public=True).end()
    assert site.log.requests("/js/") == []
    assert "as root" in crawl.stats["browser/refused"]
    assert crawl.stats["finish_reason"] == "browser_refused"
    assert "Traceback" not in crawl.err
    assert crawl.err.count("BROWSER_SANDBOX=off") == 1
    assert {one["got"].partition(":")[0] for one in crawl.told} == {"IgnoreRequest"}
    agreed = render(*pages(1), public=True, settings={"BROWSER_SANDBOX": "off"}).end()
    assert agreed.good() == texts(1)
    assert agreed.stats["browser/sandbox"] is False


@pytest.mark.parametrize("victims", ["page processes", "browser"])
def test_without_our_handler_kills_lose_pages(site, render, victims: str) -> None:
    """Of a killed browser: where it is not started anew. Luck may save them, but not each time."""
    site.override("/data/*", lambda r: Answer(r.path.encode(), delay=1.0))
    assert any(_loses_pages(site, render, victims) for _ in range(4))


def _loses_pages(site, render, victims: str) -> bool:
    same = {"PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": False}
    site.log.clear()
    crawl = render(*pages(16), stock=True, settings=same if victims == "browser" else {})
    crawl.wait_for(lambda: asked(site, 6)() and crawl.renderers())
    for one in crawl.renderers() if victims == "page processes" else [crawl.main()]:
        one.kill()
    try:
        crawl.end(10)
    except subprocess.TimeoutExpired:
        return True  # it waits for them for ever
    return crawl.good() < texts(16)


def test_without_our_handler_a_looping_page_holds_the_crawl_for_ever(site, render) -> None:
    crawl = render("/after", *pages(4), stock=True, settings={"DOWNLOAD_TIMEOUT": 3})
    crawl.wait_for(asked(site, 4))
    with pytest.raises(subprocess.TimeoutExpired):
        crawl.process.wait(6)
    crawl.process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        crawl.process.wait(6)


def test_without_our_handler_a_page_takes_what_it_wants(site, render) -> None:
    site.override("/eats", lambda _: Answer(b"<h1>eats</h1>" + EATERS["buffers"].encode()))
    crawl = render("/eats", stock=True)
    assert largest_page(crawl) > 48 * BUFFERS


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_memory_is_flat_over_many_pages(site, render) -> None:
    count = int(os.environ.get("SOAK_PAGES", "3000"))
    crawl = render(*pages(count))
    samples: list[tuple[int, float, float]] = []
    while crawl.process.poll() is None:
        done = len(site.log.requests("/js/"))
        with suppress(psutil.Error):
            root = next(iter(psutil.Process(crawl.process.pid).children()), None)
            own = psutil.Process(crawl.process.pid).memory_info().rss / 1e6
            if root is not None:
                samples.append((done, held(root).total, own))
        time.sleep(0.5)
    crawl.end()
    assert crawl.good() == texts(count)
    table = [
        tuple(
            statistics.median(one[at] for one in samples if abs(one[0] - near) < count / 15)
            for at in (1, 2)
        )
        for near in (count // 6, count // 2, count - count // 15)
    ]
    print(f"MB of browser and driver, of the crawl, at 1/6, 1/2 and the end of {count}: {table}")
    print(crawl.stats)
    for at in (0, 1):
        assert table[2][at] < 1.1 * table[0][at], table
