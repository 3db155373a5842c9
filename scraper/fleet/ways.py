"""What a house takes by each way to its page, as data and as a site's own run has measured it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

from scraper.errors import UsageError
from scraper.fleet.plan import Work

WAYS: Final = ("http", "data", "browser")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a house page."""

    title: str
    cpu_seconds: float
    """Processor time of a page."""
    wait_seconds: float
    """Seconds from its request to its answer."""
    at_once: int
    """Pages under way at once in a crawl."""
    lone: bool = False
    """One crawl a machine; else one a processor."""

    def work(self, houses: int, photos: float) -> Work:
        """The work of so many houses with so many photos each, by this way."""
        shown = _table()["photo"]
        stored = _table()["house"]["stored_bytes"] + photos * shown["stored_bytes"]
        return Work(
            houses,
            self.cpu_seconds,
            self.wait_seconds,
            self.at_once,
            self.lone,
            photos=photos,
            photo_cpu_seconds=shown["cpu_seconds"],
            stored_bytes=stored,
        )


@cache
def ways() -> Mapping[str, Way]:
    """The ways, the course's first.

    >>> list(ways())
    ['course', 'browser', 'data', 'http']
    """
    return {name: Way(**line) for name, line in _table().items() if "title" in line}


def measured(run: Mapping[str, Any]) -> tuple[str, Way]:
    """The way that most pages of a run went, with what they took, from its run.json.

    Photos that it fetched are left out by what a photo usually takes. UsageError where the run has
    nothing to measure.
    """
    counts = run.get("stats", {})
    pages = {way: int(counts.get(f"houses/mode/{way}", 0)) for way in WAYS}
    done = sum(pages.values())
    if run.get("stage") != "houses" or not done or "cpu_seconds" not in run:
        raise UsageError("its last run read no house pages: crawl some houses first")
    way = max(pages, key=lambda name: pages[name])
    photos = int(counts.get("photos/ok", 0)) * _table()["photo"]["cpu_seconds"]
    cpu = max(0.001, (float(run["cpu_seconds"]) - photos) / done)
    known = ways()[way]
    return way, replace(known, title=f"{known.title}, measured on {done:,} houses", cpu_seconds=cpu)


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("scraper.fleet").joinpath("measured.toml").read_text("utf-8"))
