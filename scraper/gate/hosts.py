"""The robots.txt of every host, asked for once however many wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from scraper.gate.answers import Answer, Record
from scraper.gate.kept import Kept
from scraper.gate.way import Way

Origin = str
"""Scheme, host and port: rules hold for these three together (RFC 9309 2.3)."""


Ask = Callable[[Origin, Way], Awaitable[Answer]]


class Hosts:
    """Answers by origin; a host that is being asked is asked once."""

    def __init__(self, ask: Ask, clock: Callable[[], float], retry: float, kept: Kept) -> None:
        self._ask, self._clock, self._retry, self._kept = ask, clock, retry, kept
        self._records: dict[Origin, Record] = {}
        self._asking: dict[Origin, asyncio.Task[Answer]] = {}

    async def answer(self, origin: Origin, way: Way) -> Answer:
        """What a host says, asking it where that is not known or too old."""
        record = self._records.get(origin)
        known = record.current(self._clock()) if record else None
        if known is not None:
            return known
        if origin not in self._asking:
            task = asyncio.create_task(self._asked(origin, way))
            self._asking[origin] = task
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        # A request that is given up must not take the answer from the others that wait.
        return await asyncio.shield(self._asking[origin])

    async def _asked(self, origin: Origin, way: Way) -> Answer:
        record = self._records.get(origin) or await self._remembered(origin)
        if (known := record.current(self._clock())) is not None:
            return known
        answer = await self._ask(origin, way)
        if answer.outcome != "deny_all":
            await asyncio.to_thread(self._kept.save, origin, answer)
        return record.take(answer, self._clock())

    async def _remembered(self, origin: Origin) -> Record:
        record = self._records[origin] = Record(self._retry)
        if earlier := await asyncio.to_thread(self._kept.load, origin):
            record.remember(*earlier, self._clock())
        return record
