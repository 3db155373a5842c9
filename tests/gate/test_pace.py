"""The pace of a site: by an injected clock, and by the server's log."""

import asyncio
import time
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise

import pytest

from scraper.gate.options import Options
from scraper.gate.pace import Budget, Pace, retry_after
from scraper.gate.turns import Line, StoppingError

LEAST = 0.2
"""Seconds between two lines of a log where 0.3 were waited: a busy machine notes them late."""
NOW = 1_800_000_000.0


def budget(delay: float = 0, concurrency: int = 0) -> Budget:
    return Budget(Pace(delay, concurrency), back_off=2.0, chance=lambda: 1.0)


def test_the_slower_of_site_file_and_robots_wins() -> None:
    one = budget(delay=2)
    assert one.wait(100) == 0
    one.start(100)
    assert one.wait(100.5) == 1.5
    one.slow_to("http://a.example", 1)
    assert one.wait(100.5) == 1.5
    one.slow_to("http://b.example", 5)
    assert one.wait(100.5) == 4.5


def test_so_many_at_once() -> None:
    one = budget(concurrency=2)
    one.start(0)
    assert not one.is_full
    one.start(0)
    assert one.is_full
    one.end()
    assert not one.is_full


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10", 10.0),
        (" 0 ", 0.0),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("315360000", 3600.0),
        ("9" * 5000, 3600.0),
        (formatdate(NOW + 315360000, usegmt=True), 3600.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("\u0662", None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW, 3600.0) == seconds


def test_back_off_doubles_until_the_site_answers() -> None:
    one = budget()
    rests, now = [], 0.0
    for _ in range(4):
        rests.append(one.refused(now, None))
        now += rests[-1]
    assert rests == [2, 4, 8, 16]
    one.accepted(now)
    assert one.refused(now, None) == 2


def test_answers_to_one_burst_are_one_refusal() -> None:
    one = budget()
    assert [one.refused(0, None) for _ in range(5)] == [2] * 5
    assert one.refused(2, None) == 4


def test_back_off_leaves_half_to_chance_and_has_an_end() -> None:
    lucky = Budget(Pace(), back_off=2.0, chance=lambda: 0.0)
    assert lucky.refused(0, None) == 1
    now = 0.0
    for _ in range(2000):
        now += lucky.refused(now, None)
    assert lucky.refused(now, None) == 300


def test_a_retry_after_is_not_shortened_by_the_next() -> None:
    one = budget()
    one.refused(0, 60)
    one.refused(1, 5)
    assert one.hold(1) == 59


async def test_turns_come_in_order_and_one_that_is_given_up_is_left_out() -> None:
    line = Line(budget(concurrency=1), asyncio.get_running_loop().time, lambda: False)
    came: list[int] = []

    async def ask(number: int) -> None:
        await line.enter()
        came.append(number)
        await asyncio.sleep(0)
        line.leave()

    tasks = [asyncio.create_task(ask(number)) for number in range(20)]
    await asyncio.sleep(0)
    tasks[7].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert came == [number for number in range(20) if number != 7]


async def test_a_request_that_waits_long_ends_when_the_crawl_stops() -> None:
    stopped = asyncio.Event()
    line = Line(budget(), lambda: 0.0, stopped.is_set)
    line.budget.refused(0, 3600)
    waiting = asyncio.create_task(line.enter())
    await asyncio.sleep(0)
    stopped.set()
    with pytest.raises(StoppingError):
        await asyncio.wait_for(waiting, 5)


def test_the_users_own_host_needs_no_pace() -> None:
    options = Options()
    assert options.pace(None, None, own=True) == Pace(0, 0)
    assert options.pace(None, None, own=False) == Pace(1.0, 4)
    assert options.pace(0.5, 2, own=True) == Pace(0.5, 2)


def gaps(server) -> list[float]:
    times = [when for when, _, _ in server.log]
    return [later - earlier for earlier, later in pairwise(times)]


def test_the_servers_log_shows_the_pace(house, crawl) -> None:
    """robots.txt, pages and photos of a site share one budget; other hosts have their own."""
    filed = house(b"")
    asked_for = house(b"User-agent: *\nCrawl-delay: 0.3\nDisallow: /x")
    free = house(b"User-agent: *\nCrawl-delay: 0.3\nDisallow: /x")
    crawl(
        {
            "urls": [filed.url(f"/{n}") for n in range(3)],
            "media": [filed.url("/photo.jpg")],
            "own": [filed.own],
            "pace": {"delay": 0.3, "concurrency": None},
        },
        {
            "urls": [asked_for.url(f"/{n}") for n in range(4)],
            "own": [asked_for.own],
            "pace": {"delay": 0.01, "concurrency": 4},
        },
        {
            "urls": [free.url(f"/{n}") for n in range(4)],
            "own": [free.own],
            "settings": {
                "DOWNLOADER_MIDDLEWARES": {"scraper.gate.middleware.GateMiddleware": None},
                "ROBOTSTXT_OBEY": True,
            },
        },
    )
    assert len(filed.log) == len(asked_for.log) == len(free.log) + 2 == 7
    assert min(gaps(filed)) > LEAST
    assert min(gaps(asked_for)) > LEAST
    assert min(gaps(free)) < LEAST  # negative control: without the gate nothing waits


def test_so_many_transfers_at_once_at_the_server(house, crawl) -> None:
    server, most = house(b""), []

    def slow(handler):
        with server.noting:
            server.now = getattr(server, "now", 0) + 1
            most.append(server.now)
        server.released.wait(0.05)
        with server.noting:
            server.now -= 1
        return 200, {}, b"ok"

    urls = [server.url(f"/{n}") for n in range(12)]
    server.routes.update({f"/{n}": slow for n in range(12)})
    pace = {"delay": 0, "concurrency": 3}
    (said,) = crawl({"urls": urls, "own": [server.own], "pace": pace})
    assert len(said["got"]) == 12
    assert max(most) == 3


def test_a_site_that_says_not_now_is_left_alone(house, crawl) -> None:
    at = formatdate(time.time() + 600, usegmt=True)
    wishes = "1", "garbage", at, "315360000", "-1"
    servers = [house(b"") for _ in wishes]
    for server, wish in zip(servers, wishes, strict=True):
        rest = iter([(429, {"Retry-After": wish}, b""), (503, {"Retry-After": wish}, b"")])
        server.routes["/a"] = lambda _, rest=rest: next(rest, (200, {}, b"ok"))
    settings = {"RETRY_ENABLED": True, "BACK_OFF": 1.0, "RETRY_AFTER_MAX": 1.2}
    meta = {"handle_httpstatus_all": False}
    said = crawl(
        *(
            {"urls": [one.url("/a")], "own": [one.own], "settings": settings, "meta": meta}
            for one in servers
        )
    )
    for server, one in zip(servers, said, strict=True):
        assert one["got"] == {server.url("/a"): 200}
        assert server.asked() == ["/robots.txt", "/a", "/a", "/a"]
    by_header, by_chance, by_date, for_years, negative = (gaps(server)[-2:] for server in servers)
    for capped in (by_date, for_years):
        assert min(capped) > 1.1, "no request before the time"
        assert max(capped) < 20, "ten minutes and ten years are capped"
    assert negative[0] > 0.48
    assert min(by_header) > 0.98
    assert by_chance[0] > 0.48
    assert by_chance[1] > 0.98  # the second in a row: twice as long


def test_stock_scrapy_does_not_wait(house, crawl) -> None:
    """Negative control: its own retries, in spite of a Retry-After of ten minutes."""
    server = house(b"")
    rest = iter([(429, {"Retry-After": "600"}, b""), (503, {"Retry-After": "600"}, b"")])
    server.routes["/a"] = lambda _: next(rest, (200, {}, b"ok"))
    settings = {
        "DOWNLOADER_MIDDLEWARES": {"scraper.gate.middleware.GateMiddleware": None},
        "ROBOTSTXT_OBEY": True,
        "RETRY_ENABLED": True,
    }
    meta = {"handle_httpstatus_all": False}
    crawl({"urls": [server.url("/a")], "own": [server.own], "settings": settings, "meta": meta})
    assert server.asked() == ["/robots.txt", "/a", "/a", "/a"]
    assert max(gaps(server)[-2:]) < 1


def test_workers_share_a_pace_and_take_turns() -> None:
    """On one clock on the wall, whatever each one's own clock says."""
    pace = Pace(delay=2.0, concurrency=4, workers=2)
    starts = []
    for turn, ahead in ((0, 1000.0), (1, 500.0)):
        one = Budget(replace(pace, turn=turn), 2.0, lambda: 1.0, ahead)
        assert (pace.at_once, one.delay) == (2, 4.0)
        now = 2000.3 - ahead
        for _ in range(5):
            now += one.wait(now)
            one.start(now)
            starts.append(now + ahead)
            now += 0.01
    apart = [later - earlier for earlier, later in pairwise(sorted(starts))]
    assert min(apart) >= 1.9
    assert max(apart) <= 2.1


def test_a_site_that_gets_slower_is_asked_less_often_and_never_more() -> None:
    one = budget(delay=1)
    for _ in range(30):
        one.latency.took(0.3)
    assert one.delay == 1
    delays = []
    for seconds in [*[3.0] * 40, *[60.0] * 100]:
        one.latency.took(seconds)
        delays.append(one.delay)
    assert delays == sorted(delays)
    assert 4 < delays[39] < 5.1
    assert delays[-1] == 8, "bounded"
    for _ in range(200):
        one.latency.took(0.01)
    assert one.delay == 1


def test_a_strained_site_sees_it_in_its_log(house, crawl) -> None:
    server = house(b"")

    def answer(handler):
        handler.server.released.wait(1.0 if int(handler.path[1:]) >= 24 else 0.0)
        return 200, {}, b"ok"

    server.routes.update({f"/{n}": answer for n in range(48)})
    pace = {"delay": 0.1, "concurrency": 40}
    urls = [server.url(f"/{n}") for n in range(48)]
    crawl({"urls": urls, "own": [server.own], "pace": pace})
    seen = [when for when, path, _ in server.log if path[1:].isdigit()]
    rests = [later - earlier for earlier, later in pairwise(seen)]
    assert sum(rests[-6:]) > 1.6 * sum(rests[:6]), "with 40 at once nothing else holds them"
