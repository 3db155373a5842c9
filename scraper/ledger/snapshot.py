"""The ID list as a table, and as the file `ids.parquet` of the place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scraper.errors import PlaceError
from scraper.ledger.adopt import SNAPSHOT, SNAPSHOT_FILE
from scraper.ledger.counts import find_word
from scraper.ledger.faults import disk_faults
from scraper.ledger.moments import to_ticks
from scraper.ledger.states import OUTCOME_OF, State
from scraper.ledger.store import Ledger
from scraper.ledger.workshop import workshop
from scraper.place.parquet import batches
from scraper.place.place import Place
from scraper.schema import arrow_schema

_BATCH: Final = 10_000

_SELECT: Final = """
SELECT site.word, house_id, url, entry.word, position, first_seen, last_seen, outcome
FROM houses
JOIN words AS site ON site.number = houses.site
LEFT JOIN words AS entry ON entry.number = houses.entry
WHERE ?1 IS NULL OR houses.site = ?1
ORDER BY houses.number
"""


def ids_table(ledger: Ledger, site: str | None = None) -> Iterator[pa.RecordBatch]:
    """The ID list, of a site or of all, in batches in the schema of the table `ids`."""
    with ledger.database.reading() as connection:
        yield from _batches(connection, site)


def write_ids(ledger: Ledger, place: Place) -> int:
    """Write `ids.parquet`, from which a lost ledger is built again; the number of IDs."""
    # Names this very copy, so that a later run sees whether it has met it.
    mark = f"{ledger.run_id} {to_ticks(ledger.clock())}"
    schema = arrow_schema("ids").with_metadata({SNAPSHOT: mark})
    rows = 0
    with workshop(ledger.folder) as folder:
        path = folder / SNAPSHOT_FILE
        with disk_faults(path), pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in ids_table(ledger):
                writer.write_batch(batch)
                rows += batch.num_rows
        place.upload(SNAPSHOT_FILE, str(path))
    with ledger.database.transaction() as connection:
        connection.execute("REPLACE INTO notes VALUES (?, ?)", (SNAPSHOT, mark))
    return rows


def list_length(place: Place, site: str | None = None) -> int:
    """How many IDs the place's list holds, of a site or of all; 0 where there is no list."""
    try:
        with place.open(SNAPSHOT_FILE) as source:
            if site is None:
                return int(pq.read_metadata(source).num_rows)
            what = f"{place.url}/{SNAPSHOT_FILE}"
            found = batches(source, what, columns=["site"])
            return sum(pc.sum(pc.equal(one["site"], site)).as_py() or 0 for one in found)
    except FileNotFoundError:
        return 0
    except pa.ArrowInvalid as error:
        raise PlaceError(
            f"{place.url}/{SNAPSHOT_FILE} is damaged ({error}): the next crawl writes it again"
        ) from error


def _batches(connection: sqlite3.Connection, site: str | None) -> Iterator[pa.RecordBatch]:
    number = None if site is None else find_word(connection, site)
    found = connection.execute(_SELECT, (number,))
    schema = arrow_schema("ids")
    while rows := found.fetchmany(_BATCH):
        *columns, outcomes = zip(*rows, strict=True)
        columns.append(tuple(map(_word, outcomes)))
        arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: tuple[object, ...], type_: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(type_):
        return pa.array(values, pa.int64()).cast(type_)
    return pa.array(values, type_)


def _word(outcome: int | None) -> str:
    return "new" if outcome is None else OUTCOME_OF[State(outcome)]
