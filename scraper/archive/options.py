"""The archive's settings, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scraper.errors import SettingError

LONGEST = 3650
"""Days that pages may be kept at most."""


@dataclass(frozen=True, slots=True)
class Options:
    """Whether, where and how long raw pages are kept."""

    place: str
    """`ARCHIVE`: a folder or `s3://bucket/prefix`; empty where no page is kept."""
    days: int
    """`ARCHIVE_DAYS`: days after which a page is removed."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used."""
        found = str(settings.get("ARCHIVE_DAYS", 30))
        if not found.isdigit() or not 1 <= int(found) <= LONGEST:
            raise SettingError(f"ARCHIVE_DAYS={found}: expected whole days between 1 and {LONGEST}")
        return cls(str(settings.get("ARCHIVE") or ""), int(found))
