"""Removing the files that only old versions need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from deltalake.exceptions import CommitFailedError

from scraper.dataset.publish import TABLES
from scraper.dataset.table import open_table
from scraper.dataset.vacuumed import vacuumed, write_vacuumed
from scraper.dataset.version import Version, versions
from scraper.errors import StorageError, UsageError
from scraper.place.place import Place

LEAST_DAYS: Final = 1
"""What somebody is writing just now is younger, and is in no version yet."""
_ALWAYS: Final = 2
"""Newest versions that stay whatever their age: a report compares them."""


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What a vacuum removed, or would remove."""

    versions: tuple[int, ...]
    """Numbers of versions that cannot be read any more, those of earlier vacuums left out."""
    kept: tuple[int, ...]
    files: tuple[str, ...]
    """Names of files."""


def vacuum(place: Place, days: int, now: datetime, *, dry_run: bool = False) -> Vacuumed:
    """Remove the files that no version needs which stood within the last days.

    The newest two versions stay, and so do the sealed parts and the history, which is made from
    them. A vacuum that was interrupted is finished by the next. The change data feed goes with the
    files.
    Raises `UsageError` for less than a day, `StorageError` where another process was quicker.
    """
    if days < LEAST_DAYS:
        raise UsageError(f"--days {days}: {LEAST_DAYS} is the least, a crawl may be writing now")
    known = versions(place)
    kept = _kept(known, now - timedelta(days=days))
    before = vacuumed(place)
    gone = {one.number for one in known} - {one.number for one in kept}
    if not dry_run and gone - before:
        write_vacuumed(place, gone | before)
    files = [name for table in TABLES for name in _clean(place, table, kept, days, dry_run)]
    standing = (one.number for one in kept if one.number not in before)
    return Vacuumed(tuple(sorted(gone - before)), tuple(standing), tuple(files))


def _kept(known: Sequence[Version], since: datetime) -> list[Version]:
    """The newest versions, and all that stood at a moment since: a version stands until the next
    is published.
    """
    ends = [*(one.published_at for one in known[1:]), None]
    return [
        one
        for at, (one, end) in enumerate(zip(known, ends, strict=True), start=1)
        if end is None or end >= since or at > len(known) - _ALWAYS
    ]


def _clean(place: Place, name: str, kept: Sequence[Version], days: int, dry_run: bool) -> list[str]:
    table = open_table(place, name)
    if table is None:
        return []
    try:
        removed = table.vacuum({one.tables[name] for one in kept}, days, dry_run=dry_run)
    except CommitFailedError as error:
        raise StorageError(
            f"{place.url}/tables/{name}: another process changed it just now: run again"
        ) from error
    return [table.folder + path for path in removed]
