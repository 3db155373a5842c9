"""An HTTP server on loopback for pages that are computed: it logs, waits, breaks and stops."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Fault = Literal["", "hang", "reset", "cut"]
"""No fault; never answers; resets the connection; closes in the middle of the body."""


@dataclass(slots=True)
class Request:
    """A request that the server has seen."""

    time: float
    """Monotonic seconds at which it was read: `time.monotonic()`."""
    method: str
    path: str
    """Path with its query, as it was asked for."""
    agent: str
    """User agent."""
    client: tuple[str, int]
    """Address and port that it came from."""
    headers: Mapping[str, str]
    """Its headers, names in lower case."""
    status: int = 0
    """Status of the answer; 0 while there is none, and for ever after a hang or a reset."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to a request."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    """The content type."""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    fault: Fault = ""


Respond = Callable[[Request], Answer]


class Log:
    """The requests that were seen, in order of arrival; safe to read while the server runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Request] = []

    def add(self, request: Request) -> None:
        """Keep a request."""
        with self._lock:
            self._seen.append(request)

    def requests(self, prefix: str = "/") -> list[Request]:
        """The requests whose path begins so, oldest first."""
        with self._lock:
            return [one for one in self._seen if one.path.startswith(prefix)]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._seen.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._seen)


class Server:
    """A server on 127.0.0.1 in threads of its own, from `start` until `stop`."""

    def __init__(self, respond: Respond, port: int = 0, host: str = "127.0.0.1") -> None:
        self.log = Log()
        self.stopping = threading.Event()
        self._http = _Http((host, port), respond, self.log, self.stopping)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def host(self) -> str:
        """Host and port: `127.0.0.1:8000`."""
        host, port = self._http.server_address[:2]
        return f"[{host!s}]:{port}" if ":" in str(host) else f"{host!s}:{port}"

    def start(self) -> None:
        """Take requests."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, cut the connections that are open, and leave no thread behind."""
        self.stopping.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.cut()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 512

    def __init__(
        self, address: tuple[str, int], respond: Respond, log: Log, stopping: threading.Event
    ) -> None:
        self.respond, self.log, self.stopping = respond, log, stopping
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is nothing to tell of; the rest goes to stderr."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ValueError):
            super().handle_error(request, client_address)

    def cut(self) -> None:
        """Wake the threads that wait for a next request on an open connection."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Homestead", ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer as the site says."""
        request = self._request()
        try:
            answer = self.server.respond(request)
        except Exception as error:
            self._send(request, Answer(str(error).encode(), 500, "text/plain"))
            raise
        if answer.delay:
            self.server.stopping.wait(answer.delay)
        if answer.fault:
            self._break(request, answer)
        else:
            self._send(request, answer)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Refuse: nothing on this site takes anything."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self._send(self._request(), Answer(b"", HTTPStatus.METHOD_NOT_ALLOWED, "text/plain"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Nothing: the log keeps the requests."""

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(
            time.monotonic(),
            self.command,
            self.path,
            headers.get("user-agent", ""),
            (str(self.client_address[0]), int(self.client_address[1])),
            headers,
        )
        self.server.log.add(request)
        return request

    def _send(self, request: Request, answer: Answer, length: int | None = None) -> None:
        request.status = answer.status
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body) if length is None else length))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _break(self, request: Request, answer: Answer) -> None:
        self.close_connection = True
        if answer.fault == "cut":
            half = answer.body[: len(answer.body) // 2]
            self._send(request, Answer(half, answer.status, answer.kind), len(answer.body))
        elif answer.fault == "hang":
            self.server.stopping.wait()
        else:
            self._reset()

    def _reset(self) -> None:
        """Close without a goodbye: the client sees its connection reset."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
