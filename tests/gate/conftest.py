"""A loopback server that misbehaves on request and keeps a log, and crawls against it."""

import importlib.util
import json
import os
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import Message
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

RIGHTS = ("/.well-known/tdmrep.json", "/ai.txt")
CRAWLING = Path(__file__).with_name("crawling.py")


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: House = self.server  # type: ignore[assignment]
        with server.noting:
            server.log.append((time.monotonic(), self.path, self.headers.get("User-Agent", "")))
            server.clients.append(self.client_address[0])
            server.headers.append(self.headers)
        answer = server.routes.get(self.path.partition("?")[0], (200, {}, b"ok"))
        if callable(answer):
            answer = answer(self)
        if answer is None:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class House(socketserver.ThreadingTCPServer):
    """A server on a port of its own; what is not in `routes` is answered with 200."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, robots: object = b"") -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.noting = threading.Lock()
        self.log: list[tuple[float, str, str]] = []
        self.clients: list[str] = []
        self.headers: list[Message] = []
        self.connections = 0
        self.routes: dict[str, object] = {}
        self.released = threading.Event()
        if isinstance(robots, bytes):
            robots = (200, {}, robots)
        self.routes["/robots.txt"] = robots
        self.port = self.server_address[1]
        self.own = ("127.0.0.1", self.port)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def process_request(self, request: object, client_address: object) -> None:
        self.connections += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no fault of the server."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def asked(self, but: str = "") -> list[str]:
        """What was asked for, without the files of rights signals, which come before the rest."""
        return [path for _, path, _ in self.log if path not in (but, *RIGHTS)]

    def close(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


def _servers() -> Iterator[Callable[..., House]]:
    with ExitStack() as stack:

        def start(robots: object = b"") -> House:
            server = House(robots)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def house() -> Iterator[Callable[..., House]]:
    """Starts servers; they end with the test."""
    yield from _servers()


@pytest.fixture(scope="module")
def module_house() -> Iterator[Callable[..., House]]:
    """Starts servers; they end with the tests of a module."""
    yield from _servers()


def run(
    *crawls: dict[str, object], env: dict[str, str] | None = None
) -> list[dict[str, dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, str(CRAWLING)],
        input=json.dumps(crawls),
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    said: list[dict[str, dict[str, object]]] = json.loads(done.stdout)
    return said


def _proxy_class() -> type:
    """Of a file beside this one: tests are no package."""
    spec = importlib.util.spec_from_file_location("forward", CRAWLING.with_name("forward.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Proxy


@pytest.fixture
def proxy() -> Iterator[object]:
    """A forward proxy that runs."""
    with _proxy_class()() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="session")
def crawl() -> Callable[..., list[dict[str, dict[str, object]]]]:
    """Runs crawls at once in one new process; gives what came of each."""
    return run
