"""The settings of how answers are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scraper.errors import SettingError


@dataclass(frozen=True, slots=True)
class Options:
    """Read once from the settings."""

    max_bytes: int
    """Bytes that a page may have when its encodings are undone (`PAGE_MAX_BYTES`)."""
    closed: bool
    """Whether a page without `</html>` counts as cut short (`PAGE_CLOSED`)."""
    seconds: float
    """Processor time that reading a page may take (`PAGE_SECONDS`)."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Options:
        """The options; SettingError names a setting that cannot be used."""
        return cls(_bytes(settings), _switch(settings), _seconds(settings))


def _bytes(settings: Mapping[str, Any]) -> int:
    value = settings["PAGE_MAX_BYTES"]
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1024:
        raise SettingError(f"PAGE_MAX_BYTES={value!r}: expected a number of bytes, 1024 or more")
    return number


def _seconds(settings: Mapping[str, Any]) -> float:
    value = settings["PAGE_SECONDS"]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number < 3600:
        raise SettingError(f"PAGE_SECONDS={value!r}: expected a number of seconds above 0")
    return number


def _switch(settings: Mapping[str, Any]) -> bool:
    value = settings["PAGE_CLOSED"]
    known = {"true": True, "1": True, "false": False, "0": False}
    if str(value).lower() not in known:
        raise SettingError(f"PAGE_CLOSED={value!r}: expected True or False")
    return known[str(value).lower()]
