"""Pages that came at once are not all read in one round of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final

ENOUGH: Final = 0.008
"""Seconds of reading in one round of the event loop. What waits for its time may wait for two. A
round for every page or two of 60 KB costs 8 % more: one page right after the other is cheaper."""


class Turns:
    """Sixteen answers may be ready in one round of the event loop: read in that round they would
    hold downloads, photos and a stop for the time of all of them together."""

    def __init__(self, enough: float = ENOUGH) -> None:
        self._enough, self._spent = enough, 0.0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Read a page in this round, or in a later one where enough was read; without a wait."""
        while self._spent >= self._enough:  # noqa: ASYNC110  an event would wake all as well
            await asyncio.sleep(0)
        if not self._spent:
            asyncio.get_running_loop().call_soon(self._begin)
        begun = perf_counter()
        try:
            yield
        finally:
            self._spent += perf_counter() - begun

    def _begin(self) -> None:
        self._spent = 0.0
