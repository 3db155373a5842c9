"""The robots.txt of every host, asked for once however many wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from scraper.gate.answers import Answer, Record

Origin = str
"""Scheme, host and port of a URL: rules hold for these three together (RFC 9309 2.3)."""

_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> Origin:
    """The origin of an http or https URL; ValueError where its port is none.

    >>> origin_of("HTTP://Homes.example:80/a"), origin_of("https://user@[::1]:8443/")
    ('http://homes.example', 'https://[::1]:8443')
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    standard = port is None or port == _PORTS.get(parts.scheme)
    return f"{parts.scheme}://{shown}" if standard else f"{parts.scheme}://{shown}:{port}"


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

    def known(self, origin: Origin) -> Answer | None:
        """The answer that holds now, without asking."""
        record = self._records.get(origin)
        return record.current(self._clock()) if record else None

    async def _asked(self, origin: Origin) -> Answer:
        answer = await self._ask(origin)
        record = self._records.setdefault(origin, Record(self._retry))
        return record.take(answer, self._clock())
