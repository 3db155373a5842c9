"""One pace over all workers: judged by the site's log, and by a server that goes away."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scraper.errors import IncompleteError, SettingError
from scraper.gate.options import Options
from scraper.gate.pace import Budget, Pace
from scraper.gate.shared import AGAIN, SharedPace

DELAY = 0.05
LATE = 1.0
"""Seconds by which a busy machine may note a request too late."""
CRAWLING = Path(__file__).with_name("crawling.py")


def crawls(server, workers: int, pages: int, redis: str = "") -> list[dict[str, object]]:
    """So many workers that each think to be alone."""
    one = {
        "urls": [server.url(f"/{n}") for n in range(pages)],
        "own": [server.own],
        "pace": {"delay": DELAY, "concurrency": 16},
        "settings": {"FLEET_PACE": redis},
    }
    return [one] * workers


def too_fast(server) -> float:
    """Seconds by which the log is ahead of the pace, at its worst, between any two requests."""
    times = sorted(when for when, _, _ in server.log)
    # t[j] - t[i] >= (j - i) * DELAY for all i < j: the least of t - i * DELAY only grows.
    slack = [when - n * DELAY for n, when in enumerate(times)]
    highest, worst = slack[0], 0.0
    for one in slack:
        worst = max(worst, highest - one)
        highest = max(highest, one)
    return worst


def test_many_workers_are_as_fast_as_one(house, crawl, redis_server) -> None:
    paced, free = house(), house()
    said = crawl(*crawls(paced, 16, 3, redis_server.url), *crawls(free, 16, 3))
    assert all(status == 200 for one in said for status in one["got"].values())
    assert len(paced.log) == len(free.log) >= 16 * 4
    assert too_fast(paced) < LATE
    # The control: those that do not ask are sixteen times too fast.
    assert too_fast(free) > LATE


@pytest.mark.full
def test_the_pace_holds_while_workers_come(house, redis_server) -> None:
    """1, then 4, then 16 processes; none of them is told how many there are."""
    server = house()
    begun = threading.Event()
    server.routes["/0"] = lambda _: begun.set() or (200, {}, b"ok")
    running: list[subprocess.Popen[str]] = []
    for workers in (1, 3, 12):
        begun.clear()
        for _ in range(workers):
            process = subprocess.Popen(
                [sys.executable, str(CRAWLING)],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env={**os.environ},
            )  # fmt: skip
            assert process.stdin is not None
            process.stdin.write(json.dumps(crawls(server, 1, 60, redis_server.url)))
            process.stdin.close()
            running.append(process)
        assert begun.wait(120)
    assert [one.wait(300) for one in running] == [0] * 16
    assert len(server.log) >= 16 * 61
    print(
        f"{len(server.log)} requests of 16 processes, {too_fast(server):.3f} s ahead at the worst"
    )
    assert too_fast(server) < LATE


async def test_one_that_cannot_ask_waits_and_then_ends(redis_server) -> None:
    told: list[IncompleteError] = []

    class Spider:
        @staticmethod
        def end_early(error: IncompleteError) -> None:
            told.append(error)

    now = [0.0]
    pace = SharedPace(redis_server.url, Spider, lambda: now[0])
    budget = pace.of("site demo")
    try:
        # A server that knows nothing may just have lost what it knew.
        assert 0 < await budget.ask(0.2) <= 0.2
        assert await granted(budget, 0.2)
        assert 0 < await budget.ask(0.2) <= 0.2
        assert await pace.of("another").ask(0.001) > 0
        redis_server.stop()
        assert [await budget.ask(0.2) for _ in range(3)] == [AGAIN] * 3
        now[0] = 60.0
        assert await budget.ask(0.2) == AGAIN
        assert not told
        redis_server.start()
        assert 0 < await budget.ask(0.2) <= 0.2, "it has forgotten when the last one started"
        assert await granted(budget, 0.2)
        redis_server.stop()
        await budget.ask(0.2)
        now[0] += 121.0
        assert await budget.ask(0.2) == AGAIN
        assert told[0].exit_code == 3
    finally:
        await pace.close()


async def test_a_rest_is_one_of_all_workers(redis_server) -> None:
    one, other = (SharedPace(redis_server.url, lambda: None) for _ in range(2))
    try:
        await granted(one.of("s"), 0.01)
        one.of("s").rest(60.0)
        await asyncio.gather(*one.telling)
        assert 50 < await other.of("s").ask(0.01) <= 60
        one.of("s").rest(1.0)
        await asyncio.gather(*one.telling)
        assert await other.of("s").ask(0.01) > 50, "the longer one counts"
    finally:
        await one.close()
        await other.close()


async def granted(budget, delay: float) -> bool:
    """Wait for a start."""
    deadline = time.monotonic() + 60
    while (wait := await budget.ask(delay)) > 0:
        assert time.monotonic() < deadline
        await asyncio.sleep(wait)
    return True


def test_what_is_shared_is_not_divided() -> None:
    shared = Budget(Pace(1.0, 8, workers=4, turn=3, shared=True), 2.0, lambda: 1.0)
    assert shared.wait(100.0) == 0.0
    shared.start(100.0)
    assert shared.wait(100.0) == 1.0
    shared.wait_for(103.0)
    assert shared.wait(100.0) == 3.0
    divided = Budget(Pace(1.0, 8, workers=4, turn=3), 2.0, lambda: 1.0)
    divided.start(100.0)
    assert divided.wait(100.0) > 2.0


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("http://10.0.0.5", "redis://"),
        ("redis://:secret@10.0.0.5/0", "redis:env:NAME"),
        ("redis:env:NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE"),
    ],
)
def test_an_address_that_cannot_be_used(value: str, said: str) -> None:
    with pytest.raises(SettingError, match=said) as error:
        Options.from_settings({"FLEET_PACE": value})
    assert "secret" not in str(error.value)


def test_an_address_out_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACE_SERVER", "redis://:secret@10.0.0.5/0")
    options = Options.from_settings({"FLEET_PACE": "redis:env:PACE_SERVER"})
    assert options.shared == "redis://:secret@10.0.0.5/0"
    assert options.pace(1.0, 4, own=False).shared
