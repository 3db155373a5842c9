"""A loopback server that misbehaves on request and keeps a log, and crawls against it."""

import importlib.util
import json
import os
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

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

    def __init__(
        self,
        robots: object = b"",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__((host, port), Answering)
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
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
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def asked(self, but: str = "") -> list[str]:
        """What was asked for, without the files of rights signals, which come before the rest."""
        return [path for _, path, _ in self.log if path not in (but, *RIGHTS)]

    def close(self) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


def _servers() -> Iterator[Callable[..., House]]:
    with ExitStack() as stack:

        def start(robots: object = b"", **values: object) -> House:
            server = House(robots, **values)  # type: ignore[arg-type]
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


class Authority:
    """Makes certificates; who trusts `authority` trusts them."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
        itself = self._made(self._name, self._key.public_key(), x509.BasicConstraints(True, None))
        (folder / "authority.pem").write_bytes(itself)
        self.authority = str(folder / "authority.pem")

    def __call__(self, host: str) -> ssl.SSLContext:
        """A server's side with a certificate of a name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        alone = host.replace(".", "").isdigit()
        name = x509.IPAddress(ip_address(host)) if alone else x509.DNSName(host)
        made = self._made(
            x509.Name([]), key.public_key(), x509.SubjectAlternativeName([name]), critical=True
        )
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption())
        file = self._folder / f"{host}.pem"
        file.write_bytes(secret + made)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _made(self, subject, key, extension, *, critical: bool = True) -> bytes:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self._name, subject, key, x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1))
        builder = builder.not_valid_after(now + timedelta(days=9))
        signed = builder.add_extension(extension, critical).sign(self._key, hashes.SHA256())
        return signed.public_bytes(Encoding.PEM)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Makes certificates that are good for whoever trusts its authority."""
    return Authority(tmp_path_factory.mktemp("certificates"))


def _proxy_class() -> type:
    """Of a file beside this one: tests are no package."""
    spec = importlib.util.spec_from_file_location("forward", CRAWLING.with_name("forward.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Proxy


def _proxies() -> Iterator[object]:
    with _proxy_class()() as running:
        yield running
        running.shutdown()


@pytest.fixture
def proxy() -> Iterator[object]:
    """A forward proxy that runs."""
    yield from _proxies()


@pytest.fixture(scope="module")
def module_proxy() -> Iterator[object]:
    """One for the tests of a module."""
    yield from _proxies()


@pytest.fixture(scope="session")
def crawl() -> Callable[..., list[dict[str, dict[str, object]]]]:
    """Runs crawls at once in one new process; gives what came of each."""
    return run
