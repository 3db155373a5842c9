"""A crawl by the browser that can be watched and hurt, and a site whose answers can be held."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil

from scraper.demo.server import Answer, Request
from scraper.demo.site import DemoSite

RENDERING = Path(__file__).with_name("rendering.py")
PATIENCE = 120.0
"""Seconds that anything may take on the slowest of machines."""


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

    def wait_for(self, ready: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Wait until something is so; the family is looked at on the way."""
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, "nothing came of it"
            assert self.process.poll() is None, self.read(1)[-3000:]
            self.family()
            time.sleep(0.05)

    def end(self, seconds: float = PATIENCE) -> "Rendering":
        """Wait for its end and read what it said."""
        self.process.wait(seconds)
        self.err = self.read(1)
        return self

    def lines(self) -> list[dict[str, Any]]:
        """What it has said until now."""
        whole = self.read(0).rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    @property
    def told(self) -> list[dict[str, Any]]:
        """What came of each page that has ended."""
        return [line for line in self.lines() if "url" in line]

    @property
    def stats(self) -> dict[str, Any]:
        return next((line["stats"] for line in self.lines() if "stats" in line), {})

    def read(self, stream: int) -> str:
        return self.said[stream].read_text()

    def got(self, path: str) -> Any:
        return next(one for one in self.told if one["url"] == self.site.url + path)

    def good(self) -> set[str]:
        return {one["title"] for one in self.told if one["got"] == 200}

    def largest_page(self) -> float:
        """MB that the largest process of a page holds now."""
        most = 0.0
        for one in self.renderers():
            with suppress(psutil.Error):
                most = max(most, one.memory_info().rss / 1e6)
        return most

    def clear(self) -> None:
        """Leave nothing of it behind."""
        self.family()
        for one in (*self.seen, self.process):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait()
        self.files.close()

    def left(self, seconds: float = 30) -> list[psutil.Process]:
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


class Held:
    """What pages of `/js/` ask for with a script is answered when it is let go, and not before.

    So it is certain that a page is under way when something happens to it.
    """

    def __init__(self, site: DemoSite) -> None:
        self.free = 0
        """So many are answered at once."""
        self._site, self._go = site, threading.Event()
        site.override("/data/*", self._answer)

    def let_go(self) -> None:
        """Answer, now and from now on."""
        self._go.set()

    @property
    def asked(self) -> int:
        """How many were asked for until now."""
        return len(self._site.log.requests("/data/"))

    def _answer(self, request: Request) -> Answer:
        if self.asked > self.free:
            self._go.wait()
        return Answer(request.path.encode())
