"""The browser in trouble: killed, hung, swollen, stopped. Judged by what the crawl brings home,
by the site's log and by the processes that are left.

scrapy-playwright as it comes is the negative control: the same trouble, and the harm it does.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from scraper.demo.server import Answer
from scraper.demo.site import DemoSite

RENDERING = Path(__file__).with_name("rendering.py")
FULL = os.environ.get("FAULTS") == "full"
SCRIPTED = """<h1>waiting</h1><script>
fetch('/data{path}').then(r => r.text()).then(t => document.querySelector('h1').textContent = t)
</script>"""
LOOP_AFTER = "<h1>hung</h1><script>onload = () => setTimeout(() => { while (true); }, 30)</script>"
LOOP_BEFORE = "<h1>hung</h1><script>while (true);</script>"
EATERS = {
    "heap": "<script>const all = []; while (true) all.push(new Array(1e6).fill(Math.random()))</script>",
    "buffers": """<script>const all = [];
setInterval(() => { if (all.length < 40) all.push(new Uint8Array(5e7).fill(7)) }, 20)</script>""",
}


class Rendering:
    """A crawl by the browser in a process group of its own."""

    def __init__(self, site: DemoSite, paths: list[str], **asked: Any) -> None:
        self.site, self.began = site, time.monotonic()
        host, _, port = site.url.removeprefix("http://").partition(":")
        asked = {"urls": [site.url + path for path in paths], "own": [(host, int(port))], **asked}
        self.process = subprocess.Popen(
            [sys.executable, str(RENDERING)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
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
            assert self.process.poll() is None, self.process.communicate()[1][-3000:]
            self.family()
            time.sleep(0.05)

    def end(self, seconds: float = 120) -> "Rendering":
        """Wait for its end and read what it said."""
        self.out, self.err = self.process.communicate(timeout=seconds)
        lines = [json.loads(line) for line in self.out.splitlines()]
        self.told = [line for line in lines if "url" in line]
        self.stats = next((line["stats"] for line in lines if "stats" in line), {})
        return self

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
        one.process.communicate()


def pages(count: int) -> list[str]:
    return [f"/js/{number}" for number in range(count)]


def texts(count: int) -> set[str]:
    return {f"/data/js/{number}" for number in range(count)}


def asked(site: DemoSite, count: int) -> Callable[[], bool]:
    return lambda: len(site.log.requests("/js/")) >= count


def test_a_killed_browser_costs_no_page(site, render) -> None:
    crawl = render(*pages(60))
    crawl.wait_for(asked(site, 15))
    crawl.main().kill()
    crawl.end()
    assert crawl.good() == texts(60)
    assert crawl.stats["browser/started"] == 2
    assert crawl.left() == []


def test_killed_page_processes_cost_no_page(site, render) -> None:
    crawl = render(*pages(60))
    crawl.wait_for(lambda: asked(site, 15)() and crawl.renderers())
    for one in crawl.renderers():
        one.kill()
    crawl.end()
    assert crawl.good() == texts(60)
    assert crawl.stats["browser/started"] == 1


def test_a_page_that_loops_ends_at_its_deadline_and_leaves_the_others_alone(site, render) -> None:
    paths = ["/after", "/before", *pages(12)]
    crawl = render(*paths, settings={"BROWSER_DEADLINE": 4}).end()
    for path in ("/after", "/before"):
        assert crawl.got(path)["got"] == "DownloadTimeoutError: no end within 4 s"
    assert crawl.good() == texts(12)
    assert crawl.stats["browser/cut/deadline"] == 2
    assert crawl.stats["browser/started"] == 1
    assert crawl.left() == []


def test_pages_that_loop_use_up_no_places(site, render) -> None:
    count, deadline = (200, 2) if FULL else (20, 1)
    looping = [f"/{('after', 'before')[one % 2]}{one}" for one in range(count)]
    crawl = render(*looping, *pages(4), settings={"BROWSER_DEADLINE": deadline})
    crawl.end(count * (deadline + 2))
    assert len(crawl.told) == count + 4
    assert sum("Timeout" in str(one["got"]) for one in crawl.told) >= count
    assert crawl.stats["browser/cut/deadline"] >= count
    assert crawl.stats["browser/started"] == 1, crawl.err
