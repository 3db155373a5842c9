"""The ledger's settings, read once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from scraper.errors import SettingError


@dataclass(frozen=True, slots=True)
class Options:
    """Where the dataset lives, how its houses are tried, and how a crawl is stopped early."""

    place: str
    """`DATASET`: a folder or `s3://bucket/prefix`."""
    run_id: str
    """`RUN_ID`: names the run in every row; made from the time where it is empty."""
    attempts: int
    """`ATTEMPTS`: times a house is tried before its failure is final."""
    stop_budget: float = 25.0
    """`STOP_BUDGET`: seconds from the wish to stop until the process is gone."""
    spot_notice: str = ""
    """`SPOT_NOTICE`: a file or an address that says that the machine is taken away soon."""
    list_pages: int = 10_000
    """`LIST_PAGES`: pages of one list after which it counts as endless."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used."""
        place = str(settings.get("DATASET") or "")
        if not place:
            raise SettingError("DATASET is not set: say where the dataset lives, -s DATASET=PLACE")
        return cls(
            place,
            str(settings.get("RUN_ID") or new_run_id()),
            _count("ATTEMPTS", settings.get("ATTEMPTS", 3)),
            _seconds("STOP_BUDGET", settings.get("STOP_BUDGET", 25)),
            str(settings.get("SPOT_NOTICE") or ""),
            _count("LIST_PAGES", settings.get("LIST_PAGES", 10_000)),
        )


def _count(name: str, found: object) -> int:
    if not str(found).isdecimal() or int(str(found)) < 1:
        raise SettingError(f"{name}={found}: expected a whole number of at least 1")
    return int(str(found))


def _seconds(name: str, found: object) -> float:
    try:
        value = float(str(found))
    except ValueError:
        value = 0.0
    if not 1 <= value <= 3600:
        raise SettingError(f"{name}={found}: expected seconds between 1 and 3600")
    return value


def new_run_id() -> str:
    """A name for a run that sorts by time and does not repeat: `20260131T235959Z-1a2b3c`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
