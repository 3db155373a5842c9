"""A site without a browser, its list in a place, and workers that are processes of their own."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.request import Request as Ask
from urllib.request import urlopen
from uuid import uuid4
from zlib import crc32

import boto3
import psutil
import pytest
from PIL import Image

from scraper.cli.main import main
from scraper.dataset import read
from scraper.demo.server import Answer, Request
from scraper.demo.site import DemoSite
from scraper.house import FoundId
from scraper.ledger.parts import write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0


def wait_for(happened: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class Process:
    """`housecrawl ...` or `scrapy ...`, with what it says in a file."""

    def __init__(self, folder: Path, module: str, *words: str, **env: str) -> None:
        self.log = folder / f"log-{time.monotonic_ns()}.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), **env},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def family(self) -> list[psutil.Process]:
        """What it started, and what that started."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def code(self, patience: float = PATIENCE) -> int:
        return self.process.wait(patience)

    def ended(self, code: int = 0) -> Process:
        found = self.code(2 * PATIENCE)
        assert found == code, (found, self.said[-3000:])
        return self


def kill(*processes: psutil.Process) -> None:
    """SIGKILL, also where one is gone by then."""
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.kill()


def alive(process: psutil.Process) -> bool:
    """Whether it runs; one that nobody waits for stays in the table as a zombie."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def part_of(request: Request, parts: int) -> int:
    """The part of the house that is asked for."""
    return crc32(request.path.rpartition("/")[2].encode()) % parts


class Fleet:
    """A site and a place with its list, which machines visit in parts."""

    def __init__(self, folder: Path, houses: int, place: str) -> None:
        self.folder, self.place = folder, place
        self.site = DemoSite(houses=houses, seed=3)
        data = io.BytesIO()
        Image.new("RGB", (8, 6), (90, 120, 60)).save(data, "JPEG")
        self.site.override("/photo/*", lambda _: Answer(data.getvalue(), kind="image/jpeg"))
        plain = {
            one: replace(house, javascript=False, flaky=False)
            for one, house in self.site.catalogue.houses.items()
        }
        self.site.use(replace(self.site.catalogue, houses=plain))
        self.site.start()
        self.file = str(self.site.site_file(folder))
        self.running: list[Process] = []
        self.released = threading.Event()

    def list(self) -> None:
        """Fill the ID list, as stage 1 would."""
        place = open_place(self.place)
        with Ledger.open(place, run_id="listing", folder=self.folder / "listing") as ledger:
            for town in self.site.catalogue.towns:
                found = (
                    FoundId(one, f"{self.site.url}/house/{one}", town.slug, n)
                    for n, one in enumerate(town.house_ids)
                )
                ledger.add_ids("demo", found)
            write_ids(ledger, place)

    def fleet(self, *words: str, state: str = "state", **env: str) -> Process:
        """`housecrawl fleet WORDS`, on a machine of its own where it has another state."""
        return self._start("scraper.cli.main", "fleet", *words, state=state, **env)

    def scrapy(self, *words: str, state: str = "state", **env: str) -> Process:
        """`scrapy WORDS`."""
        env = {"SCRAPY_SETTINGS_MODULE": "settings", **env}
        return self._start("scraper.cli.scrapy", *words, state=state, **env)

    def _start(self, module: str, *words: str, state: str, **env: str) -> Process:
        env = {"HOUSECRAWL_STATE": str(self.folder / state), **env}
        started = Process(self.folder, module, *words, **env)
        self.running.append(started)
        return started

    def here(self, *words: str) -> int:
        """`housecrawl fleet WORDS` in this process, which need not start first; its exit code."""
        return main(["fleet", *words])

    def submit(self, engine: str, *more: str) -> None:
        """Hand the parts to an engine."""
        words = ("--site", self.file, "--dataset", self.place, "--engine", engine)
        assert self.here("submit", *words, "-s", "PHOTO_WORKERS=1", *more) == 0

    def hold(self, held: Callable[[Request], bool]) -> list[Request]:
        """Let the site not answer some requests for house pages until `released`; those it got."""
        seen: list[Request] = []

        def handler(request: Request) -> None:
            if not self.released.is_set() and held(request):
                seen.append(request)
                self.released.wait(PATIENCE)

        self.site.override("/house/*", handler)
        return seen

    def refuse(self, address: str) -> None:
        """Let the site refuse the house pages to one address."""

        def handler(request: Request) -> Answer | None:
            return Answer(b"refused", 403, "text/plain") if request.client[0] == address else None

        self.site.override("/house/*", handler)

    def attempts(self) -> Counter[int]:
        """How often each part was begun, over the logs of all workers."""
        found: Counter[int] = Counter()
        for one in self.running:
            found.update(int(n) for n in re.findall(r"part (\d+) of \d+: begins", one.said))
        return found

    def whole(self) -> None:
        """Every house is in the published version, once."""
        ids = [*read(self.place)["house_id"]]
        assert sorted(ids) == sorted(self.site.truth)

    kill = staticmethod(kill)
    alive = staticmethod(alive)
    part_of = staticmethod(part_of)
    wait_for = staticmethod(wait_for)

    def close(self) -> None:
        self.released.set()
        for one in self.running:
            if one.process.poll() is None:
                kill(*one.family())
                one.process.kill()
                one.process.wait()
        self.site.stop()


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Fleet]]:
    """`fleet(houses, place=...)`: a site and a place with its list."""
    made: list[Fleet] = []
    monkeypatch.setenv("HOUSECRAWL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "settings")

    def make(houses: int, place: str = "") -> Fleet:
        one = Fleet(tmp_path, houses, place or str(tmp_path / "data"))
        made.append(one)
        one.list()
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture
def batch_queue(s3_endpoint: str) -> str:
    """QUEUE:DEFINITION of AWS Batch, as Terraform makes them, where nothing runs by itself."""
    said = json.dumps({"batch": {"use_docker": False}}).encode()
    urlopen(Ask(f"{s3_endpoint}/moto-api/config", said, {"Content-Type": "application/json"}))
    name = f"crawl-{uuid4().hex[:8]}"
    batch = boto3.client("batch", region_name="us-east-1")
    iam = boto3.client("iam", region_name="us-east-1")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    batch.create_compute_environment(
        computeEnvironmentName=name, type="UNMANAGED", state="ENABLED", serviceRole=role
    )
    order = [{"order": 1, "computeEnvironment": name}]
    batch.create_job_queue(
        jobQueueName=name, state="ENABLED", priority=1, computeEnvironmentOrder=order
    )
    image = {"image": "housecrawl", "vcpus": 1, "memory": 2048, "command": ["true"]}
    batch.register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=image
    )
    batch.close()
    iam.close()
    return f"{name}:{name}"
