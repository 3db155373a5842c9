"""Pages that came at once do not hold the event loop for the time of all of them together."""

import asyncio
from time import perf_counter

import pytest

from spiders.turns import Turns

PAGES, LONG = 16, 0.002


class Rounds:
    """Counts the rounds of the event loop."""

    def __init__(self) -> None:
        self.now = 0
        self()

    def __call__(self) -> None:
        self.now += 1
        asyncio.get_running_loop().call_soon(self)


async def rounds_of(turns: Turns) -> list[tuple[int, int]]:
    """Each page and the round in which it was read, all of them there at the same time."""
    rounds, read = Rounds(), list[tuple[int, int]]()

    async def page(number: int) -> None:
        async with turns.one():
            read.append((number, rounds.now))
            until = perf_counter() + LONG
            while perf_counter() < until:
                pass

    await asyncio.gather(*map(page, range(PAGES)))
    return read


async def test_a_round_reads_until_it_is_enough_and_no_more() -> None:
    read = await rounds_of(Turns(1.5 * LONG))
    assert [number for number, _ in read] == list(range(PAGES))
    rounds = [now for _, now in read]
    assert max(rounds.count(now) for now in rounds) <= 2
    # The control: where anything is little, one round reads all of them.
    assert len({now for _, now in await rounds_of(Turns(3600))}) == 1


async def test_one_alone_does_not_wait() -> None:
    turns, rounds = Turns(1e-9), Rounds()
    for _ in range(PAGES):
        now = rounds.now
        async with turns.one():
            assert rounds.now == now
        await asyncio.sleep(0)


async def test_a_reading_that_breaks_and_one_that_is_given_up_take_nobodys_turn() -> None:
    turns = Turns(LONG / 2)
    with pytest.raises(ValueError, match="broken"):
        async with turns.one():
            raise ValueError("broken")
    held = asyncio.ensure_future(rounds_of(turns))
    await asyncio.sleep(0)
    held.cancel()
    async with asyncio.timeout(60):
        assert len(await rounds_of(turns)) == PAGES
