"""The hosts that a site names, and which of them are not on the public internet."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

Host = tuple[str, int]
"""A host in lower case and a port."""

_PORTS: Final = {"http": 80, "https": 443}
_PRIVATE_ENDINGS: Final = (".localhost", ".local", ".internal", ".home.arpa")
"""RFC 6761, RFC 6762, RFC 8375, and the ending that ICANN keeps for private use."""


def hosts_of(urls: Iterable[str]) -> frozenset[Host]:
    """The hosts of absolute addresses, each with its port.

    >>> sorted(hosts_of(["http://127.0.0.1:8765/a", "https://Homes.example/b"]))
    [('127.0.0.1', 8765), ('homes.example', 443)]
    """
    return frozenset(host for url in urls if (host := _host(url)))


def is_private(host: str) -> bool:
    """Whether a host's name says by itself that it is not on the public internet.

    >>> [is_private(h) for h in ("localhost", "10.0.0.7", "::1", "demo", "homes.example")]
    [True, True, True, True, False]
    """
    name = host.rstrip(".").lower()
    try:
        return not ip_address(name).is_global
    except ValueError:
        return "." not in name or name.endswith(_PRIVATE_ENDINGS)


def _host(url: str) -> Host | None:
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in _PORTS:
        return None
    return parts.hostname, parts.port or _PORTS[parts.scheme]
