"""A server that sends the very bytes it is told to, and answers that no honest server gives."""

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable

import brotli
from backports import zstd

MIB = 2**20
Send = Callable[["Wire", socket.socket], None]


class Wire:
    """Answers a path of 127.0.0.1 with raw bytes, or by a function that has the connection."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Send] = {"/robots.txt": page(b"", 404)}
        self.log: list[tuple[float, str]] = []
        self.stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def asked(self, path: str) -> list[float]:
        return [at for at, one in self.log if one == path]

    def close(self) -> None:
        self.stopping.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    got = connection.recv(65536)
                    if not got:
                        return
                    head += got
                path = head.split(b" ", 2)[1].decode()
                self.log.append((time.monotonic(), path))
                answer = self.answers.get(path, page(b"nothing here", 404))
                if callable(answer):
                    answer(self, connection)
                else:
                    connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                return


def head(*lines: str, status: int = 200, kind: str = "text/html; charset=utf-8") -> bytes:
    said = [f"HTTP/1.1 {status} So", f"Content-Type: {kind}", *lines, "Connection: close", "", ""]
    return "\r\n".join(said).encode("latin-1")


def page(body: bytes, status: int = 200, *lines: str, kind: str = "text/html; charset=utf-8"):
    """A whole answer with its length."""
    return head(f"Content-Length: {len(body)}", *lines, status=status, kind=kind) + body


def packed(encoding: str, body: bytes) -> bytes:
    return page(body, 200, f"Content-Encoding: {encoding}")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def listing(number: int, more: str = "", last: str = "</body></html>") -> str:
    """A house's page, enough of one to be read."""
    return (
        f"<!DOCTYPE html><html><head><title>{number} Oak St</title></head><body>"
        f"<h1>{number} Oak Street, Springfield, IL 62701</h1><dl><dt>Sold price</dt>"
        f"<dd>${number}50,000</dd><dt>Bedrooms</dt><dd>3</dd><dt>Living area</dt>"
        f"<dd>1,500 sqft</dd></dl><p>{more or 'A quiet house near the park. ' * 60}</p>{last}"
    )


def drip(data: bytes, every: float) -> Send:
    """Sends a byte at a time."""

    def send(wire: Wire, connection: socket.socket) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            if wire.stopping.wait(every):
                return

    return send


def pour(start: bytes, part: bytes, times: int) -> Send:
    """Sends the same again and again."""

    def send(wire: Wire, connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(times):
            connection.sendall(part)
            if wire.stopping.is_set():
                return

    return send


def zeros(encoding: str, mib: int) -> bytes:
    """So many MiB of blanks in little: no data to keep in memory to make them."""
    block, times = b" " * (16 * MIB), mib // 16
    if encoding == "gzip":
        return gzip.compress(block) * times
    if encoding == "zstd":
        return zstd.compress(block) * times
    if encoding == "br":
        stream = brotli.Compressor(quality=1)
        return b"".join(stream.process(block) for _ in range(times)) + stream.finish()
    stream = zlib.compressobj()
    first = stream.compress(block) + stream.flush(zlib.Z_FULL_FLUSH)
    return first + (stream.compress(block) + stream.flush(zlib.Z_FULL_FLUSH)) * (times - 1)


def big_png(side: int) -> bytes:
    """A small PNG of a huge black square."""

    def part(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    size = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((-(-side // 8) + 1) * side), 9)
    ends = b"\x89PNG\r\n\x1a\n", part(b"IEND", b"")
    return ends[0] + part(b"IHDR", size) + part(b"IDAT", pixels) + ends[1]
