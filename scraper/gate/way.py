"""By which way a request leaves: straight, from an address of its own, or by a proxy."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_LEAVING: Final = ("proxy", "bindaddress", "_auth_proxy")
"""Keys of `Request.meta` that say by which way a request leaves."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a request leaves this machine: its host's robots.txt is asked for by the same way."""

    meta: Mapping[str, Any] = field(default_factory=dict)
    """The keys of `Request.meta` that decide it."""
    headers: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """What a proxy is told about who asks."""

    @property
    def proxy(self) -> str:
        """The proxy, empty where there is none."""
        return str(self.meta.get("proxy") or "")


DIRECT: Final = Way()


def way_of(meta: Mapping[str, Any], told: bytes | None) -> Way:
    """The way of a request, from its meta and what it tells a proxy.

    A page in the browser has its proxy in the context.

    >>> way_of({"proxy": "http://10.0.0.7:3128", "depth": 2}, b"Basic x").meta
    {'proxy': 'http://10.0.0.7:3128'}
    """
    found = {key: meta[key] for key in _LEAVING if meta.get(key)}
    context = meta.get("playwright_context_kwargs") or {}
    if proxy := context.get("proxy") if meta.get("playwright") else None:
        return Way({**found, "proxy": proxy["server"]}, _authorization(proxy))
    return Way(found, {"Proxy-Authorization": told} if told and "proxy" in found else {})


def _authorization(proxy: Mapping[str, str]) -> dict[str, bytes]:
    """What a proxy of Playwright's is told, as a header (RFC 7617)."""
    if not proxy.get("username"):
        return {}
    said = f"{proxy['username']}:{proxy.get('password', '')}".encode()
    return {"Proxy-Authorization": b"Basic " + b64encode(said)}
