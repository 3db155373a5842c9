"""The settings of the quality checks, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from scraper.errors import SettingError
from scraper.quality.limits import Limits, parse_limits


@dataclass(frozen=True, slots=True)
class Options:
    """What is an alarm, and what it leaves behind."""

    alarm_days: float = 14.0
    """`ALARM_DAYS`: days that the pages of an alarm are kept on this machine; 0: none are saved."""
    limits: Limits = field(default_factory=Limits)
    """`QUALITY_LIMITS`: what the gate allows."""
    accept: str = ""
    """`QUALITY_ACCEPT`: why findings are to be published all the same; empty: they are not."""

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
        limits = _limits(settings.get("QUALITY_LIMITS"))
        return cls(days, limits, str(settings.get("QUALITY_ACCEPT") or "").strip())


def _limits(said: object) -> Limits:
    """Limits out of a dict, or of its JSON as the command line gives it."""
    if isinstance(said, str):
        try:
            said = json.loads(said) if said.strip() else {}
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise SettingError('QUALITY_LIMITS: expected JSON like {"median": 5}')
    return parse_limits(said if isinstance(said, Mapping) else {})
