"""What a look-up of a name brings, and what of it may be connected to.

Both classes are an IResolutionReceiver of Twisted.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from scraper.hosts import address_of, is_public

logger = logging.getLogger(__name__)


class Found:
    """The addresses that a name leads to."""

    def __init__(self) -> None:
        self.addresses: list[Any] = []
        self.complete = asyncio.Event()

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803
        """The look-up began."""

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        """An address came."""
        self.addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        """The look-up is over."""
        self.complete.set()


async def addresses(resolver: Any, name: str, port: int) -> list[Any]:
    """The addresses that a resolver of Twisted gives for a name."""
    found = Found()
    resolver.resolveHostName(found, name, port)
    await found.complete.wait()
    return found.addresses


class PublicOnly:
    """Hands on the public addresses of a name."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver, self._name = receiver, name

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803
        """The look-up began."""
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        """An address came."""
        found = address_of(getattr(address, "host", ""))
        if found is not None and is_public(found):
            self._receiver.addressResolved(address)
        else:
            logger.warning("%s leads to %s, which is not public: refused", self._name, found)

    def resolutionComplete(self) -> None:  # noqa: N802
        """The look-up is over."""
        self._receiver.resolutionComplete()
