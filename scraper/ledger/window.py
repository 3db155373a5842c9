"""How many houses are worked on at once, and who waits for that to change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from scraper.house import Lease


class Window:
    """The houses that are leased and have no outcome yet, at most `size` of them.

    One event loop uses it; nothing in it blocks.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._open: dict[tuple[str, str], Lease] = {}
        self._changed = asyncio.Event()

    @property
    def room(self) -> int:
        """How many more houses may be leased now."""
        return self._size - len(self._open)

    @property
    def empty(self) -> bool:
        """Whether nothing is being worked on."""
        return not self._open

    @property
    def leases(self) -> list[Lease]:
        """What is being worked on."""
        return [*self._open.values()]

    def enter(self, leases: Iterable[Lease]) -> None:
        """Count leased houses in."""
        self._open.update(((lease.site, lease.house_id), lease) for lease in leases)

    def leave(self, lease: Lease) -> None:
        """Count a house out that has an outcome."""
        self._open.pop((lease.site, lease.house_id), None)
        self._changed.set()

    async def change(self, seconds: float) -> bool:
        """Wait until a house has left since the last call; whether one has in so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return True
