"""Hosts and addresses: what a URL leads to, in one spelling, and whether that is public."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

Host = tuple[str, int]
"""A host in lower case and a port."""
Address = IPv4Address | IPv6Address

_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal", ".home.arpa")
"""RFC 6761, RFC 6762, the ending that ICANN keeps for private use, and RFC 8375."""
_PART: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")


@dataclass(frozen=True, slots=True)
class Target:
    """The host that a URL leads to."""

    scheme: str
    """`http` or `https`."""
    host: str
    """Its name in lower case, or its address in the usual spelling."""
    port: int
    address: Address | None
    """The address, where the URL names one in any spelling."""

    @property
    def origin(self) -> str:
        """Scheme, host and port, in one spelling: robots.txt holds for these three together.

        >>> [target_of(u).origin for u in ("HTTP://Homes.example:80/a", "https://me@[::1]:8443/")]
        ['http://homes.example', 'https://[::1]:8443']
        """
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_public(self) -> bool:
        """Whether the host may be on the public internet, as far as its name says."""
        return is_public_host(self.host)


@lru_cache(maxsize=1024)
def target_of(url: str) -> Target | None:
    """The host of an http or https URL, or None where it is not one.

    >>> target_of("http://0x7f.1:8000/").host, target_of("https://Homes.Example./").host
    ('127.0.0.1', 'homes.example')
    >>> target_of("file:///etc/hostname"), target_of("http://:80/"), target_of("http://a:b/")
    (None, None, None)
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    name, address = _named(host)
    port = _PORTS[parts.scheme] if port is None else port
    if not name:
        return None
    return Target(parts.scheme, str(address) if address else name, port, address)


def address_of(host: str) -> Address | None:
    """The address that a host is, in any spelling that a browser or resolver understands.

    Decimal, hexadecimal, octal and shortened IPv4 as in the WHATWG URL standard.

    >>> [str(address_of(h)) for h in ("2130706433", "0177.0.0.1", "127.1", "homes.example")]
    ['127.0.0.1', '127.0.0.1', '127.0.0.1', 'None']
    """
    try:
        return ip_address(host.partition("%")[0] if ":" in host else host)
    except ValueError:
        return _spelled(host)


def is_public(address: Address) -> bool:
    """Whether an address, and the one that it may carry inside, is on the public internet.

    >>> [is_public(ip_address(a)) for a in ("93.184.216.34", "::ffff:127.0.0.1", "2002:7f00:1::")]
    [True, False, False]
    """
    if isinstance(address, IPv6Address):
        inner = _carried(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


@lru_cache(maxsize=1024)
def is_public_host(host: str) -> bool:
    """Whether a host may be on the public internet, as far as its name says.

    >>> [is_public_host(h) for h in ("localhost", "0x7f.1", "::1", "demo", "homes.example")]
    [False, False, False, False, True]
    """
    name, address = _named(host)
    return is_public(address) if address else "." in name and not name.endswith(_LOCAL_NAMES)


def proxy_host(proxy: str) -> Host | None:
    """Host and port of a proxy as it is written in settings, or None where it is not one.

    >>> proxy_host("http://me:secret@10.0.0.7:3128"), proxy_host("10.0.0.7:3128")
    (('10.0.0.7', 3128), ('10.0.0.7', 3128))
    """
    found = target_of(proxy if "://" in proxy else f"http://{proxy}")
    return (found.host, found.port) if found else None


def is_named(host: str, port: int, own_hosts: frozenset[Host]) -> bool:
    """Whether a site file names exactly this host and port.

    >>> is_named("::1", 8000, frozenset({("0:0::1", 8000)}))
    True
    """
    one = _spelling(host)
    return any(named == port and _spelling(name) == one for name, named in own_hosts)


@lru_cache(maxsize=1024)
def _spelling(host: str) -> str:
    name, address = _named(host)
    return str(address or name)


@lru_cache(maxsize=1024)
def _named(host: str) -> tuple[str, Address | None]:
    """A host's name, and the address that it is, if it is one."""
    name = _name(host)
    return name, address_of(name)


def _name(host: str) -> str:
    """A host's name as resolvers see it: decoded, folded, without the dot of the root."""
    folded = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").lower()
    return folded.strip("[]").removesuffix(".")


def _spelled(host: str) -> IPv4Address | None:
    *high, last = host.split(".")
    numbers = [_integer(part) for part in (*high, last)]
    if len(numbers) > 4 or None in numbers:
        return None
    *bytes_, rest = (number for number in numbers if number is not None)
    if any(byte > 255 for byte in bytes_) or rest >= 256 ** (4 - len(bytes_)):
        return None
    return IPv4Address(sum(byte << 8 * (3 - n) for n, byte in enumerate(bytes_)) + rest)


def _integer(part: str) -> int | None:
    if len(part) > 40 or not _PART.fullmatch(part):
        return None
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    octal = part.startswith("0") and set(part) <= set("01234567")
    return int(part, 8 if octal else 10)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 one: mapped, 6to4, Teredo, NAT64, compatible."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
