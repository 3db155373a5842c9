"""Taking over what the place knows and the ledger does not: the ID list, and sealed parts."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.errors import PlaceError
from scraper.house import FoundId
from scraper.ledger import ids, tallies
from scraper.ledger.database import Database
from scraper.ledger.manifests import Manifest, open_part
from scraper.ledger.moments import to_ticks
from scraper.ledger.part import Part
from scraper.ledger.states import STATE_OF
from scraper.place.parquet import batches
from scraper.place.place import Place

SNAPSHOT_FILE: Final = "ids.parquet"
SNAPSHOT: Final = "housecrawl.snapshot"
"""Names a copy of the ID list: in the file's metadata, and in the notes of ledgers that met it."""

_ID: Final = ("site", "house_id", "url", "where", "position", "first_seen", "last_seen")
_VISIT: Final = (
    "site", "house_id", "url", "outcome", "reason", "attempts", "fetched_at", "run_id",
)  # fmt: skip

_TAKE_OVER: Final = """
INSERT INTO houses (site, house_id, url, first_seen, last_seen, hash,
                    state, attempts, tries, outcome, reason, run, part)
VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?7, ?6, ?8, ?9, ?10)
ON CONFLICT (site, house_id) DO UPDATE SET
    state = excluded.state, attempts = excluded.attempts, tries = excluded.tries,
    outcome = excluded.outcome, reason = excluded.reason, run = excluded.run, part = excluded.part
"""

_ATTEMPT: Final = re.compile(r"-part-(\d+)-of-(\d+)-[0-9a-f]{6}-\d+\.json$")
"""The end of a manifest's name whose run was an attempt at a part (`array.attempt_id`)."""

_FORGET: Final = """
DELETE FROM known WHERE house = (SELECT number FROM houses WHERE site = ? AND house_id = ?)
"""


def adopt_ids(database: Database, place: Place, only: Part | None = None) -> bool:
    """Add the IDs of the place's `ids.parquet` that the ledger lacks; whether it held a new copy.

    Only the IDs: what is done is what the parts say, for a row that is in none has to be fetched.
    `only`: the part of the list that the ledger is of; the others' IDs are left out.
    """
    try:
        with place.open(SNAPSHOT_FILE) as source:
            mark = (pq.read_schema(source).metadata or {}).get(SNAPSHOT.encode(), b"").decode()
            with database.transaction() as connection:
                if _noted(connection) == mark:
                    return False
            what = f"{place.url}/{SNAPSHOT_FILE}"
            for batch in batches(source, what, batch_rows=ids.BATCH):
                _add(database, _own(batch, only))
    except FileNotFoundError:
        return False
    except pa.ArrowInvalid as error:
        raise PlaceError(
            f"{place.url}/{SNAPSHOT_FILE} is damaged ({error}): remove it, and list the houses"
            " again by scrapy crawl ids"
        ) from error
    with database.transaction() as connection:
        connection.execute("REPLACE INTO notes VALUES (?, ?)", (SNAPSHOT, mark))
    return True


def adopt_part(
    database: Database, place: Place, manifest: Manifest, only: Part | None = None
) -> None:
    """Take over a part that another ledger sealed: its houses are in the states that it says.

    `only`: the part of the list that the ledger is of; the others' houses are left out.
    """
    with database.transaction() as connection:
        number = _known_part(connection, manifest)
        for batch in open_part(place, manifest, "visits", columns=_VISIT):
            states = list(_states(database, connection, _own(batch, only), number))
            connection.executemany(_TAKE_OVER, states)
            connection.executemany(_FORGET, [(one[0], one[1]) for one in states])
        # The rows of a ledger that was set back to an older copy of itself: sealed already.
        connection.execute(
            "DELETE FROM finished WHERE EXISTS (SELECT 1 FROM houses AS h WHERE "
            "h.number = finished.house AND h.part = ? AND h.run = finished.run)",
            (number,),
        )
        for batch in open_part(place, manifest, "photos", columns=("site", "outcome")):
            _count_photos(database, connection, batch)


def concerns(only: Part | None, manifest: str) -> bool:
    """Whether a manifest, by its name, may hold houses of a part of the list.

    Attempts at the other parts of the same division do not: a house never changes its part.

    >>> concerns((3, 8), "parts/night-part-3-of-8-1a2b3c-1.json")
    True
    >>> concerns((3, 8), "parts/night-part-4-of-8-1a2b3c-1.json")
    False
    >>> concerns((3, 8), "parts/night-part-4-of-9-1a2b3c-1.json")
    True
    >>> concerns(None, "parts/night-part-4-of-8-1a2b3c-1.json")
    True
    """
    found = _ATTEMPT.search(manifest)
    if only is None or found is None or int(found[2]) != only[1]:
        return True
    return int(found[1]) == only[0]


def _own(batch: pa.RecordBatch, only: Part | None) -> pa.RecordBatch:
    """The rows of a batch whose houses belong to a part of the list."""
    if only is None:
        return batch
    index, total = only
    words = batch.column("house_id").to_pylist()
    return batch.filter(pa.array(tallies.hash_of(word) % total == index for word in words))


def _noted(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM notes WHERE name = ?", (SNAPSHOT,)).fetchone()
    return None if row is None else str(row[0])


def _add(database: Database, batch: pa.RecordBatch) -> None:
    by_site: dict[str, list[ids.Known]] = {}
    for site, house_id, url, where, position, first, last in _tuples(batch, _ID):
        one = FoundId(house_id, url, where or "", position or 0)
        by_site.setdefault(site, []).append((one, first, last))
    with database.transaction() as connection:
        for site, found in by_site.items():
            number = database.word(connection, site)
            ids.insert(connection, number, found, lambda word: database.word(connection, word))


def _tuples(batch: pa.RecordBatch, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns; moments as the ledger's ticks, which is how Arrow keeps them."""
    arrays = (batch.column(name) for name in columns)
    numbers = (a.cast(pa.int64()) if pa.types.is_timestamp(a.type) else a for a in arrays)
    return zip(*(a.to_pylist() for a in numbers), strict=True)


def _known_part(connection: sqlite3.Connection, manifest: Manifest) -> int:
    row = connection.execute(
        "INSERT INTO parts (run, seq, first, last, sealed_at) VALUES (?, ?, 0, 0, ?) "
        "ON CONFLICT (run, seq) DO UPDATE SET first = 0, last = 0, sealed_at = excluded.sealed_at "
        "RETURNING number",
        (manifest.run_id, manifest.seq, to_ticks(manifest.sealed_at)),
    ).fetchone()
    return int(row[0])


def _states(
    database: Database, connection: sqlite3.Connection, batch: pa.RecordBatch, part: int
) -> Iterator[tuple[object, ...]]:
    for site, house_id, url, outcome, reason, attempts, fetched, run in _tuples(batch, _VISIT):
        yield (
            database.word(connection, site),
            house_id,
            url or "",
            fetched or 0,
            tallies.hash_of(house_id),
            int(STATE_OF[outcome]),
            attempts or 1,
            None if outcome == "ok" else reason or "",
            database.word(connection, run or ""),
            part,
        )


def _count_photos(
    database: Database, connection: sqlite3.Connection, batch: pa.RecordBatch
) -> None:
    for (site, outcome), n in Counter(_tuples(batch, ("site", "outcome"))).items():
        number = database.word(connection, site)
        tallies.add(connection, number, tallies.PHOTOS + (outcome or "ok"), n)
