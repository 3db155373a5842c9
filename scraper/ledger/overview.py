"""What a dataset's ledger says at a glance, without holding it and without changing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scraper.errors import PlaceError
from scraper.ledger import counts, tallies
from scraper.ledger.adopt import adopt_ids, adopt_part
from scraper.ledger.counts import Counts, Reason
from scraper.ledger.database import Database, read_only
from scraper.ledger.location import FILE, LOCK, ledger_folder
from scraper.ledger.lock import holder
from scraper.ledger.manifests import manifest_names, read_manifests
from scraper.ledger.plans import read_plans, unsealed
from scraper.place.place import Place


@dataclass(frozen=True, slots=True)
class Overview:
    """A dataset at a glance."""

    sites: Mapping[str, Counts]
    """Houses by state, for each site."""
    photos: Mapping[str, int]
    """Photo rows by outcome."""
    reasons: Sequence[Reason]
    """Why houses have no row, the most frequent first."""
    parts: int
    """Sealed parts of the place."""
    unsealed: int
    """Finished visits that only the ledger holds."""
    unmet_parts: int
    """Parts that other machines sealed and that the ledger here has not met: not counted."""
    holder: Mapping[str, object] | None
    """The process that works on the place from this machine: pid, since, run_id."""


def overview(place: Place, *, reasons: int = 10) -> Overview:
    """Look at the ledger of a place, also while a crawl holds it.

    Where this machine has no ledger of the place, what its ID list and parts say is shown.
    """
    names = set(manifest_names(place))
    with _connection(place) as connection:
        met = {plan.manifest_name for plan in read_plans(connection)}
        return Overview(
            {site: counts.read_counts(connection, n) for site, n in _sites(connection)},
            dict(counts.read_photos(connection)),
            counts.read_reasons(connection, limit=reasons),
            len(names),
            unsealed(connection),
            len(names - met),
            holder(ledger_folder(place) / LOCK),
        )


def _sites(connection: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    yield from counts.sites(connection).items()


@contextmanager
def _connection(place: Place) -> Iterator[sqlite3.Connection]:
    path = ledger_folder(place) / FILE
    if path.exists():
        with read_only(path) as connection:
            yield connection
        return
    with TemporaryDirectory(prefix="housecrawl-") as folder:
        built = Path(folder) / FILE
        _build(place, built)
        with read_only(built) as connection:
            yield connection


def _build(place: Place, path: Path) -> None:
    database = Database(path)
    try:
        adopt_ids(database, place)
        for manifest in read_manifests(place):
            try:
                adopt_part(database, place, manifest)
            except PlaceError:
                # A torn part: the next crawl takes it out and says so.
                continue
        with database.transaction() as connection:
            tallies.recount(connection)
    finally:
        database.close()
