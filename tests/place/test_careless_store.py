"""A real S3 server behind a real proxy that drops `If-None-Match`, as some stores ignore it."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from scraper.cli.main import main
from scraper.errors import PlaceError
from scraper.place.open import open_place

SITE = """
name = "homefind"
[search]
urls = ["http://127.0.0.1:9/sold"]
id = '/h/([0-9]+)'
[house]
url = "http://127.0.0.1:9/h/{id}"
"""
Store = Callable[[bool], AbstractContextManager[None]]


@pytest.fixture
def store(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Let every client ask by way of a proxy; whether that is careless is the argument."""

    @contextmanager
    def behind(careless: bool) -> Iterator[None]:
        class Proxy(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                told = dict(self.headers.items())
                if careless:
                    told = {k: v for k, v in told.items() if k.lower() != "if-none-match"}
                upstream = http.client.HTTPConnection(urlsplit(s3_endpoint).netloc, timeout=30)
                upstream.request(self.command, self.path, body, told)
                answer = upstream.getresponse()
                data = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                head = self.command == "HEAD"
                length = answer.getheader("Content-Length") if head else str(len(data))
                self.send_header("Content-Length", length or "0")
                self.end_headers()
                self.wfile.write(data)
                upstream.close()

            do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815  # its names

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            with monkeypatch.context() as patch:
                patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
                yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    return behind


def test_a_store_that_ignores_conditions_is_refused(
    s3_place: str, store: Store, tmp_path: Path, capsys: Any
) -> None:
    site = tmp_path / "homefind.toml"
    site.write_text(SITE)
    with store(True):
        with pytest.raises(PlaceError, match="does not honour If-None-Match"):
            open_place(s3_place)
        command = ["refresh", "--site", str(site), "--dataset", s3_place]
        assert main(command) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "two writers could lose rows silently there: use another store" in line


def test_the_same_way_to_a_careful_store_is_none(s3_place: str, store: Store) -> None:
    """The control: it is the dropped condition that is refused, not the proxy."""
    with store(False):
        place = open_place(s3_place)
        assert place.write_new("a", b"1")
        assert not place.write_new("a", b"2")
        assert place.read("a") == b"1"
