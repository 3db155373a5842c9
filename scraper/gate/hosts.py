"""The robots.txt of every host, asked for once however many wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from scraper.gate.answers import Answer, Record

Origin = str
"""Scheme, host and port: rules hold for these three together (RFC 9309 2.3)."""


class Hosts:
    """Answers by origin; a host that is being asked is asked once."""

    def __init__(
        self,
        ask: Callable[[Origin], Awaitable[Answer]],
        clock: Callable[[], float],
        retry: float,
    ) -> None:
        self._ask, self._clock, self._retry = ask, clock, retry
        self._records: dict[Origin, Record] = {}
        self._asking: dict[Origin, asyncio.Task[Answer]] = {}

    async def answer(self, origin: Origin) -> Answer:
        """What a host says, asking it where that is not known or too old."""
        record = self._records.get(origin)
        known = record.current(self._clock()) if record else None
        if known is not None:
            return known
        if origin not in self._asking:
            task = asyncio.create_task(self._asked(origin))
            self._asking[origin] = task
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        # A request that is given up must not take the answer from the others that wait.
        return await asyncio.shield(self._asking[origin])

    async def _asked(self, origin: Origin) -> Answer:
        answer = await self._ask(origin)
        record = self._records.setdefault(origin, Record(self._retry))
        return record.take(answer, self._clock())
