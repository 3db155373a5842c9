"""SOCKS 5 as a client speaks it: RFC 1928, and RFC 1929 for user and password."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Final

_VERSION: Final = 5
_OPEN, _PASSWORD = 0, 2
_SIZES: Final = {1: 4, 4: 16}
"""Bytes of an IPv4 and an IPv6 address in a reply."""
_REPLIES: Final = {
    1: "general failure",
    2: "connection not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused by the host",
    6: "time to live ended",
    7: "command not supported",
    8: "kind of address not supported",
}
"""RFC 1928, section 6."""
_OF_PROXY: Final = frozenset({2, 7})


class SocksError(Exception):
    """The proxy does not connect us."""

    def __init__(self, reason: str, *, of_proxy: bool) -> None:
        """`of_proxy`: it would connect us to no other host either."""
        super().__init__(reason)
        self.of_proxy = of_proxy


async def connect(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    host: str,
    port: int,
    user: tuple[str, str],
) -> None:
    """Have the proxy at the other end connect to a host, which it looks up itself.

    `user`: name and password, ("", "") for none. Raises SocksError, and what the streams raise.
    """
    methods = (_OPEN, _PASSWORD) if user[0] else (_OPEN,)
    writer.write(bytes((_VERSION, len(methods), *methods)))
    version, chosen = await reader.readexactly(2)
    if version != _VERSION or chosen not in methods:
        why = "wants to know who asks" if version == _VERSION else "is no SOCKS 5 proxy"
        raise SocksError(why, of_proxy=True)
    if chosen == _PASSWORD:
        name, password = (part.encode() for part in user)
        writer.write(bytes((1, len(name))) + name + bytes((len(password),)) + password)
        if (await reader.readexactly(2))[1]:
            raise SocksError("does not know the user or the password", of_proxy=True)
    writer.write(bytes((_VERSION, 1, 0)) + _named(host) + port.to_bytes(2, "big"))
    _, reply, _, kind = await reader.readexactly(4)
    size = _SIZES.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(size + 2)
    if reply:
        why = _REPLIES.get(reply, f"reply {reply}")
        raise SocksError(why, of_proxy=reply in _OF_PROXY)


def _named(host: str) -> bytes:
    """A host as a request names it.

    >>> _named("127.0.0.1"), _named("homes.example")
    (b'\\x01\\x7f\\x00\\x00\\x01', b'\\x03\\rhomes.example')
    """
    try:
        found = ip_address(host)
    except ValueError:
        name = host.encode()
        return bytes((3, len(name))) + name
    return bytes((1 if found.version == 4 else 4,)) + found.packed
