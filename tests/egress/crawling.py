"""Whole crawls of the embedded site with bans switched on, judged by its log and the files left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from scraper.dataset import read
from scraper.demo.bans import Ban
from scraper.demo.model import House
from scraper.demo.site import DemoSite
from scraper.house import FoundId
from scraper.ledger.parts import write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

CONCURRENCY = 3
DELAY = 0.02


def plain(house: House, *, javascript: bool = False) -> House:
    """A house whose page takes one request."""
    return replace(house, javascript=javascript, flaky=False, photos=(), gone=0)


def site(houses: int, ban: Ban | None, *, javascript: bool = False) -> DemoSite:
    made = DemoSite(houses=houses, seed=11, ban=ban)
    shown = {n: plain(h, javascript=javascript) for n, h in made.catalogue.houses.items()}
    made.use(replace(made.catalogue, houses=shown))
    return made


@dataclass
class Crawl:
    """A dataset of a site, and what was said while it was filled."""

    site: DemoSite
    folder: Path
    said: str = ""

    def __post_init__(self) -> None:
        self.file = self.site.site_file(self.folder)
        pace = f"\n[pace]\nconcurrency = {CONCURRENCY}\ndelay = {DELAY}\n"
        self.file.write_text(self.file.read_text() + pace)

    def run(self, stage: str, *settings: str, **env: str) -> int:
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", stage]
        command += ["-a", f"site={self.file}", "-s", f"DATASET={self.folder / 'data'}"]
        command += [part for one in settings for part in ("-s", one)]
        said = subprocess.run(command, cwd=self.folder, capture_output=True, text=True,
                              check=False, timeout=200, env={**os.environ, **env})  # fmt: skip
        at = said.stderr.find("Traceback")
        assert at < 0, said.stderr[at - 500 : at + 3500]
        self.said += said.stdout + said.stderr
        return said.returncode

    def houses(self, *settings: str, **env: str) -> int:
        """Stage 2, with the list that stage 1 would bring."""
        place = open_place(str(self.folder / "data"))
        with Ledger.open(place, run_id="listing") as ledger:
            for town in self.site.catalogue.towns:
                found = (
                    FoundId(one, f"{self.site.url}/house/{one}", town.slug, n)
                    for n, one in enumerate(town.house_ids)
                )
                ledger.add_ids("demo", found)
            write_ids(ledger, place)
        return self.run("houses", *settings, **env)

    @property
    def report(self) -> dict:
        return json.loads((self.folder / "data" / "run.json").read_text())

    @property
    def rows(self):
        return read(str(self.folder / "data")).set_index("house_id")

    def check_all_there(self) -> None:
        """Every house arrived as the site shows it, and nothing else became a row."""
        truth, rows = self.site.truth, self.rows
        assert set(rows.index) == set(truth)
        assert all(rows.loc[n, "address"] == row["address"] for n, row in truth.items())
        states = self.report["states"]
        assert states["new"] == states["refused"] == states["failed"] == states["unread"] == 0

    def check_pace(self) -> None:
        """Never faster than the site's pace, from all addresses together."""
        asked = [one for one in self.site.log.requests() if one.path != "/robots.txt"]
        span = asked[-1].time - asked[0].time
        assert len(asked) - 1 <= span / DELAY * 1.02
        bursts = [b.time - a.time for a, b in pairwise(asked[::5])]
        assert min(bursts) > 5 * DELAY * 0.5

    def wasted(self) -> list[int]:
        """Refused requests of each ban, beyond those that may have been in flight."""
        bans = self.site.bans
        counts: Counter[int] = Counter()
        for request in self.site.log.requests():
            mine = [n for n, (at, who) in enumerate(bans.begun)
                    if who == request.client[0] and request.time >= at - 0.05]  # fmt: skip
            if mine and request.time in bans.refused:
                counts[mine[-1]] += 1
        return [max(0, n - CONCURRENCY) for n in counts.values()]
