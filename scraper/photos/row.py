"""The rows of the table `photos`: one a photo that a page shows, stored or not."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from scraper.house import Outcome
from scraper.photos.downsample import Downsampled
from scraper.schema import Row


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo as a page shows it, before it is known what became of it."""

    site: str
    house_id: str
    position: int
    """Place in the page's order, counted from 0."""
    url: str
    fetched_at: datetime
    """When it was asked for, UTC."""
    usage_signals: str = "{}"
    """What is said of its use, as JSON (`scraper.rights.signals.as_json`)."""


# By name: what `asdict` gives it copies deeply, for each photo anew.
_SHOWN: Final = tuple(field.name for field in fields(Shown))
_STORED: Final = tuple(field.name for field in fields(Downsampled) if field.name != "signals")
"""What was found in its file; signals are one column with what page and host say."""


def stored_row(shown: Shown, photo: Downsampled) -> Row:
    """The row of a photo that was stored."""
    return {**_shown(shown), **{name: getattr(photo, name) for name in _STORED}, "outcome": "ok"}


def failed_row(
    shown: Shown, outcome: Outcome, reason: str, original_bytes: int | None = None
) -> Row:
    """The row of a photo that was not stored, and why: a missing photo is no gap."""
    lost: Row = {**_shown(shown), "outcome": outcome, "reason": reason}
    return lost if original_bytes is None else {**lost, "original_bytes": original_bytes}


def _shown(shown: Shown) -> Row:
    return {name: getattr(shown, name) for name in _SHOWN}
