"""Small proxies on loopback, HTTP and SOCKS 5, that leave by a source address of their own."""

from __future__ import annotations

import asyncio
import base64
import threading
from contextlib import suppress


class Proxies:
    """Proxies in a thread, from `with` to its end; `add` gives the port of a new one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[asyncio.Server] = []
        self.seen: list[tuple[int, str]] = []
        """Port of the proxy and what it was asked for."""

    def __enter__(self) -> Proxies:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def add(
        self, bind: str, kind: str = "http", user: str = "", password: str = "", lives: int = 10**9
    ) -> int:
        """`lives`: requests after which the proxy is gone, in the middle of the last."""
        made = self._add(bind, kind, f"{user}:{password}" if user else "", lives)
        return asyncio.run_coroutine_threadsafe(made, self._loop).result(10)

    async def _add(self, bind: str, kind: str, known: str, lives: int) -> int:
        left = [lives]

        async def serve(reader, writer):
            left[0] -= 1
            if left[0] <= 0:
                server.close()
                writer.transport.abort()
                return
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await (self._socks if kind == "socks5" else self._http)(reader, writer, bind, known)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _http(self, reader, writer, bind, known) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        method, target, _ = first.decode().split()
        self.seen.append((writer.get_extra_info("sockname")[1], target))
        token = base64.b64encode(known.encode()).decode()
        if known and f"Proxy-Authorization: Basic {token}".encode() not in lines:
            writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            writer.write(b"HTTP/1.1 200 go\r\n\r\n")
            await self._both(reader, writer, host.strip("[]"), int(port), bind, b"")
            return
        host, _, path = target.removeprefix("http://").partition("/")
        name, _, port = host.partition(":")
        rest = b"\r\n".join([f"{method} /{path} HTTP/1.1".encode(), *lines])
        await self._both(reader, writer, name, int(port or 80), bind, rest)

    async def _socks(self, reader, writer, bind, known) -> None:
        _, many = await reader.readexactly(2)
        methods = await reader.readexactly(many)
        wanted = 2 if known else 0
        writer.write(bytes((5, wanted if wanted in methods else 255)))
        if wanted not in methods:
            return
        if known:
            name = await reader.readexactly((await reader.readexactly(2))[1])
            word = await reader.readexactly((await reader.readexactly(1))[0])
            writer.write(bytes((1, (name + b":" + word).decode() != known)))
        _, _, _, kind = await reader.readexactly(4)
        raw = await reader.readexactly(4 if kind == 1 else (await reader.readexactly(1))[0])
        host = ".".join(map(str, raw)) if kind == 1 else raw.decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.seen.append((writer.get_extra_info("sockname")[1], f"{host}:{port}"))
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await self._both(reader, writer, host, port, bind, b"")

    @staticmethod
    async def _both(reader, writer, host, port, bind, first) -> None:
        there, back = await asyncio.open_connection(host, port, local_addr=(bind, 0))
        back.write(first)
        ways = [asyncio.ensure_future(_carry(reader, back)),
                asyncio.ensure_future(_carry(there, writer))]  # fmt: skip
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        back.close()


async def _carry(reader, writer) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
