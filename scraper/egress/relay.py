"""A forward proxy on loopback for each address, so that all ways of asking leave by it.

The browser knows neither source addresses nor SOCKS with a password; Scrapy knows no SOCKS. Both
know a plain HTTP proxy. Credentials are known here only, and so can be in no request, log or error
of theirs. A relay is open while the crawl runs, to processes of the same user.
"""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from scraper.egress.address import Address
from scraper.egress.dial import (
    HEAD,
    ApartError,
    ExitError,
    Resolve,
    Streams,
    TargetError,
    credentials,
    dial,
    status_of,
    to_proxy,
)

REASON: Final = "X-Housecrawl-Relay"
"""The header of an answer that is the relay's own: why there is no other."""
LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 64 * 1024
_OWN: Final = frozenset({b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization"})
"""Headers that are meant for the relay."""
_NO_PROXY_ENTRY: Final = 407


class Broken(Protocol):
    """Who is told of an address that does not work."""

    def __call__(self, address: Address, why: str, *, here: bool) -> None:
        """`here`: for one host, which need not be the site's."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The head of a request."""

    method: str
    target: str
    host: str
    port: int
    fields: tuple[bytes, ...]
    """Header lines that are passed on."""


class Relay:
    """The relay of one address."""

    def __init__(self, address: Address, resolve: Resolve, broken: Broken) -> None:
        """Listen on a free port of loopback; `broken` is told where the address does not work."""
        self.address, self._resolve, self._broken = address, resolve, broken
        self._socket = socket.create_server((LOOPBACK, 0), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self._serving = asyncio.ensure_future(
            asyncio.start_server(self._serve, sock=self._socket, limit=HEAD)
        )
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Its address as a proxy."""
        return f"http://{LOOPBACK}:{self.port}"

    async def close(self) -> None:
        """Take no more, and cut what is open."""
        server = await self._serving
        server.close()
        for task in [*self._open]:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if _is_ours(writer.get_extra_info("peername")):
                await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # whoever asked has gone
        except asyncio.CancelledError:
            return  # the relay is closed
        finally:
            self._open.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = _asked(await reader.readuntil(b"\r\n\r\n"))
        if asked is None:
            _refuse(writer, 400, "no request for a proxy")
            return
        try:
            upstream = await self._upstream(asked, writer)
        except (ExitError, TargetError) as error:
            here = isinstance(error, ApartError)
            if here or isinstance(error, ExitError):
                self._broken(self.address, str(error), here=here)
            _refuse(writer, 502, str(error))
            return
        try:
            await self._pass(asked, (reader, writer), upstream)
        finally:
            upstream[1].close()

    async def _upstream(self, asked: _Asked, writer: asyncio.StreamWriter) -> Streams:
        """A connection that the request can go out by, begun."""
        proxy = self.address.proxy
        if asked.method == "CONNECT":
            streams = await dial(self.address, asked.host, asked.port, self._resolve)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return streams
        if proxy is not None and proxy.scheme != "socks5":
            streams, target, more = await to_proxy(proxy), asked.target, credentials(proxy)
        else:
            streams = await dial(self.address, asked.host, asked.port, self._resolve)
            target, more = _path(asked.target), b""
        lines = (f"{asked.method} {target} HTTP/1.1".encode("latin-1"), *asked.fields)
        # One request a connection: the next may be for another host.
        streams[1].write(b"\r\n".join(lines) + b"\r\n" + more + b"Connection: close\r\n\r\n")
        return streams

    async def _pass(self, asked: _Asked, asking: Streams, upstream: Streams) -> None:
        """Carry bytes both ways until one side ends."""
        out = asyncio.ensure_future(_carry(asking[0], upstream[1]))
        back = asyncio.ensure_future(self._back(asked, upstream[0], asking[1]))
        try:
            await asyncio.wait({out, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in (out, back):
                way.cancel()
            await asyncio.gather(out, back, return_exceptions=True)

    async def _back(
        self, asked: _Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry the answer, but for that of a proxy which wants other credentials."""
        proxy = self.address.proxy
        if proxy is not None and proxy.scheme != "socks5" and asked.method != "CONNECT":
            line = await reader.readline()
            # A site never answers so (RFC 9110, 15.5.8).
            if status_of(line) == _NO_PROXY_ENTRY:
                why = f"the proxy {proxy.name} does not know the user or the password"
                self._broken(self.address, why, here=False)
                _refuse(writer, 502, why)
                return
            writer.write(line)
        await _carry(reader, writer)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()


def _asked(head: bytes) -> _Asked | None:
    """The head of a request for a proxy; None for any other."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    words = first.decode("latin-1").split(" ")
    if len(words) != 3:
        return None
    method, target, _ = words
    try:
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or (method != "CONNECT" and parts.scheme != "http"):
        return None
    fields = (line for line in lines if line.partition(b":")[0].strip().lower() not in _OWN)
    return _Asked(method, target, host, port or 80, tuple(fields))


def _path(target: str) -> str:
    """What a server is asked for, of what a proxy is asked for.

    >>> _path("http://homes.example:81/a?b"), _path("http://homes.example")
    ('/a?b', '/')
    """
    parts = urlsplit(target)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _refuse(writer: asyncio.StreamWriter, status: int, why: str) -> None:
    """Answer by ourselves."""
    text = why.encode("ascii", "replace").replace(b"\r", b" ").replace(b"\n", b" ")
    head = f"HTTP/1.1 {status} Relay\r\n{REASON}: ".encode()
    writer.write(head + text + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def _is_ours(peer: tuple[str, int]) -> bool:
    """Whether a connection on loopback comes from a process of this user.

    Other people on the machine must not use proxies that are not theirs. Where the system does
    not tell (proc(5), /proc/net/tcp), nobody is turned away.
    """
    mark = f"0100007F:{peer[1]:04X}"
    try:
        lines = Path("/proc/net/tcp").read_text("ascii").splitlines()
    except OSError:
        return True
    owners = [words[7] for line in lines if (words := line.split())[1] == mark and words[2] != mark]
    return not owners or str(os.getuid()) in owners
