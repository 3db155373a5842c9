"""What was learned of a site, in words and as it is kept in the place of its dataset."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import orjson

from scraper.browser.recipe import VERSION, Recipe, packed, unpacked
from scraper.errors import HousecrawlError
from scraper.place.place import Place

logger = logging.getLogger(__name__)

Phase = Literal["open", "data", "browser"]
"""Not known yet, by data, by the browser; plain HTTP goes before where it may do."""
FOLDER: Final = "ways/"
SKIPPED: Final = 8
"""Pages in a row without facts by plain HTTP, after which the browser is asked first."""
_WAYS: Final = {
    "open": "the browser",
    "data": "what its pages load, without a browser",
    "browser": "the browser",
}
_REASONS: Final = {
    "open": "whether its data request would do is not known yet: {why}",
    "data": "{why}",
    "browser": "its data request alone would not give the same row: {why}",
}
_HOLDS: Final = timedelta(days=7)
"""After that it is tried again whether a site can do without the browser."""


@dataclass(slots=True)
class Memory:
    """What a crawl knows of the house pages of a site."""

    site: str
    phase: Phase = "open"
    why: str = ""
    """Why it is that way, one line."""
    recipe: Recipe | None = None
    words: dict[str, str] = field(default_factory=dict)
    """Fixed words of addresses that are others by now."""
    since: str = ""
    """When that was learned, ISO 8601."""
    lacking: int = 0
    """Pages in a row that had no facts by plain HTTP."""

    def settle(self, phase: Phase, why: str) -> None:
        """Know from now on."""
        self.phase, self.why = phase, why
        self.since = datetime.now(tz=UTC).isoformat(timespec="seconds")

    def told(self) -> dict[str, str]:
        """For people: the way and why."""
        way = _WAYS[self.phase]
        if self.lacking < SKIPPED:
            way = f"plain HTTP, or where a page lacks its facts there, {way}"
        reason = _REASONS[self.phase].format(why=self.why) if self.why else ""
        return {"site": self.site, "way": way, "why": reason, "since": self.since}


def load(place: Place, site: str) -> Memory:
    """What earlier crawls learned; an empty one where that is nothing, or nothing of use."""
    found = _read(place, f"{FOLDER}{site}.json")
    try:
        if found.get("version") != VERSION or _is_old(found):
            return Memory(site)
        kept = {name: found[name] for name in ("phase", "why", "words", "since", "lacking")}
        return Memory(site, recipe=unpacked(found["recipe"]), **kept)
    except (KeyError, TypeError, ValueError):
        logger.warning("%s/%s%s.json cannot be read: learned anew", place.url, FOLDER, site)
        return Memory(site)


def save(place: Place, memory: Memory) -> None:
    """Keep it for the next crawl; a place that does not take it costs only that."""
    kept = {
        "version": VERSION,
        "site": memory.site,
        "phase": memory.phase,
        "why": memory.why,
        "words": memory.words,
        "since": memory.since,
        "lacking": memory.lacking,
        "recipe": packed(memory.recipe),
    }
    try:
        place.write(f"{FOLDER}{memory.site}.json", orjson.dumps(kept))
    except HousecrawlError as error:
        logger.warning("what was learned of %s is not kept: %s", memory.site, error)


def all_told(place: Place) -> list[dict[str, str]]:
    """What is known of each site of a place, for people."""
    names = sorted(place.names(FOLDER))
    sites = [name.removeprefix(FOLDER).removesuffix(".json") for name in names]
    return [memory.told() for site in sites if (memory := load(place, site)).since]


def _read(place: Place, name: str) -> Mapping[str, Any]:
    try:
        found = orjson.loads(place.read(name))
    except (FileNotFoundError, orjson.JSONDecodeError, HousecrawlError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_old(found: Mapping[str, Any]) -> bool:
    age = datetime.now(tz=UTC) - datetime.fromisoformat(found["since"])
    return found["phase"] == "browser" and age > _HOLDS
