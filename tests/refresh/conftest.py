"""A small site that changes by the week, and a dataset that follows it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from scraper.dataset import read
from scraper.dataset.version import versions
from scraper.demo.model import Catalogue
from scraper.demo.seeded import Seeded
from scraper.demo.site import DemoSite
from scraper.demo.weeks import Week
from scraper.place.folder import FolderPlace


class Plain:
    """Houses that plain HTTP can read, without photos: a crawl of them takes seconds."""

    def catalogue(self) -> Catalogue:
        whole = Seeded(40, 5).catalogue()
        houses = {
            one: replace(house, javascript=False, photos=(), flaky=False)
            for one, house in whole.houses.items()
        }
        return replace(whole, houses=houses)


@dataclass
class Step:
    """What one command did, as seen from outside."""

    code: int
    said: str
    asked: Counter[str]
    """Requests by kind of page and status: `house 304`."""
    version: int
    """The newest version when it was over."""
    rows: Any
    """The houses then, by ID."""
    history: Any
    truth: dict[str, Any]
    gone: set[str]


@dataclass
class Following:
    """A dataset and the site that it follows."""

    site: DemoSite
    folder: Path
    expected_gone: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    """Houses that no list has since the last week: no list a second time and they are gone."""

    @property
    def place(self) -> str:
        return str(self.folder / "data")

    def do(self, *command: str, module: str = "scraper.cli.main") -> Step:
        self.site.log.clear()
        done = subprocess.run(
            [sys.executable, "-m", module, *command],
            cwd=self.folder,
            env={**os.environ, "HOUSECRAWL_STATE": str(self.folder / "state")},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        seen = [(one.path.split("/")[1], one.status) for one in self.site.log.requests()]
        asked = Counter(f"{kind} {status}" for kind, status in seen)
        said, known = done.stdout + done.stderr, versions(FolderPlace(Path(self.place)))
        rows = read(self.place).set_index("house_id") if known else None
        history = read(self.place, table="history") if known else None
        newest = known[-1].number if known else 0
        truth, gone = self.site.truth, set(self.expected_gone)
        return Step(done.returncode, said, asked, newest, rows, history, truth, gone)

    def pass_week(self) -> Week:
        """Let a week go by, and know who is gone when the lists are read once more."""
        week = self.site.pass_week()
        self.expected_gone |= week.gone | self.unlisted
        self.unlisted = set(week.unlisted)
        return week

    def crawl(self) -> list[Step]:
        return [
            self.do(
                "crawl", stage, "-a", f"site={self.folder / 'demo.toml'}",
                "-s", f"DATASET={self.place}", module="scraper.cli.scrapy",
            )
            for stage in ("ids", "houses")
        ]  # fmt: skip

    def refresh(self, *more: str) -> Step:
        file = str(self.folder / "demo.toml")
        return self.do("refresh", "--site", file, "--dataset", self.place, *more)

    def state(self) -> tuple[int, int]:
        """The versions, and the bytes of the tables: what a refused week must not change."""
        tables = [path for path in Path(self.place, "tables").rglob("*") if path.is_file()]
        known = versions(FolderPlace(Path(self.place)))
        return len(known), sum(path.stat().st_size for path in tables)

    def again(self, *more: str) -> Step:
        """Read the kept pages again."""
        return self.do(
            "crawl", "houses", "-a", f"site={self.folder / 'demo.toml'}", "-a", "from=archive",
            "-s", f"DATASET={self.place}", *more, module="scraper.cli.scrapy",
        )  # fmt: skip


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Following]:
    """A site, and a dataset that was crawled from it once."""
    folder = tmp_path_factory.mktemp("refresh")
    with DemoSite(source=Plain()) as site:
        site.behaviour.etags = True
        site.site_file(folder)
        found = Following(site, folder)
        assert [step.code for step in found.crawl()] == [0, 0]
        yield found
