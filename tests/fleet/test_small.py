"""The same in small: what a dead worker leaves is done by another, once."""

import shutil

import pytest

from scraper.fleet.open import open_queue
from scraper.fleet.order import read_order
from scraper.fleet.part import Stop, Visitor
from scraper.fleet.parts import read_parts
from scraper.fleet.worker import Worker
from scraper.place.open import open_place

PARTS = 2
HOUSES = 8


def work(f, lease: float) -> int:
    """A worker in this process: it ends when nothing is left."""
    place = open_place(f.place)
    queue = open_queue(read_order(place).engine, lease)
    with Stop() as stop:
        return Worker(queue, Visitor(place, stop), pause=0.2, poll=1.0).work()


def left(f) -> list[int]:
    place = open_place(f.place)
    return read_parts(place, read_order(place)).left


def test_redis_streams(fleet, redis_server, capsys) -> None:
    """A worker dies by SIGKILL; its crawl ends with it, and its part is done by another."""
    f = fleet(HOUSES)
    f.submit(redis_server.url, "--parts", str(PARTS), "-s", "STOP_BUDGET=3")
    held = f.hold(lambda _: True)
    worker = f.fleet("work", f.place, "--lease", "2")
    f.wait_for(lambda: held, "a part is at work")
    crawl = worker.family()
    assert len(crawl) >= 1
    worker.process.kill()
    f.wait_for(lambda: not any(map(f.alive, crawl)), "a crawl does not outlive its worker")
    f.released.set()
    assert left(f) == [0, 1]
    capsys.readouterr()
    assert f.here("finish", f.place) == 3
    assert "2 of 2 parts are left: 0, 1" in capsys.readouterr().out
    assert work(f, lease=2.0) == 0
    assert left(f) == []


@pytest.mark.full
def test_gnu_parallel(fleet, capsys) -> None:
    """A crawl dies by SIGKILL and is begun again; then a version is published, once."""
    if not shutil.which("parallel"):
        pytest.skip("GNU parallel is not installed: it is not tested here")
    f = fleet(HOUSES)
    parts: list[int] = []
    held = f.hold(lambda request: not parts)
    words = ("--site", f.file, "--dataset", f.place, "--engine", "parallel")
    submitted = f.fleet("submit", *words, "--parts", str(PARTS), "-s", "PHOTO_WORKERS=1")
    f.wait_for(lambda: held or submitted.process.poll() is not None, "a part is at work")
    parts.append(f.part_of(held[0], PARTS))
    f.kill(*(one for one in submitted.family() if "scraper.cli.scrapy" in one.cmdline()))
    f.released.set()
    submitted.ended()
    assert f.attempts() == {parts[0]: 2, 1 - parts[0]: 1}
    assert f.here("finish", f.place) == 0
    f.whole()
    capsys.readouterr()
    assert f.here("finish", f.place) == 0
    assert "published already: version 1" in capsys.readouterr().out
