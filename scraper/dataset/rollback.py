"""Bringing an older version back, as the newest one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from deltalake.exceptions import CommitFailedError

from scraper.dataset.align import align
from scraper.dataset.table import open_table
from scraper.dataset.vacuumed import check_kept
from scraper.dataset.version import Version, find, latest
from scraper.errors import StorageError
from scraper.place.place import Place


def rollback(place: Place, number: int) -> Version:
    """Publish a new version with the rows of an older one; nothing is deleted.

    The parts that the versions between took in stay taken: their rows do not come back with the
    next publish. `visits` keeps what happened.
    Raises `UsageError` for an unknown version or one that a vacuum removed, `StorageError` when
    another publisher was quicker.
    """
    wanted = find(place, number)
    check_kept(place, number)
    newest = latest(place)
    assert newest is not None
    if number in (newest.number, newest.restores):
        return newest
    version = _restoring(place, wanted, newest)
    if not place.write_new(version.name, version.encode()):
        raise StorageError(f"{place.url}: another version was published just now: run again")
    try:
        align(place, version)
    except CommitFailedError as error:
        raise StorageError(
            f"{place.url}: version {version.number} is published, and another process is at its "
            "tables: the next publish makes them follow"
        ) from error
    return version


def _restoring(place: Place, wanted: Version, newest: Version) -> Version:
    heads = {name: _head(place, name, newest) for name in newest.heads}
    return replace(
        wanted,
        number=newest.number + 1,
        published_at=datetime.now(UTC),
        # What was tried is no state of the houses: it is not taken back.
        tables={**wanted.tables, "visits": heads["visits"]},
        heads=heads,
        manifests=(),
        new=0,
        changed=0,
        gone=0,
        changed_columns={},
        restores=wanted.number,
    )


def _head(place: Place, name: str, newest: Version) -> int:
    table = open_table(place, name)
    return newest.heads[name] if table is None else table.version
