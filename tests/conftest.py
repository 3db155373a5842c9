"""Fixtures for every test: an S3 store on loopback, places in it, and a Redis server."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest

# A process of its own: delta-rs keeps Python's lock while it waits for the store, so a server
# that is a thread of the same process could not answer. It ends when its input does.
_SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.disable(logging.CRITICAL)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What this machine remembers of places on S3, for these tests alone: the same place may be
    used by the tests of another process, each with a store of its own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUSECRAWL_STATE", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of moto's S3 server; the environment points every AWS client to it."""
    with (
        subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        endpoint = f"http://127.0.0.1:{int(server.stdout.readline())}"
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", "key-of-a-test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-a-test")
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.delenv("AWS_PROFILE", raising=False)
        yield endpoint
        server.stdin.close()


@pytest.fixture
def s3_place(s3_endpoint: str) -> str:
    """The URL of an empty place in a bucket of its own."""
    bucket = f"homes-{uuid4().hex[:12]}"
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    client.close()
    return f"s3://{bucket}/crawls/2026"


class RedisServer:
    """A Redis server on a socket of its own, which can go away and come back with nothing."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        where = ["--unixsocket", str(self._socket), "--port", "0"]
        self._process = subprocess.Popen(
            ["redis-server", *where, "--dir", str(self._socket.parent), "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while not self._socket.exists():
            assert self._process.poll() is None, "redis-server did not start"
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._socket.unlink(missing_ok=True)
            self._process = None


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis server that runs; skipped where none is installed."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed: what needs it is not tested here")
    # The name of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.stop()
