"""An address that requests leave from, as the crawl knows it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy with what it asks for. Its name and its `repr` never hold the credentials."""

    scheme: str
    """`http`, `https` (HTTP inside TLS) or `socks5` (names are looked up by the proxy)."""
    host: str
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Host and port, as logs and tables show it.

        >>> Proxy("http", "2001:db8::1", 3128, "me", "secret").name
        '[2001:db8::1]:3128'
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Address:
    """One way out of this machine."""

    name: str
    """What it is called in logs, tables and the column `address`: unlike that of all others."""
    bind: str = ""
    """An own address of this machine that connections are made from; "" for any."""
    proxy: Proxy | None = None
    """The proxy that requests go by; None for straight away."""
    passing: bool = False
    """Whether it changes beneath open connections, so that none may be kept."""
