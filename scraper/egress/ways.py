"""How a request is made to leave by an address: what Scrapy and the browser understand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scraper.egress.address import Address
from scraper.egress.dial import Resolve
from scraper.egress.relay import Broken, Relay


class Ways:
    """The relays of a crawl, opened when the first request needs one."""

    def __init__(self, resolve: Resolve, broken: Broken) -> None:
        self._resolve, self._broken = resolve, broken
        self._relays: dict[str, Relay] = {}
        self._fresh: list[str] = []
        self.chooses = False
        """Whether a relay has to choose among a host's addresses those that a source reaches."""

    @property
    def any(self) -> bool:
        """Whether there is a relay."""
        return bool(self._relays)

    def know(self, addresses: Sequence[Address]) -> None:
        """Look at the addresses that there are.

        Twisted tries every address of a host, IPv4 and IPv6, and breaks off at one that is not of
        the source's kind. Nearly every host has IPv4.
        """
        self.chooses = any(":" in one.bind for one in addresses)

    def fresh(self) -> list[str]:
        """The relays, as proxies, that were opened since this was asked last."""
        found, self._fresh = self._fresh, []
        return found

    def meta(self, address: Address, *, rendered: bool) -> dict[str, Any]:
        """Keys of `request.meta` by which a request leaves by an address, its cookies with it.

        The browser takes neither source address nor proxy of a request: it has a context for each
        address. `proxy` is None where the environment's proxies must not be used instead.
        """
        if rendered:
            context: dict[str, Any] = {"playwright_context": address.name}
            if address.bind or address.proxy:
                server = {"server": self._relay(address).url}
                context["playwright_context_kwargs"] = {"proxy": server}
            return {"cookiejar": address.name, **context}
        if address.proxy or (address.bind and self.chooses):
            return {"cookiejar": address.name, "proxy": self._relay(address).url}
        if address.bind:
            return {"cookiejar": address.name, "bindaddress": (address.bind, 0), "proxy": None}
        return {"cookiejar": address.name}

    async def close(self) -> None:
        """Close the relays."""
        for relay in self._relays.values():
            await relay.close()

    def _relay(self, address: Address) -> Relay:
        if address.name not in self._relays:
            relay = Relay(address, self._resolve, self._broken)
            self._relays[address.name] = relay
            self._fresh.append(relay.url)
        return self._relays[address.name]
