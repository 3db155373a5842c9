"""Crawls that are killed lose no house and have none twice, and only the last run says "done"."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from scraper.demo.server import Answer
from scraper.demo.site import DemoSite

FULL = os.environ.get("FAULTS") == "full"
AT_ONCE = 16
"""Houses that are worked on at once: CONCURRENT_REQUESTS."""
HOUSES = 500 if FULL else 40
PATIENCE = 60
"""Seconds that stock Scrapy may take to its first row."""


@pytest.mark.parametrize("seed", range(20) if FULL else [1])
def test_three_kills_at_random_moments(crawls, seed: int) -> None:
    _killed(crawls(HOUSES), 3, random.Random(seed))


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_fifty_kills_in_one_crawl(crawls) -> None:
    _killed(crawls(HOUSES), 50, random.Random(99))


def _killed(here, kills: int, chance: random.Random) -> None:
    here.list()
    asked: list[set[str]] = []
    killed = 0
    for _ in range(kills):
        here.site.log.clear()
        crawl = here.start("houses")
        pages = chance.randint(1, max(2, 2 * HOUSES // (3 * kills)))
        if crawl.until(lambda pages=pages: len(here.asked()) >= pages):
            time.sleep(chance.uniform(0, 0.3))
        if crawl.process.poll() is None:
            killed += 1
        crawl.kill()
        asked.append(here.asked())
        assert crawl.process.returncode in (-signal.SIGKILL, 0)
    here.site.log.clear()
    here.run("houses")
    asked.append(here.asked())
    here.whole()
    assert killed >= kills - 1
    again = sum(map(len, asked)) - len(set().union(*asked))
    assert again <= AT_ONCE * killed
    with closing(sqlite3.connect(Path(here.place) / "ledger.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


RUNNER = """
import os, signal, sys
deadly, nth = sys.argv[1], int(sys.argv[2])
del sys.argv[1:3]
met = 0
def told(phase):
    global met
    met += phase == deadly
    if phase == deadly and met == nth:
        os.kill(os.getpid(), signal.SIGKILL)
from scraper.ledger.store import Ledger
opened = Ledger.open.__func__
Ledger.open = classmethod(lambda cls, place, **more: opened(cls, place, **more, told=told))
from scraper.dataset import publish
for name in ("put_rows", "put_photos", "_write"):
    def put(*args, name=name, real=getattr(publish, name), **more):
        told(name)
        result = real(*args, **more)
        told(name + " done")
        return result
    setattr(publish, name, put)
from scraper.cli.scrapy import main
main()
"""
PHASES = [("uploaded", 1), ("put_photos", 1)]
IN_FULL = [
    *(("committing", n) for n in (1, 9)),
    *(("committed", n) for n in (1, 20)),
    *((name, 1) for name in ("planned", "written", "manifested", "sealed", "purged")),
    *((name, n) for name in ("put_rows", "put_rows done") for n in (1, 2)),
    *((name, 1) for name in ("put_photos done", "_write", "_write done")),
]


def test_a_kill_in_each_phase_gives_the_same_tables(good) -> None:
    calm = good.tables()
    for phase, nth in PHASES + (IN_FULL if FULL else []):
        shutil.rmtree(good.place)
        good.list()
        killed = good.start("houses", program=("-c", RUNNER, phase, str(nth)))
        assert killed.code() == -signal.SIGKILL, (phase, killed.said[-2000:])
        good.run("houses")
        good.whole()
        for name, table in good.tables().items():
            pd.testing.assert_frame_equal(table, calm[name], obj=f"{name} after {phase}")


@pytest.mark.parametrize("fault", ["twice", "lost"])
def test_the_judge_sees_a_part_that_is_there_twice_and_one_that_is_lost(good, fault: str) -> None:
    """The control of all that says `whole`."""
    good.whole()
    manifest = next((Path(good.place) / "parts").glob("*.json"))
    if fault == "twice":
        shutil.copy(manifest, manifest.with_name("other.json"))
    else:
        manifest.unlink()
    with pytest.raises(AssertionError):
        good.whole()


@pytest.mark.parametrize("torn", ["part", "manifest", "photos"] if FULL else ["photos"])
def test_what_is_torn_is_found_and_made_again(good, torn: str) -> None:
    here = good
    parts = Path(here.place) / "parts"
    newest = {
        "part": lambda: max((parts / "houses").iterdir()),
        "photos": lambda: max((parts / "photos").iterdir()),
        "manifest": lambda: max(parts.glob("*.json")),
    }[torn]()
    data = newest.read_bytes()
    if torn == "photos":
        # One byte of a stored photo, in the middle of the file.
        middle = len(data) // 2
        newest.write_bytes(data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :])
    else:
        newest.write_bytes(data[: len(data) // 2])
    here.site.log.clear()
    again = here.run("houses")
    assert "houses of lost parts are visited again" in again.said
    assert here.asked() >= set(here.site.truth)
    here.whole()


@pytest.mark.full
def test_two_ids_that_lead_to_one_page_both_come_to_an_end(crawls) -> None:
    here = crawls(20)
    first, second, *_ = sorted(here.site.truth)
    to = {"Location": f"{here.site.url}/house/{first}"}
    here.site.override(f"/house/{second}", lambda _: Answer(b"", 302, headers=to))
    here.run("ids")
    here.run("houses")
    states = here.facts()["states"]
    assert states["new"] == 0
    assert sum(states.values()) == len(here.site.listed)
    assert here.sealed("visits")[second] == 1


STOCK = """
import json, scrapy
class Stock(scrapy.Spider):
    name = "stock"
    custom_settings = {"CONCURRENT_REQUESTS": 16, "TELNETCONSOLE_ENABLED": False,
                       "REMOTE_CONTROL_ENABLED": False, "ROBOTSTXT_OBEY": False}
    async def start(self):
        for url in json.load(open("searches.json")):
            yield scrapy.Request(url)
    def parse(self, response):
        for link in response.css("a::attr(href)").re(r"^/house/[0-9]+$"):
            yield response.follow(link, self.house)
        for link in response.css("a[rel=next]"):
            yield response.follow(link)
    def house(self, response):
        with open("rows.txt", "a") as rows:
            rows.write(response.url + "\\n")
"""


def test_stock_scrapy_with_a_jobdir_loses_houses_at_the_same_kills(tmp_path) -> None:
    """The control: the same kills without the ledger."""
    (tmp_path / "stock.py").write_text(STOCK)
    rows = tmp_path / "rows.txt"
    rows.touch()
    command = [sys.executable, "-m", "scrapy", "runspider", "stock.py", "-s", "JOBDIR=job"]
    env = {k: v for k, v in os.environ.items() if k != "SCRAPY_SETTINGS_MODULE"}
    with DemoSite(houses=120, seed=3, latency=0.05) as site:
        searches = [f"{site.url}/search/{town.slug}" for town in site.catalogue.towns]
        (tmp_path / "searches.json").write_text(json.dumps(searches))
        for pages in (15, 15, len(site.listed)):
            with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL) as one:
                _until_rows(rows, len(rows.read_text().splitlines()) + pages, one)
                one.kill()
        stored = {line.rpartition("/")[2] for line in rows.read_text().splitlines()}
        assert 0 < len(stored) < len(site.listed) - len(site.gone)


def _until_rows(rows: Path, wanted: int, process: subprocess.Popen[bytes]) -> None:
    """Wait for so many rows, or until none has come for long: a resumed JOBDIR may never end."""
    size, since = rows.stat().st_size, time.monotonic()
    while process.poll() is None and len(rows.read_text().splitlines()) < wanted:
        if (now := rows.stat().st_size) != size:
            size, since = now, time.monotonic()
        if time.monotonic() - since > (6 if size else PATIENCE):
            return
        time.sleep(0.005)
