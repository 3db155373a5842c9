"""Whole crawls that are killed, stopped and cut off, and what is judged of them afterwards."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd
import psutil
import pytest
from PIL import Image

from scraper.dataset import read
from scraper.demo.server import Answer
from scraper.demo.site import DemoSite
from scraper.house import FoundId
from scraper.ledger.parts import open_part, read_manifests, write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
OF_THE_RUN = ["run_id", "fetched_at", "first_seen", "last_seen", "seconds", "bytes", "attempts"]


FULL = os.environ.get("FAULTS") == "full"
SMALL = 30 if FULL else 12
"""Houses of the site of `good`."""
ONE_DECODER = ("-s", "PHOTO_WORKERS=1")
"""What is judged here are not the processes that decode, and each start of one takes its time."""


def picture() -> bytes:
    """A small photo: what is judged here is not the decoder."""
    data = io.BytesIO()
    Image.new("RGB", (8, 6), (90, 120, 60)).save(data, "JPEG")
    return data.getvalue()


class Crawl:
    """A crawl that runs."""

    def __init__(self, command: Sequence[str], cwd: Path, env: dict[str, str]) -> None:
        self.log = cwd / f"log-{time.monotonic_ns()}.txt"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**os.environ, "PYTHONPATH": str(ROOT), **env},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL for the process and all that it started: decoders, Chromium."""
        family = self.family()
        for one in [psutil.Process(self.process.pid), *family]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait(PATIENCE)

    def family(self) -> list[psutil.Process]:
        """What the process started, and what that started."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def send(self, number: int) -> float:
        """Send a signal; the moment at which it was sent."""
        os.kill(self.process.pid, number)
        return time.monotonic()

    def code(self, timeout: float = PATIENCE) -> int:
        """Wait for the end; its exit code."""
        return self.process.wait(timeout)

    @property
    def said(self) -> str:
        return self.log.read_text()

    def until(self, happened: Callable[[], object]) -> bool:
        """Wait until something has happened; False where the crawl ended before."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if self.process.poll() is not None:
                return bool(happened())
            assert time.monotonic() < deadline, self.said[-2000:]
            time.sleep(0.005)
        return True

    def ended_well(self, code: int = 0) -> None:
        """The exit code is the expected one, and there is no traceback."""
        found = self.code()
        assert found == code, (found, self.said[-3000:])
        assert "Traceback" not in self.said


class Crawls:
    """Crawls of one site into one place."""

    def __init__(self, folder: Path, site: DemoSite, place: str = "") -> None:
        self.folder = folder
        self.site = site
        self.place = place or str(folder / "data")
        self.file = str(site.site_file(folder))
        self.state = str(folder / "state")

    def start(
        self, stage: str, *more: str, program: Sequence[str] = ("-m", "scraper.cli.scrapy")
    ) -> Crawl:
        """`scrapy crawl STAGE`, at once."""
        args = ["crawl", stage, "-a", f"site={self.file}", "-s", f"DATASET={self.place}"]
        return self.start_program(*program, *args, *ONE_DECODER, *more)

    def start_program(self, *args: str) -> Crawl:
        """`python ARGS`, at once."""
        return Crawl([sys.executable, *args], self.folder, {"HOUSECRAWL_STATE": self.state})

    def run(self, stage: str, *more: str, code: int = 0) -> Crawl:
        """`scrapy crawl STAGE` to its end."""
        crawl = self.start(stage, *more)
        crawl.ended_well(code)
        return crawl

    def list(self) -> None:
        """Fill the ID list: by stage 1 in full, else straight, as stage 1 would."""
        if FULL or "://" in self.place:
            self.run("ids")
            return
        place = open_place(self.place)
        with Ledger.open(place, run_id="listing") as ledger:
            for town in self.site.catalogue.towns:
                found = (
                    FoundId(one, f"{self.site.url}/house/{one}", town.slug, n)
                    for n, one in enumerate(town.house_ids)
                )
                ledger.add_ids("demo", found)
            write_ids(ledger, place)

    def asked(self) -> set[str]:
        """The houses whose page was asked for since the site's log was cleared."""
        return {r.path.rpartition("/")[2] for r in self.site.log.requests("/house/")}

    def facts(self) -> dict[str, object]:
        """What run.json says."""
        return json.loads(open_place(self.place).read("run.json"))

    def sealed(self, table: str) -> Counter[str]:
        """How often each house is in the sealed parts of a table."""
        place = open_place(self.place)
        found: Counter[str] = Counter()
        for manifest in read_manifests(place):
            for batch in open_part(place, manifest, table, columns=["house_id"]):
                found.update(batch.column("house_id").to_pylist())
        return found

    def whole(self) -> None:
        """Every house is in exactly one final state, and every row is there exactly once."""
        site, truth = self.site, set(self.site.truth)
        houses, photos = read(self.place), read(self.place, table="photos")
        assert sorted(houses["house_id"]) == sorted(truth)
        assert self.sealed("houses") == Counter(truth)
        visits = self.sealed("visits")
        assert set(visits) == set(site.listed)
        # What robots.txt denies is judged anew by every run; the rest is visited once.
        assert {n for one, n in visits.items() if one not in site.disallowed} == {1}
        assert not photos.duplicated(["house_id", "position"]).any()
        shown = {one: len(site.photo_urls(one)) for one in truth if site.photo_urls(one)}
        assert dict(photos["house_id"].value_counts()) == shown
        assert sum(self.sealed("photos").values()) == len(photos)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The published tables, without what differs from run to run."""
        return {name: _sorted(read(self.place, table=name)) for name in ("houses", "photos")}


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in ("house_id", "position") if name in table]
    kept = table.drop(columns=[name for name in OF_THE_RUN if name in table])
    return kept.sort_values(keys).reset_index(drop=True)


def made_site(houses: int, port: int = 0, *, browser: bool = FULL) -> DemoSite:
    """A site with small photos; without `browser` none of its pages needs one."""
    site = DemoSite(houses=houses, seed=3, port=port)
    small = picture()
    site.override("/photo/*", lambda _: Answer(small, kind="image/jpeg"))
    if not browser:
        plain = {
            one: replace(house, javascript=False, flaky=False)
            for one, house in site.catalogue.houses.items()
        }
        site.use(replace(site.catalogue, houses=plain))
    return site


@pytest.fixture
def crawls(tmp_path: Path) -> Iterator[Callable[..., Crawls]]:
    """`crawls(houses=40, place=...)`: crawls of a site with so many houses, IDs not listed yet."""
    sites = []

    def made(houses: int = 40, place: str = "", **how: bool) -> Crawls:
        site = made_site(houses, **how)
        site.start()
        sites.append(site)
        return Crawls(tmp_path, site, place)

    yield made
    for site in sites:
        site.stop()


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Crawls:
    """A crawl that nothing disturbed, its site gone: published, and shared by many tests."""
    site = made_site(SMALL)
    site.start()
    try:
        here = Crawls(tmp_path_factory.mktemp("calm"), site)
        here.list()
        site.log.clear()
        here.run("houses")
    finally:
        site.stop()
    return here


@pytest.fixture
def good(calm: Crawls, tmp_path: Path) -> Iterator[Crawls]:
    """A copy of that place, and its site again at the same address."""
    shutil.copytree(calm.place, tmp_path / "data", ignore=shutil.ignore_patterns("*.lock"))
    with made_site(SMALL, int(calm.site.url.rpartition(":")[2])) as site:
        yield Crawls(tmp_path, site)
