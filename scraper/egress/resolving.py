"""Names looked up by the crawl's own resolver, which gives no address that leads inside."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any


async def resolved(reactor: Any, host: str, port: int) -> Sequence[str]:
    """The addresses of a host that may be connected to, as the reactor's resolver says."""
    receiver = _Receiver()
    reactor.nameResolver.resolveHostName(receiver, host, port)
    return await receiver.found


class _Receiver:
    """Collects the addresses of a name (an IResolutionReceiver of Twisted)."""

    def __init__(self) -> None:
        self.found: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self._addresses: list[str] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802  # Twisted's interface
        del resolution

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self._addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        if not self.found.done():
            self.found.set_result(self._addresses)
