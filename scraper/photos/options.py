"""The settings of photos, read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from scraper.errors import SettingError


@dataclass(frozen=True, slots=True)
class Options:
    """How photos are fetched and made small."""

    size: int = 320
    """`PHOTO_SIZE`: pixels of the longer side at most; smaller photos stay as they are."""
    quality: int = 85
    """`PHOTO_QUALITY`: JPEG quality, 1 to 95."""
    concurrency: int = 16
    """`PHOTO_CONCURRENCY`: downloads at once."""
    workers: int = 0
    """`PHOTO_WORKERS`: processes that decode; 0: one a processor core."""
    max_bytes: int = 25 * 1024 * 1024
    """`PHOTO_MAX_BYTES`: a larger download is refused."""
    max_pixels: int = 40_000_000
    """`PHOTO_MAX_PIXELS`: a larger picture is refused before it is decoded."""
    seconds: int = 30
    """`PHOTO_SECONDS`: a picture that takes longer to decode is refused."""

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Options:
        """Read the settings; SettingError names the one that cannot be used.

        >>> Options.from_settings({"PHOTO_SIZE": "256"}).size
        256
        """
        usual = cls()
        return cls(
            size=_whole(settings, "PHOTO_SIZE", usual.size, 8, 8192),
            quality=_whole(settings, "PHOTO_QUALITY", usual.quality, 1, 95),
            concurrency=_whole(settings, "PHOTO_CONCURRENCY", usual.concurrency, 1, 1024),
            workers=_whole(settings, "PHOTO_WORKERS", usual.workers, 0, 256),
            max_bytes=_whole(settings, "PHOTO_MAX_BYTES", usual.max_bytes, 1024, 1 << 30),
            max_pixels=_whole(settings, "PHOTO_MAX_PIXELS", usual.max_pixels, 4096, 1 << 30),
            seconds=_whole(settings, "PHOTO_SECONDS", usual.seconds, 1, 3600),
        )

    @property
    def processes(self) -> int:
        """How many processes decode."""
        if self.workers:
            return self.workers
        return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _whole(settings: Mapping[str, object], name: str, default: int, low: int, high: int) -> int:
    found = settings.get(name)
    if found is None:
        return default
    try:
        number = int(str(found)) if not isinstance(found, bool) else -1
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise SettingError(f"{name}={found}: expected a whole number from {low} to {high}")
    return number
