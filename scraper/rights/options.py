"""The settings of rights signals, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scraper.errors import SettingError


@dataclass(frozen=True, slots=True)
class Options:
    """Whether what a site reserves is left out, or only noted."""

    honour: bool = True
    """`RIGHTS`: `honour` leaves out what is reserved, `record` only notes the signals."""
    noindex: bool = True
    """`RIGHTS_NOINDEX`: whether `noindex` counts as a reservation: `honour` or `record`."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used.

        >>> Options.from_settings({"RIGHTS_NOINDEX": "record"})
        Options(honour=True, noindex=False)
        """
        return cls(_honours(settings, "RIGHTS"), _honours(settings, "RIGHTS_NOINDEX"))


def _honours(settings: Mapping[str, object], name: str) -> bool:
    found = settings.get(name)
    if found not in (None, "honour", "record"):
        raise SettingError(f"{name}={found}: expected honour or record")
    return found != "record"
