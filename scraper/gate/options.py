"""The gate's settings, read once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Final

from scraper.errors import SettingError
from scraper.gate.pace import Pace
from scraper.gate.shared import redis_url
from scraper.rights.options import Options as Rights

TOKEN: Final = "housecrawl"  # noqa: S105  # a product token, no secret
"""The product token that robots.txt rules are looked up by."""

_CONTACT: Final = re.compile(
    r"https?://[^\s()]+\.[^\s()]+|(mailto:)?[^\s()@]+@[^\s()@]+\.[^\s()@]+"
)


@dataclass(frozen=True, slots=True)
class Options:
    """Who asks, and how patiently."""

    contact: str = ""
    """`CONTACT`: URL or mail address of who crawls; needed for public sites."""
    delay: float = 1.0
    """`PACE_DELAY`: seconds between two requests to a public site whose file says nothing."""
    concurrency: int = 4
    """`PACE_CONCURRENCY`: requests under way at once to such a site, and to each other host."""
    workers: int = 1
    """`PACE_WORKERS`: crawls of the same site that run at once; each takes its share of a pace."""
    shared: str = ""
    """`FLEET_PACE`: the Redis server that holds the pace over all workers; may hold a password."""
    robots_timeout: float = 10.0
    """`ROBOTS_TIMEOUT`: seconds that a robots.txt may take; it is tried three times."""
    robots_retry: float = 60.0
    """`ROBOTS_RETRY`: seconds until a robots.txt that could not be had is asked for again."""
    back_off: float = 2.0
    """`BACK_OFF`: seconds a site rests after its first 429 or 503 without Retry-After, doubled
    with each in a row; and a host whose robots.txt failed, before it is tried again."""
    longest_rest: float = 3600.0
    """`RETRY_AFTER_MAX`: seconds that a Retry-After counts for at most."""
    rights: Rights = field(default_factory=Rights)
    """What becomes of a URL that the files of its host reserve."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used."""
        return cls(
            contact=_contact(settings),
            delay=_number(settings, "PACE_DELAY", cls().delay, least=0),
            concurrency=_whole(settings, "PACE_CONCURRENCY", cls().concurrency),
            workers=_whole(settings, "PACE_WORKERS", cls().workers),
            shared=redis_url(str(settings.get("FLEET_PACE") or ""), "FLEET_PACE"),
            robots_timeout=_number(settings, "ROBOTS_TIMEOUT", cls().robots_timeout, least=0.01),
            robots_retry=_number(settings, "ROBOTS_RETRY", cls().robots_retry, least=0.01),
            back_off=_number(settings, "BACK_OFF", cls().back_off, least=0.01),
            longest_rest=_number(settings, "RETRY_AFTER_MAX", cls().longest_rest, least=0),
            rights=Rights.from_settings(settings),
        )

    @property
    def user_agent(self) -> str:
        """The user agent of every request: who asks, and whom to write to.

        >>> Options(contact="crawl@homes.example").user_agent.partition(" ")[2]
        '(+crawl@homes.example)'
        """
        return f"{_product()} (+{self.contact})" if self.contact else _product()

    def refuse_anonymous(self, *, public: bool) -> None:
        """SettingError where a public site is to be crawled and nobody says who crawls."""
        if public and not self.contact:
            raise SettingError(
                "CONTACT is empty and the site is public: say who crawls, by"
                " -s CONTACT=https://your.page/about-the-crawl or -s CONTACT=you@your.domain"
            )

    def pace(
        self, delay: float | None, concurrency: int | None, *, own: bool, turn: int = 0
    ) -> Pace:
        """The pace of a host, from what the site file says; the user's own hosts need none."""
        return Pace(
            delay=(0.0 if own else self.delay) if delay is None else delay,
            concurrency=(0 if own else self.concurrency) if concurrency is None else concurrency,
            workers=self.workers,
            turn=turn % self.workers,
            shared=bool(self.shared),
        )


def _contact(settings: Mapping[str, object]) -> str:
    contact = str(settings.get("CONTACT") or "").strip()
    if contact and not _CONTACT.fullmatch(contact):
        raise SettingError(f"CONTACT={contact!r}: expected the URL of a page or a mail address")
    return contact


def _number(settings: Mapping[str, object], name: str, default: float, *, least: float) -> float:
    found = settings.get(name)
    if found is None:
        return default
    try:
        value = float(str(found))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= least):
        raise SettingError(f"{name}={found}: expected a number of seconds, at least {least:g}")
    return value


def _whole(settings: Mapping[str, object], name: str, default: int) -> int:
    found = settings.get(name)
    if found is None:
        return default
    text = str(found)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingError(f"{name}={found}: expected a whole number above 0")
    return int(text)


@cache
def _product() -> str:
    # Looked up in the files of the installation: too slow for every request.
    return f"{TOKEN}/{version(TOKEN)}"
