"""The settings of the quality checks, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scraper.errors import SettingError


@dataclass(frozen=True, slots=True)
class Options:
    """What an alarm leaves behind."""

    alarm_days: float = 14.0
    """`ALARM_DAYS`: days that the pages of an alarm are kept on this machine; 0: none are saved."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used."""
        found = settings.get("ALARM_DAYS", 14)
        try:
            days = float(str(found))
        except ValueError:
            days = -1.0
        if not 0 <= days <= 3650:
            raise SettingError(f"ALARM_DAYS={found}: expected days between 0 and 3650")
        return cls(days)
