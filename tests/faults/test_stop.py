"""SIGTERM, Ctrl-C, and word that the machine goes away: gone in time, exit 3, nothing lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import psutil
import pytest

from scraper.demo.server import Answer

FULL = os.environ.get("FAULTS") == "full"
BUDGET = ("-s", "STOP_BUDGET=10")
LOOP = b"<html><div id=root></div><script>onload = () => { while (true) {} }</script></html>"


def stopped(here, crawl, at: float, within: float = 10.5) -> None:
    """The crawl is gone in time, with all that it started, says 3, and can be gone on with."""
    family = crawl.family()
    crawl.ended_well(3)
    assert time.monotonic() - at < within
    assert not [one for one in family if one.is_running() and one.status() != "zombie"]
    assert "run it again" in crawl.said.splitlines()[-1]


HANGS = {
    "page": ("/house/{house}", Answer(fault="hang"), 1),
    "photos": ("{photo}", Answer(fault="hang"), 1),
    "browser": ("/house/{house}", Answer(LOOP), 2),
    "robots": ("/robots.txt", Answer(fault="hang"), 1),
}
"""What hangs: its path, the answer, and how often it is asked for until it hangs."""


@pytest.mark.parametrize(
    "hangs", [["page"], ["photos"], ["browser"], ["robots"]] if FULL else [["photos", "browser"]]
)
def test_a_stop_does_not_wait_for_what_hangs(crawls, hangs: list[str]) -> None:
    here = crawls(20)
    victim, other = sorted(here.site.truth)[3:5]
    photo = urlsplit(here.site.truth[other]["photo_urls"][0]).path
    here.list()
    here.site.log.clear()
    healthy = here.site._overrides
    waited = []
    for path, answer, times in (HANGS[name] for name in hangs):
        path = path.format(house=victim, photo=photo)  # noqa: PLW2901
        here.site.override(path, lambda _, answer=answer: answer)
        waited.append((path, times))
    crawl = here.start("houses", *BUDGET)
    assert crawl.until(lambda: all(len(here.site.log.requests(p)) >= n for p, n in waited))
    if "browser" in hangs:
        assert crawl.until(lambda: _browsers(crawl)), "the control of what `stopped` looks for"
    stopped(here, crawl, crawl.send(signal.SIGTERM))
    facts = here.facts()
    assert (facts["exit_code"], facts["states"]["failed"]) == (3, 0)
    here.site._overrides = healthy
    here.run("houses")
    here.whole()


def _browsers(crawl) -> list[psutil.Process]:
    found = []
    for one in crawl.family():
        with suppress(psutil.Error):
            found += [one] if "chrom" in one.name() else []
    return found


def test_without_the_deadline_a_stop_waits_for_the_request(crawls, tmp_path) -> None:
    """The control: Scrapy's own downloader has nothing to give up requests with."""
    here = crawls(12)
    here.list()
    here.site.override("/house/*", lambda _: Answer(fault="hang"))
    here.site.log.clear()
    slow = ("-s", "DOWNLOAD_TIMEOUT=6", "-s", "RETRY_TIMES=0", "-s", "STOP_BUDGET=60")
    crawl = here.start("houses", *slow)
    assert crawl.until(here.asked)
    at = crawl.send(signal.SIGTERM)
    assert crawl.code() == 3
    assert time.monotonic() - at > 4.5


@pytest.mark.full
def test_nothing_is_asked_for_after_the_signal(crawls) -> None:
    here = crawls(60)
    here.site.behaviour.latency = 0.2
    here.list()
    here.site.log.clear()
    crawl = here.start("houses")
    assert crawl.until(lambda: len(here.asked()) >= 6)
    at = crawl.send(signal.SIGINT)
    stopped(here, crawl, at, within=25)
    # What was on its way to the network, or to a browser that is being started, still goes out.
    late = [r for r in here.site.log.requests("/house/") if r.time > at + 5.0]
    assert late == []
    kept = here.facts()["states"]["ok"]
    assert kept
    assert len(here.sealed("houses")) == kept
    here.site.behaviour.latency = 0
    here.run("houses")
    here.whole()


def test_a_second_signal_ends_it_at_once(crawls) -> None:
    """First SIGTERM and a kill; the same place goes on, and is ended by two SIGTERM."""
    here = crawls(12)
    here.list()
    healthy = here.site._overrides
    victim = sorted(here.site.truth)[5]
    here.site.override(f"/house/{victim}", lambda _: Answer(fault="hang"))
    for second, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 3)):
        here.site.log.clear()
        crawl = here.start("houses")
        assert crawl.until(lambda: victim in here.asked())
        crawl.send(signal.SIGTERM)
        assert crawl.until(lambda crawl=crawl: "nothing new is asked for" in crawl.said)
        at = crawl.send(second)
        assert crawl.code() == code
        assert time.monotonic() - at < 3
        assert "Traceback" not in crawl.said
    here.site._overrides = healthy
    here.run("houses")
    here.whole()


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_housecrawl_run_passes_the_signal_on(crawls, number: int) -> None:
    here = crawls(40)
    here.site.behaviour.latency = 0.2
    program = ("-m", "scraper.cli.main", "run", "--site", here.file, "--dataset", here.place)
    crawl = here.start_program(*program)
    assert crawl.until(lambda: len(here.asked()) >= 3)
    stopped(here, crawl, crawl.send(number), within=25)


class Metadata:
    """A cloud's metadata on loopback: a token first, then 404 until the notice is there."""

    def __init__(self) -> None:
        self.noticed = threading.Event()
        self.asked: list[str] = []
        metadata = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                metadata.asked.append("token")
                self._send(200, b"a-token")

            def do_GET(self) -> None:
                metadata.asked.append("notice")
                if self.headers.get("X-aws-ec2-metadata-token") != "a-token":
                    self._send(401, b"")
                elif metadata.noticed.is_set():
                    self._send(200, b'{"action": "terminate", "time": "2026-11-21T09:00:00Z"}')
                else:
                    self._send(404, b"")

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/latest/meta-data/spot/instance-action"

    @contextmanager
    def running(self) -> Iterator[Metadata]:
        thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join()


@pytest.mark.parametrize("by", ["file", "metadata"] if FULL else ["metadata"])
def test_a_spot_notice_is_taken_like_a_signal(crawls, tmp_path, by: str) -> None:
    here = crawls(60)
    here.site.behaviour.latency = 0.8
    here.list()
    here.site.log.clear()
    file, metadata = tmp_path / "notice", Metadata()
    with metadata.running():
        where = str(file) if by == "file" else metadata.url
        crawl = here.start("houses", "-s", f"SPOT_NOTICE={where}")
        assert crawl.until(lambda: len(here.asked()) >= 3)
        at = time.monotonic()
        file.touch()
        metadata.noticed.set()
        stopped(here, crawl, at, within=25)
    late = [r for r in here.site.log.requests("/house/") if r.time > at + 5]
    assert late == []
    assert here.facts()["states"]["ok"]
    if by == "metadata":
        assert metadata.asked.count("token") == 1


NOWHERE = "http://127.0.0.1:9/notice"


@pytest.mark.parametrize("where", ["", NOWHERE] if FULL else [""], ids=lambda one: one[:4])
def test_no_notice_is_none(crawls, where: str) -> None:
    """The control: an address that answers 404 or not at all stops nothing."""
    here = crawls(12)
    here.list()
    with Metadata().running() as metadata:
        here.run("houses", "-s", f"SPOT_NOTICE={where or metadata.url}")
        assert "notice" in metadata.asked or where
    here.whole()
