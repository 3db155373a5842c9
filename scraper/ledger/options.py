"""The ledger's settings, read once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from scraper.errors import SettingError


@dataclass(frozen=True, slots=True)
class Options:
    """Where the dataset lives and how its houses are tried."""

    place: str
    """`DATASET`: a folder or `s3://bucket/prefix`."""
    run_id: str
    """`RUN_ID`: names the run in every row; made from the time where it is empty."""
    attempts: int
    """`ATTEMPTS`: times a house is tried before its failure is final."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used."""
        place = str(settings.get("DATASET") or "")
        if not place:
            raise SettingError("DATASET is not set: say where the dataset lives, -s DATASET=PLACE")
        found = settings.get("ATTEMPTS", 3)
        if not str(found).isdigit() or int(str(found)) < 1:
            raise SettingError(f"ATTEMPTS={found}: expected a whole number of at least 1")
        return cls(place, str(settings.get("RUN_ID") or new_run_id()), int(str(found)))


def new_run_id() -> str:
    """A name for a run that sorts by time and does not repeat: `20260131T235959Z-1a2b3c`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
