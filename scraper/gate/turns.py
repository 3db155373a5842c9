"""Requests wait here for their turn, in the order in which they came, a line for each site."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from scraper.gate.pace import Budget

GLANCE: Final = 0.5
"""Seconds after which a request that waits looks whether the crawl is being stopped."""


class Shared(Protocol):
    """What holds a pace over all workers."""

    async def ask(self, delay: float) -> float:
        """Seconds until a request may start; 0: it starts now, and the next one `delay` later."""

    def rest(self, seconds: float) -> None:
        """Let none start for a while."""


class StoppingError(Exception):
    """The crawl is being stopped: the request's turn will not come."""


class Line:
    """The line in front of one budget."""

    def __init__(
        self,
        budget: Budget,
        clock: Callable[[], float],
        stopping: Callable[[], bool],
        room: Callable[[], bool] = lambda: True,
        shared: Shared | None = None,
    ) -> None:
        """`room`: whether a request can leave now for all that is no matter of pace."""
        self.budget = budget
        self._clock, self._stopping, self._room = clock, stopping, room
        self.shared = shared
        self._first = asyncio.Lock()
        self._ended = asyncio.Event()

    async def enter(self) -> None:
        """Wait for a turn and take it; StoppingError where the crawl is stopped before."""
        if self.shared is None and not self._first.locked() and self._may_start():
            self.budget.start(self._clock())
            return
        async with self._first:
            while not (self._may_start() and await self._is_granted()):
                await self._change()
            self.budget.start(self._clock())

    async def unheld(self) -> None:
        """Wait until the site takes requests again; takes no turn."""
        while self.budget.hold(self._clock()) > 0:
            self._refuse_where_stopping()
            await asyncio.sleep(min(self.budget.hold(self._clock()), GLANCE))

    def leave(self) -> None:
        """A turn is over."""
        self.budget.end()
        self._ended.set()

    def look(self) -> None:
        """There may be room again."""
        self._ended.set()

    def _may_start(self) -> bool:
        in_time = not self.budget.is_full and self.budget.wait(self._clock()) <= 0
        return in_time and self._room()

    async def _is_granted(self) -> bool:
        """Whether no other worker keeps the next request waiting."""
        if self.shared is None or not self.budget.delay:
            return True
        wait = await self.shared.ask(self.budget.delay)
        if wait > 0:
            self.budget.wait_for(self._clock() + wait)
        return wait <= 0

    async def _change(self) -> None:
        """Wait until a turn may have come."""
        self._refuse_where_stopping()
        unknown = self.budget.is_full or not self._room()
        wait = GLANCE if unknown else self.budget.wait(self._clock())
        self._ended.clear()
        try:
            async with asyncio.timeout(min(wait, GLANCE)):
                await self._ended.wait()
        except TimeoutError:
            return

    def _refuse_where_stopping(self) -> None:
        if self._stopping():
            raise StoppingError("the crawl is being stopped")
