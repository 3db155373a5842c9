"""An S3 store that fails, for a time or for good: nothing half is seen, nothing lost, all told."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from benchmarks.soak import PlainSite, plain_site
from scraper.dataset import read
from scraper.dataset.tablefaults import table_faults
from scraper.errors import StorageError
from scraper.ledger.parts import read_manifests, verify
from scraper.place.arrival import PART
from scraper.place.open import open_place
from scraper.place.s3 import S3Place

HOUSES = 20
FULL = os.environ.get("FAULTS") == "full"
OUTAGE = 60.0 if FULL else 3.0
"""Seconds that a store is away for."""


@dataclass(slots=True)
class Asked:
    """A request on its way to the store."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)


Fault = Callable[[Asked], "str | bytes | None"]
"""What happens to a request: None: it is passed on; bytes: this body goes in its place; else
`500`, `503`, `403`, `hang`, `reset` (before the store has it), `lost` (the store has it, its
answer is lost), `half` (of the answer), `etag` (the answer has another ETag)."""


class Proxy:
    """The store behind a connection that can fail. It hears what is asked, and in which order."""

    def __init__(self, endpoint: str) -> None:
        self._store = (urlsplit(endpoint).hostname, urlsplit(endpoint).port)
        self.fault: Fault = lambda _: None
        self.log: list[tuple[Asked, str]] = []
        """Requests, and what happened to them: `passed` or the name of a fault."""
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._talk, "127.0.0.1", 0)
        )
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def stop(self) -> None:
        async def end() -> None:
            self._server.close()
            mine = asyncio.current_task()
            rest = [task for task in asyncio.all_tasks() if task is not mine]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def puts(self) -> list[str]:
        """Paths of the objects that the store took, in their order."""
        return [asked.path for asked, what in self.log if asked.method == "PUT" and what != "500"]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _request(reader, writer)
            what = self.fault(asked)
            self.log.append((asked, what if isinstance(what, str) else "passed"))
            if what in {"500", "503", "403"}:
                writer.write(_error(str(what)))
            elif what == "hang":
                await asyncio.sleep(3600)
            elif what != "reset":
                writer.write(_changed(await self._ask(asked, what), what))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _ask(self, asked: Asked, what: str | bytes | None) -> bytes:
        body = what if isinstance(what, bytes) else asked.body
        head = {**asked.headers, "content-length": str(len(body)), "connection": "close"}
        lines = [f"{asked.method} {asked.path} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items())]
        reader, writer = await asyncio.open_connection(*self._store)
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = await reader.read()
        writer.close()
        return answer


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in headers.items()}
    if headers.pop("expect", None):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.pop("transfer-encoding", None):
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)


def _error(status: str) -> bytes:
    code = {"500": "InternalError", "503": "SlowDown", "403": "ExpiredToken"}[status]
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    head = f"HTTP/1.1 {status} no\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return (head + body).encode()


def _changed(answer: bytes, what: str | bytes | None) -> bytes:
    if what == "lost":
        return b""
    if what == "half":
        return answer[: (answer.index(b"\r\n\r\n") + 4 + len(answer)) // 2]
    if what == "etag":
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = [b'ETag: "0123"' if x[:5].lower() == b"etag:" else x for x in head.split(b"\r\n")]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body
    return answer


@pytest.fixture
def proxy(s3_endpoint: str) -> Iterator[Proxy]:
    """A connection to moto's store, which the crawls of a test use."""
    running = Proxy(s3_endpoint)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[PlainSite]:
    """Plain house pages."""
    with plain_site() as running:
        yield running


@pytest.fixture
def crawl(
    site: PlainSite,
    s3_place: str,
    proxy: Proxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Stage 2 into the place, whose list has `HOUSES` houses."""
    monkeypatch.setenv("HOUSECRAWL_STATE", str(tmp_path / "state"))
    site.list_into(s3_place, HOUSES)
    command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
    command += ["-a", f"site={site.site_file(tmp_path)}", "-s", f"DATASET={s3_place}"]
    command += ["-s", "LOG_LEVEL=ERROR", "-s", "PHOTO_WORKERS=1"]

    def run(**env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env={**os.environ, "AWS_ENDPOINT_URL": proxy.url, **env},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )

    return run


def outage(kind: str, seconds: float, first: Callable[[Asked], bool]) -> Fault:
    """A fault that begins with the first request of some kind, and is over after a time."""
    since: list[float] = []

    def fault(asked: Asked) -> str | None:
        if not since and first(asked):
            since.append(asked.at)
        return kind if since and asked.at - since[0] < seconds else None

    return fault


def is_part(asked: Asked) -> bool:
    return asked.method == "PUT" and "/parts/" in asked.path


def is_table(asked: Asked) -> bool:
    return asked.method in {"PUT", "POST"} and "/tables/" in asked.path


def assert_whole(url: str) -> None:
    """Every house once, every part as its manifest says."""
    place = open_place(url, create=False)
    manifests = read_manifests(place)
    assert sum(manifest.tables["houses"].rows for manifest in manifests) == HOUSES
    assert [fault for one in manifests for fault in verify(place, one)] == []
    named = {file.name for one in manifests for file in one.tables.values()}
    assert {name for name in place.names("parts/") if name.endswith(".parquet")} == named
    houses = read(url)
    assert len(houses) == houses["house_id"].nunique() == HOUSES


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("503", is_part),
        pytest.param("500", is_table, marks=pytest.mark.full),
        *([("lost", is_part), ("reset", is_part), ("hang", is_part)] if FULL else []),
        *([("lost", is_table), ("reset", is_table), ("hang", is_table)] if FULL else []),
    ],
)
def test_an_outage_that_ends(
    crawl, proxy: Proxy, s3_place: str, kind: str, first: Callable[[Asked], bool]
) -> None:
    proxy.fault = outage(kind, OUTAGE, first)
    said = crawl()
    assert said.returncode == 0, said.stderr
    assert "Traceback" not in said.stderr
    faults = [asked.at for asked, what in proxy.log if what == kind]
    assert 0 < len(faults) < 20 * OUTAGE, "asked again, and not all the time"
    assert_whole(s3_place)
    passed = [asked.path for asked, what in proxy.log if what == "passed" and is_part(asked)]
    assert [path.endswith(".json") for path in dict.fromkeys(passed)] == [False, False, True]


def test_without_patience_the_same_outage_is_too_long(crawl, proxy: Proxy, s3_place: str) -> None:
    """The control: nobody asks again, so the crawl is not done; the next run ends it."""
    proxy.fault = outage("503", 30, is_part)
    said = crawl(HOUSECRAWL_STORE_PATIENCE="0")
    assert said.returncode == 3, said.stderr
    assert read_manifests(open_place(s3_place)) == []


def test_a_store_that_stays_away(crawl, proxy: Proxy, s3_place: str, site: PlainSite) -> None:
    proxy.fault = outage("reset", 3600, is_part)
    before = site.asked.value
    said = crawl(HOUSECRAWL_STORE_PATIENCE="2")
    assert said.returncode == 3, said.stderr
    assert "Traceback" not in said.stderr
    last = said.stderr.strip().splitlines()[-1]
    assert "run again" in last, last
    assert site.asked.value - before == HOUSES
    assert read_manifests(open_place(s3_place)) == []

    proxy.fault = lambda _: None
    again = crawl()
    assert again.returncode == 0, again.stderr
    assert site.asked.value - before == HOUSES, "what was kept is not asked for again"
    assert_whole(s3_place)


@pytest.mark.full
def test_credentials_that_expire_leave_work(crawl, proxy: Proxy, s3_place: str) -> None:
    proxy.fault = outage("403", 3600, is_part)
    said = crawl()
    assert said.returncode == 3, said.stderr
    assert "ExpiredToken" in said.stderr
    assert "Traceback" not in said.stderr
    proxy.fault = lambda _: None
    assert crawl().returncode == 0
    assert_whole(s3_place)


def test_rows_that_stop_coming_are_a_fault_of_the_store(s3_place: str) -> None:
    with (
        pytest.raises(StorageError, match="run again"),
        table_faults(open_place(s3_place), "houses"),
    ):
        raise Exception("C Data interface error: External error: Generic S3 error")
    with pytest.raises(TypeError), table_faults(open_place(s3_place), "houses"):
        raise TypeError("a bug stays one")


def cut_once(path_has: str) -> Fault:
    """Half of an upload is lost, once, in a way that the store does not notice."""
    done: list[str] = []

    def fault(asked: Asked) -> bytes | None:
        if asked.method != "PUT" or path_has not in asked.path or done:
            return None
        done.append(asked.path)
        checks = [name for name in asked.headers if "checksum" in name or name == "content-md5"]
        for name in [*checks, "x-amz-trailer", "x-amz-decoded-content-length", "content-encoding"]:
            asked.headers.pop(name, None)
        asked.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
        return asked.body[: len(asked.body) // 2]

    return fault


@pytest.fixture
def behind(proxy: Proxy, s3_place: str, monkeypatch: pytest.MonkeyPatch) -> tuple[S3Place, S3Place]:
    """The place through the proxy, and the same place as it is."""
    there = open_place(s3_place)
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    through = open_place(s3_place)
    assert isinstance(there, S3Place)
    assert isinstance(through, S3Place)
    return through, there


@pytest.mark.parametrize("size", [100_000, 2 * PART + 5], ids=["at once", "in parts"])
def test_an_upload_that_was_cut_is_sent_again(behind, proxy, tmp_path: Path, size: int) -> None:
    through, there = behind
    file = tmp_path / "file"
    file.write_bytes(os.urandom(size))
    proxy.fault = cut_once("/x")
    through.upload("x", str(file))
    assert hashlib.sha256(there.read("x")).digest() == hashlib.sha256(file.read_bytes()).digest()

    proxy.fault = cut_once("/y")
    assert through.write_new("y", file.read_bytes()[:1000])
    assert there.read("y") == file.read_bytes()[:1000]


def test_a_client_that_does_not_look_keeps_the_half(behind, proxy: Proxy) -> None:
    """The control: the store takes the half, and says so by its tag alone."""
    _, there = behind
    proxy.fault = cut_once("/x")
    url = urlsplit(there.url)
    client = boto3.client("s3", endpoint_url=proxy.url)
    client.put_object(Bucket=url.netloc, Key=f"{url.path[1:]}/x", Body=b"x" * 100_000)
    client.close()
    assert len(there.read("x")) == 50_000


def test_a_part_cut_for_good_is_never_there(behind, proxy: Proxy, tmp_path: Path) -> None:
    through, there = behind
    through.hurry()
    file = tmp_path / "file"
    file.write_bytes(os.urandom(100_000))
    proxy.fault = cut_once("/x")
    with pytest.raises(StorageError, match="did not arrive whole"):
        through.upload("x", str(file))
    assert "x" not in there.names()


def test_a_tag_of_its_own_is_no_fault_where_the_bytes_are_right(behind, proxy: Proxy) -> None:
    through, there = behind
    proxy.fault = lambda asked: "etag" if asked.method == "PUT" else None
    through.write("x", b"1" * 1000)
    assert there.read("x") == b"1" * 1000
    assert len([1 for asked, _ in proxy.log if asked.path.endswith("/x")]) == 2


def test_multipart_that_breaks_off_is_not_there(behind, proxy: Proxy, tmp_path: Path) -> None:
    through, there = behind
    through.hurry()
    file = tmp_path / "file"
    file.write_bytes(os.urandom(2 * PART + 5))
    proxy.fault = lambda asked: "reset" if "partNumber=2" in asked.path else None
    with pytest.raises(StorageError):
        through.upload("x", str(file))
    assert "x" not in there.names()


def test_an_answer_cut_in_half_is_read_again(behind, proxy: Proxy) -> None:
    through, there = behind
    there.write("x", os.urandom(1000))
    halves = iter(["half", "half", "half", "half"])
    proxy.fault = lambda asked: next(halves, None) if asked.method == "GET" else None
    assert through.read("x") == there.read("x")
    assert "x" in [*through.names()]


def test_a_manifest_whose_answer_was_lost_is_written_once(behind, proxy: Proxy) -> None:
    through, there = behind
    lost = iter(["lost"] * 4)
    proxy.fault = lambda asked: next(lost, None) if asked.method == "PUT" else None
    assert through.write_new("parts/m.json", b"{}")
    assert not through.write_new("parts/m.json", b"[]")
    assert there.read("parts/m.json") == b"{}"


@contextmanager
def killed(process: subprocess.Popen[bytes], when: Callable[[], bool]) -> Iterator[None]:
    """Kill a process without a word at a moment."""
    deadline = time.monotonic() + 60
    while not when() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    yield


def test_killed_while_it_uploads(crawl, proxy: Proxy, s3_place: str, tmp_path: Path) -> None:
    proxy.fault = lambda asked: "hang" if is_part(asked) else None
    command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
    command += ["-a", f"site={tmp_path / 'soak.toml'}", "-s", f"DATASET={s3_place}"]
    environment = {**os.environ, "AWS_ENDPOINT_URL": proxy.url}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    with killed(process, lambda: any(what == "hang" for _, what in proxy.log)):
        assert process.returncode == -9
        assert not [name for name in open_place(s3_place).names() if name.startswith("parts/")]
    proxy.fault = lambda _: None
    assert crawl().returncode == 0
    assert_whole(s3_place)
