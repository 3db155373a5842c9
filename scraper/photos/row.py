"""The rows of the table `photos`: one a photo that a page shows, stored or not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

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


def stored_row(shown: Shown, photo: Downsampled) -> Row:
    """The row of a photo that was stored."""
    stored: Row = {**asdict(shown), **asdict(photo), "outcome": "ok"}
    del stored["signals"]  # they are one column with what page and host say
    return stored


def failed_row(
    shown: Shown, outcome: Outcome, reason: str, original_bytes: int | None = None
) -> Row:
    """The row of a photo that was not stored, and why: a missing photo is no gap."""
    lost: Row = {**asdict(shown), "outcome": outcome, "reason": reason}
    return lost if original_bytes is None else {**lost, "original_bytes": original_bytes}
