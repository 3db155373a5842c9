"""Whole crawls of the embedded site with bans switched on, judged by its log and the files left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from scraper.dataset import read
from scraper.demo.bans import Ban, Bans
from scraper.demo.model import House, Town
from scraper.demo.site import DemoSite
from scraper.house import FoundId
from scraper.ledger.parts import write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

CONCURRENCY = 3
DELAY = 0.04
REST = 0.5
"""Seconds that a refused address rests at first."""


def plain(house: House, *, javascript: bool = False) -> House:
    """A house whose page takes one request."""
    return replace(house, javascript=javascript, flaky=False, photos=(), gone=0)


class InTurn(Bans):
    """A ban lasts until another address is banned: however long that takes on a busy machine."""

    def _begin(self, who: str, now: float) -> None:
        for other in self._until:
            self._until[other] = now
        super()._begin(who, now)


def site(houses: int, ban: Ban | None, *, scripted: int = 0, host: str = "127.0.0.1") -> DemoSite:
    """A site whose houses take one request each, but for those filled by scripts."""
    made = DemoSite(houses=houses, seed=11, ban=ban, host=host)
    if ban is not None and not ban.seconds:
        made.bans = InTurn(ban)
    shown = {
        one: plain(house, javascript=n < scripted)
        for n, (one, house) in enumerate(made.catalogue.houses.items())
    }
    made.use(replace(made.catalogue, houses=shown))
    return made


def listed(folder: Path, url: str, towns: Iterable[Town]) -> None:
    """The ID list of a dataset, without asking for it."""
    place = open_place(str(folder))
    with Ledger.open(place, run_id="listing") as ledger:
        for town in towns:
            found = (
                FoundId(one, f"{url}/house/{one}", town.slug, n)
                for n, one in enumerate(town.house_ids)
            )
            ledger.add_ids("demo", found)
        write_ids(ledger, place)


@dataclass
class Crawl:
    """A dataset of a site, and what was said while it was filled."""

    site: DemoSite
    folder: Path
    said: str = ""
    within: tuple[str, ...] = ()
    """The command that runs the crawl's."""

    def __post_init__(self) -> None:
        self.file = self.site.site_file(self.folder)
        pace = f"\n[pace]\nconcurrency = {CONCURRENCY}\ndelay = {DELAY}\n"
        self.file.write_text(self.file.read_text() + pace)

    def run(self, stage: str, *settings: str, **env: str) -> int:
        command = [*self.within, sys.executable, "-m", "scraper.cli.scrapy", "crawl", stage]
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
        listed(self.folder / "data", self.site.url, self.site.catalogue.towns)
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
        times = [one.time for one in self.site.log.requests() if one.path != "/robots.txt"]
        # Before the first was noted no more than these can have left, however busy the machine is.
        left = len(times) - 1 - CONCURRENCY
        assert left > 5 * CONCURRENCY, "too few to tell"
        assert left * DELAY <= times[-1] - times[0]

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
