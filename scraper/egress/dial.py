"""Connections by an address: from an own address of the machine, or by a proxy."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from scraper.egress.address import Address, Proxy
from scraper.egress.socks import SocksError, connect

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses that a host and port may be reached at; none where it may not be reached."""
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CONNECTING: Final = 8.0
"""Seconds that a connection may take, a proxy's part in it included."""
HEAD: Final = 64 * 1024
"""Bytes that the head of a request or an answer has at most."""
_OK: Final = 200
_AUTHENTICATE: Final = 407


class TargetError(Exception):
    """The host cannot be reached by this address; the address itself works."""


class ApartError(TargetError):
    """The host is not of the address's family: none of IPv4 or none of IPv6."""


class ExitError(Exception):
    """The address itself does not work: its proxy is away or turns us away."""


async def dial(address: Address, host: str, port: int, resolve: Resolve) -> Streams:
    """A connection to a host by an address; TargetError or ExitError in time."""
    try:
        async with asyncio.timeout(CONNECTING):
            if address.proxy is None:
                return await _straight(address.bind, host, port, resolve)
            streams = await to_proxy(address.proxy)
            try:
                await _through(address.proxy, streams, host, port)
            except BaseException:
                streams[1].close()
                raise
            return streams
    except TimeoutError as error:
        # A proxy that cannot reach a host would have said so: one that says nothing is away.
        kind = ExitError if address.proxy else TargetError
        why = f"no connection to {host} by {address.name} within {CONNECTING:g} s"
        raise kind(why) from error
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        raise ExitError(f"{address.name} broke off: {type(error).__name__}") from error


async def to_proxy(proxy: Proxy) -> Streams:
    """A connection to a proxy itself; ExitError where there is none in time."""
    context = ssl.create_default_context() if proxy.scheme == "https" else None
    try:
        async with asyncio.timeout(CONNECTING):
            return await asyncio.open_connection(proxy.host, proxy.port, ssl=context, limit=HEAD)
    except (OSError, TimeoutError) as error:
        why = str(error) or type(error).__name__
        raise ExitError(f"the proxy {proxy.name} cannot be reached: {why}") from error


def credentials(proxy: Proxy) -> bytes:
    """The header that a proxy knows its user by, with its line's end; empty without a user.

    >>> credentials(Proxy("http", "h", 1, "Aladdin", "open sesame"))
    b'Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\\r\\n'
    """
    if not proxy.user:
        return b""
    known = b64encode(f"{proxy.user}:{proxy.password}".encode())
    return b"Proxy-Authorization: Basic " + known + b"\r\n"


async def _straight(bind: str, host: str, port: int, resolve: Resolve) -> Streams:
    """A connection from an own address, to those of the host's that are of its family."""
    found = await resolve(host, port)
    alike = [one for one in found if not bind or (":" in one) == (":" in bind)]
    if not alike:
        kind = ApartError if found else TargetError
        raise kind(f"{host} has no address that may be reached from {bind or 'here'}")
    local = (bind, 0) if bind else None
    for one in alike:
        try:
            return await asyncio.open_connection(one, port, local_addr=local, limit=HEAD)
        except OSError as error:
            failed = error
    raise TargetError(f"{host} cannot be reached: {failed}") from failed


async def _through(proxy: Proxy, streams: Streams, host: str, port: int) -> None:
    """Have a proxy connect to a host."""
    if proxy.scheme == "socks5":
        try:
            await connect(*streams, host, port, (proxy.user, proxy.password))
        except SocksError as error:
            kind = ExitError if error.of_proxy else TargetError
            raise kind(f"{proxy.name}: {error}") from error
        return
    reader, writer = streams
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    head = f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n".encode()
    writer.write(head + credentials(proxy) + b"\r\n")
    await writer.drain()
    answer = await reader.readuntil(b"\r\n\r\n")
    status = status_of(answer)
    if status != _OK:
        refused = status == _AUTHENTICATE or not 500 <= status < 600
        kind = ExitError if refused else TargetError
        raise kind(f"the proxy {proxy.name} answers {status} to CONNECT")


def status_of(head: bytes) -> int:
    """The status in the head of an answer; 0 where there is none.

    >>> status_of(b"HTTP/1.1 407 Proxy Authentication Required\\r\\n\\r\\n"), status_of(b"hello")
    (407, 0)
    """
    words = head.split(b"\r\n", 1)[0].split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
