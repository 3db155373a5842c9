"""The last good robots.txt of each host, kept in the dataset's place for the next process."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

import orjson

from scraper.errors import HousecrawlError
from scraper.gate.answers import LAST_GOOD, LIFE, Answer
from scraper.gate.robots import Rules
from scraper.place.open import open_place
from scraper.place.place import Place

logger = logging.getLogger(__name__)

FOLDER: Final = "robots"
"""Folder of the place: a file for each scheme, host and port."""


class Kept:
    """What hosts said, and when by the clock on the wall, over the life of a dataset."""

    def __init__(self, place: Place | None, clock: Callable[[], float] = time.time) -> None:
        """Without a place nothing is kept."""
        self._place, self._clock = place, clock

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Kept:
        """What is kept in a dataset's place; nothing where there is none yet."""
        try:
            return cls(open_place(str(settings.get("DATASET") or ""), create=False))
        except HousecrawlError:
            return cls(None)

    def load(self, origin: str) -> tuple[Answer, float] | None:
        """The last good answer of a host with its age in seconds; None where there is none.

        One from the future says that a clock was wrong: it stands in, but is asked for again.
        """
        if self._place is None:
            return None
        try:
            said = orjson.loads(self._place.read(_name(origin)))
            answer, age = _answer(said), self._clock() - float(said["asked_at"])
        except FileNotFoundError:
            return None
        except (HousecrawlError, ValueError, TypeError, KeyError) as error:
            logger.warning("%s is not used, it is asked for anew: %s", _name(origin), error)
            return None
        if said.get("origin") != origin or age >= LAST_GOOD:
            return None
        return answer, age if age >= 0 else LIFE

    def save(self, origin: str, answer: Answer) -> None:
        """Keep a good answer; a place that cannot be written to costs a request later, no more."""
        if self._place is None:
            return
        said = {
            "origin": origin,
            "asked_at": self._clock(),
            "source": answer.source,
            "outcome": answer.outcome,
            "reason": answer.reason,
            "body": answer.body.decode("latin-1"),
        }
        try:
            self._place.write(_name(origin), orjson.dumps(said))
        except HousecrawlError as error:
            logger.warning("%s could not be kept: %s", _name(origin), error)


def _name(origin: str) -> str:
    """A name that says which host it is, and that no two hosts have.

    >>> _name("https://homes.example")
    'robots/https-homes.example-ccdd0c7d.json'
    """
    words = re.sub(r"[^a-z0-9.-]+", "-", origin.lower()).strip("-.")[:80]
    return f"{FOLDER}/{words}-{sha256(origin.encode()).hexdigest()[:8]}.json"


def _answer(said: Mapping[str, Any]) -> Answer:
    source, outcome = str(said["source"]), said["outcome"]
    if outcome == "rules":
        body = str(said["body"]).encode("latin-1")
        return Answer("rules", source, "", Rules.parse(body, source), body)
    if outcome != "allow_all":
        raise ValueError(f"found outcome {outcome}, expected rules or allow_all")
    return Answer("allow_all", source, str(said["reason"]))
