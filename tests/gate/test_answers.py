"""How long an answer holds, by an injected clock, and one fetch however many wait."""

import asyncio

import pytest

from scraper.gate.answers import Answer, Record, answered, unreachable
from scraper.gate.hosts import Hosts
from scraper.gate.kept import Kept
from scraper.gate.way import DIRECT, Way

HOUR, DAY = 3600.0, 86400.0
RULES = answered(200, b"User-agent: *\nDisallow: /a", "http://h.example/robots.txt")
FAILED = unreachable("HTTP 503", "http://h.example/robots.txt")


def test_2_4_rules_hold_for_a_day() -> None:
    record = Record(retry=60)
    assert record.take(RULES, 0) is RULES
    assert record.current(DAY - 1) is RULES
    assert record.current(DAY) is None


def test_2_3_1_4_a_failure_denies_and_is_tried_again_soon() -> None:
    record = Record(retry=60)
    assert not record.take(FAILED, 0).verdict("housecrawl", "http://h.example/").allowed
    assert record.current(59) is FAILED
    assert record.current(60) is None
    assert record.take(RULES, 61) is RULES


def test_2_3_1_4_the_last_good_copy_stands_in_for_thirty_days() -> None:
    record = Record(retry=60)
    record.take(RULES, 0)
    assert record.take(FAILED, 25 * HOUR) is RULES
    assert record.current(25 * HOUR + 60) is None
    assert record.take(FAILED, 30 * DAY - 1) is RULES
    assert record.take(FAILED, 30 * DAY + 1) is FAILED


def test_rules_that_appear_are_obeyed_after_a_day() -> None:
    record = Record(retry=60)
    free = answered(404, b"", "http://h.example/robots.txt")
    record.take(free, 0)
    assert record.current(DAY) is None
    assert not record.take(RULES, DAY).verdict("housecrawl", "http://h.example/a").allowed


@pytest.mark.parametrize("retry_delay", [("Crawl-delay: 2", 2), ("Request-rate: 1/5", 5)])
def test_the_slower_of_delay_and_rate(retry_delay: tuple[str, float]) -> None:
    line, seconds = retry_delay
    body = f"User-agent: *\nCrawl-delay: 1\n{line}\nDisallow: /a".encode()
    assert answered(200, body, "x").delay("housecrawl") == seconds


async def test_one_fetch_however_many_wait_and_whoever_gives_up() -> None:
    asked: list[str] = []
    begun, come = asyncio.Event(), asyncio.Event()

    async def ask(origin: str, way: Way) -> Answer:
        asked.append(origin)
        begun.set()
        await come.wait()
        return RULES

    hosts = Hosts(ask, lambda: 0.0, 60, Kept(None))
    waiting = [asyncio.create_task(hosts.answer("http://h.example", DIRECT)) for _ in range(200)]
    other = asyncio.create_task(hosts.answer("https://h.example", DIRECT))
    await begun.wait()
    waiting[0].cancel()
    come.set()
    answers = await asyncio.gather(*waiting, other, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert all(answer is RULES for answer in answers[1:])
    assert sorted(asked) == ["http://h.example", "https://h.example"]
    assert await hosts.answer("http://h.example", DIRECT) is RULES
    assert len(asked) == 2
