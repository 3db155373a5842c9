"""Faults of disk and store: nothing half is seen, and each is named once and clearly."""

from __future__ import annotations

import errno
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scraper.errors import PlaceError, StorageError
from scraper.place.open import open_place


def _listening_to_nobody() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


def test_a_crash_while_writing_leaves_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_place(str(tmp_path))
    place.write("a/b", b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    for write in (place.write, place.write_new):
        with pytest.raises(StorageError, match="No space left"):
            write("a/b", b"new")
    monkeypatch.undo()
    assert place.read("a/b") == b"old"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_what_is_being_written_is_not_seen(tmp_path: Path) -> None:
    place = open_place(str(tmp_path))
    (tmp_path / ".part-1-housecrawl").write_bytes(b"half")
    assert [*place.names()] == ["housecrawl.json"]


def test_a_file_system_without_hard_links_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("os.link", refuse)
    with pytest.raises(PlaceError, match="hard links"):
        open_place(str(tmp_path))


def test_a_missing_bucket(s3_endpoint: str) -> None:
    for create in (True, False):
        with pytest.raises(PlaceError, match="no such bucket"):
            open_place("s3://not-there-at-all/x", create=create)


def test_no_credentials(s3_place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(PlaceError, match="no usable AWS credentials"):
        open_place(s3_place)


def test_a_store_that_is_down(s3_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSECRAWL_STORE_PATIENCE", "0")
    monkeypatch.setenv("AWS_ENDPOINT_URL", _listening_to_nobody())
    with pytest.raises(StorageError, match="cannot be reached"):
        open_place(s3_place)


@pytest.mark.parametrize(
    ("status", "code", "kind", "word"),
    [
        (403, "AccessDenied", PlaceError, "access is denied"),
        (403, "InvalidAccessKeyId", PlaceError, "access is denied"),
        (400, "AuthorizationHeaderMalformed", PlaceError, "another region"),
        (501, "NotImplemented", PlaceError, "conditional writes"),
        (503, "SlowDown", StorageError, "run again"),
    ],
)
def test_what_a_store_answers(
    monkeypatch: pytest.MonkeyPatch,
    s3_place: str,
    status: int,
    code: str,
    kind: type[Exception],
    word: str,
) -> None:
    class Answer(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    # Waiting between its own attempts is botocore's: how often is not what this looks at.
    monkeypatch.setenv("HOUSECRAWL_STORE_PATIENCE", "0")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
        with pytest.raises(kind, match=word) as error:
            open_place(s3_place)
        server.shutdown()
    assert "secret-of-a-test" not in str(error.value)


def test_options_for_tables_reach_the_store(s3_place: str, s3_endpoint: str) -> None:
    options = open_place(s3_place).storage_options
    assert options["AWS_ENDPOINT_URL"] == s3_endpoint
    assert options["AWS_ALLOW_HTTP"] == "true"
    assert options["AWS_REGION"] == "us-east-1"
    assert options["AWS_ACCESS_KEY_ID"] == "key-of-a-test"


def test_an_object_that_changed_while_it_was_read(s3_place: str) -> None:
    place = open_place(s3_place)
    place.write("x", b"a" * (3 << 20))
    with place.open("x") as reader:
        reader.read(10)
        place.write("x", b"b" * (3 << 20))
        reader.seek(2 << 20)
        with pytest.raises((StorageError, FileExistsError)):
            reader.read(10)
