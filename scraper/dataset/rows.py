"""The rows of a table of the dataset, streamed, whatever state the dataset is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from scraper.dataset.conform import (
    DEFAULT_BATCH_ROWS,
    conform,
    plain_schema,
    subschema,
)
from scraper.dataset.history import history
from scraper.dataset.intake import Intake, of_houses
from scraper.dataset.kept import with_runs_of_photos
from scraper.dataset.table import Table, open_table
from scraper.dataset.vacuumed import check_kept
from scraper.dataset.version import Version, find, latest
from scraper.errors import PlaceError, UsageError
from scraper.ledger.manifests import read_manifests
from scraper.place.parquet import batches
from scraper.place.place import Place
from scraper.schema import TABLES

IDS: Final = "ids.parquet"


def rows(
    place: Place,
    table: str = "houses",
    *,
    version: int | None = None,
    columns: Sequence[str] | None = None,
    sparing: bool = False,
) -> pa.RecordBatchReader:
    """The rows of a table in a version, None for the newest.

    `ids` and `visits` tell of the crawl and are always as they stand; `visits` can be had as of a
    version too. Where nothing was published yet, the sealed parts are read: the latest row of
    each key. A table without rows gives none, in its schema. `sparing`: as little as can be is
    held, though a far store be slower.
    Raises `UsageError` for an unknown table, column or version, or one that a vacuum removed.
    """
    schema = _schema(table, columns)
    batches = (
        _ids(place, version, schema)
        if table == "ids"
        else _of(place, table, version, schema, sparing=sparing)
    )
    return pa.RecordBatchReader.from_batches(schema, batches)


def _schema(table: str, columns: Sequence[str] | None) -> pa.Schema:
    if table not in TABLES:
        raise UsageError(f"there is no table {table!r}: name one of {', '.join(TABLES)}")
    schema = plain_schema(table)
    for name in columns or ():
        if name not in schema.names:
            near = get_close_matches(name, schema.names, 1)
            hint = f", perhaps {near[0]}" if near else ""
            raise UsageError(f"table {table} has no column {name!r}{hint}: see docs/dataset.md")
    return subschema(schema, columns)


def _ids(place: Place, version: int | None, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    if version is not None:
        raise UsageError("the ID list has no versions: ask for the table ids without one")
    return _read_ids(place, schema)


def _read_ids(place: Place, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    try:
        with place.open(IDS) as source:
            known = pq.read_schema(source).names
            there = [name for name in schema.names if name in known]
            what = f"{place.url}/{IDS}"
            for batch in batches(source, what, columns=there, batch_rows=DEFAULT_BATCH_ROWS):
                yield conform(batch, schema)
    except FileNotFoundError:
        return
    except pa.ArrowInvalid as error:
        raise PlaceError(
            f"{place.url}/{IDS} is damaged ({error}): the next crawl writes it again"
        ) from error


def _of(
    place: Place, table: str, version: int | None, schema: pa.Schema, *, sparing: bool
) -> Iterator[pa.RecordBatch]:
    chosen = latest(place) if version is None else find(place, version)
    if table == "history":
        return iter(history(place, version).select(schema.names).to_batches())
    if chosen is None:
        return _of_parts(place, table, schema)
    if version is not None:
        check_kept(place, version)
    found = _of_version(place, table, chosen, pinned=version is not None)
    return found.stream(schema.names) if sparing else found.scan(schema.names)


def _of_version(place: Place, table: str, chosen: Version, *, pinned: bool) -> Table:
    number = None if table == "visits" and not pinned else chosen.tables[table]
    found = open_table(place, table, number)
    if found is None:
        raise PlaceError(
            f"{place.url}/tables/{table} is missing, and version {chosen.number} needs it"
        )
    return found


def _of_parts(place: Place, table: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    manifests = read_manifests(place)
    visits = tuple(manifests) if table == "houses" else ()
    intake = Intake(place, table, tuple(m for m in manifests if table in m.tables), visits)
    keys = intake.keys()
    if table == "photos":
        seen = tuple(m for m in manifests if "houses" in m.tables)
        houses = Intake(place, "houses", seen, tuple(manifests))
        keys = of_houses(keys, with_runs_of_photos(houses.keys(), [keys]))
    yield from intake.rows(keys, schema.names)
