"""One Delta table of a place: how it is made, read, and changed by one publisher at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from scraper.dataset.conform import conform, plain_schema, subschema
from scraper.dataset.tablefaults import table_faults
from scraper.place.place import Place
from scraper.schema import KEYS

NOTE: Final = "housecrawl"
"""Our key in the metadata of a commit: which parts it took in, or which version it restored."""
APP: Final = "housecrawl"
"""Names our transactions in the log of a table."""
_FOR_EVER: Final = {"delta.logRetentionDuration": "interval 36500 days"}
_ZSTD: Final = WriterProperties(compression="ZSTD", compression_level=3)
# A picture does not shrink and never comes twice, and a reader wants few of them at once.
_PICTURES: Final = WriterProperties(
    compression="ZSTD",
    compression_level=1,
    max_row_group_size=256,
    write_batch_size=64,
    column_properties={"image": ColumnProperties(dictionary_enabled=False)},
)


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit of a Delta table says of itself."""

    version: int
    manifests: frozenset[str]
    """The parts whose rows it brought in."""
    restores: int | None
    """The dataset's version whose rows it brought back."""
    inserted: int
    updated: int


class Table:
    """A Delta table at one of its versions.

    Every change is refused with CommitFailedError when another process changed the table since it
    was opened: who changes it next has seen everything that is there.
    """

    def __init__(self, place: Place, name: str, delta: DeltaTable) -> None:
        """Take what `open_table` or `make_table` found."""
        self._place, self.name, self._delta = place, name, delta

    @property
    def version(self) -> int:
        """The version of the Delta table."""
        return int(self._delta.version())

    @property
    def rows(self) -> int:
        """Rows in it."""
        with table_faults(self._place, self.name):
            return int(self._delta.count())

    def scan(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows, in the types that the table has now."""
        schema = subschema(plain_schema(self.name), columns)
        there = {field.name for field in self._delta.schema().fields}
        with table_faults(self._place, self.name):
            for batch in self._delta.scan(columns=[n for n in schema.names if n in there]):
                yield conform(pa.record_batch(batch), schema)

    def commits_since(self, version: int) -> list[Commit]:
        """The commits after a version up to the one that was opened, oldest first.

        delta-rs reads the log as it is now and numbers it down from the version that was opened:
        CommitFailedError when it has grown meanwhile, for then the numbers would be wrong.
        """
        if self.version <= version:
            return []
        with table_faults(self._place, self.name):
            told = self._delta.history(self.version - version)
            options = dict(self._place.storage_options)
            newest = DeltaTable(_url(self._place, self.name), storage_options=options).version()
        if newest != self.version:
            raise CommitFailedError(f"{self.name}: another process changed the table just now")
        return sorted((_commit(one) for one in told), key=lambda commit: commit.version)

    def append(self, rows: pa.RecordBatchReader, note: Mapping[str, object]) -> None:
        """Add rows of which no key is there yet."""
        with table_faults(self._place, self.name):
            write_deltalake(
                self._delta,
                rows,
                mode="append",
                writer_properties=_properties(self.name),
                commit_properties=_said(note, Transaction(APP, self.version + 1)),
            )

    def merge(self, rows: pa.Table, note: Mapping[str, object]) -> None:
        """Add new keys and replace the rows of known ones, unless those were fetched later.

        Of two runs that read one and the same page, the later one read it again.
        `rows` is held in memory: then the join streams the table past it, and not the reverse.
        """
        with table_faults(self._place, self.name):
            merger = self._delta.merge(
                rows,
                predicate=_same(KEYS[self.name]),
                source_alias="s",
                target_alias="t",
                streamed_exec=False,
                writer_properties=_properties(self.name),
                commit_properties=_said(note),
            )
            merger.when_matched_update_all(
                predicate="s.fetched_at > t.fetched_at "
                "OR (s.fetched_at = t.fetched_at AND s.run_id <> t.run_id)"
            ).when_not_matched_insert_all().execute()

    def has_open(self, houses: pa.Table) -> bool:
        """Whether one of these houses (site, house_id) has a row that is not marked as gone."""
        names = houses.column_names
        return any(
            pa.Table.from_batches([batch.filter(pc.not_equal(_status(batch), "gone"))])
            .join(houses, names, join_type="left semi")
            .num_rows
            for batch in self.scan([*names, "status"])
        )

    def set_status(self, houses: pa.Table, status: str) -> None:
        """Give houses (site, house_id, fetched_at) a status, unless their row was fetched later."""
        with table_faults(self._place, self.name):
            self._delta.merge(
                houses,
                predicate=_same(KEYS[self.name]),
                source_alias="s",
                target_alias="t",
                streamed_exec=False,
                writer_properties=_properties(self.name),
                commit_properties=_said({}),
            ).when_matched_update(
                {"status": sql_text(status)},
                predicate="s.fetched_at > t.fetched_at AND coalesce(t.status, '') <> "
                + sql_text(status),
            ).execute()

    def remove(self, predicate: str, note: Mapping[str, object]) -> None:
        """Take out the rows of a predicate: files are filtered as they stream, nothing is held."""
        with table_faults(self._place, self.name):
            self._delta.delete(
                predicate,
                writer_properties=_properties(self.name),
                commit_properties=_said(note),
            )

    def restore(self, version: int, note: Mapping[str, object]) -> None:
        """Bring back the rows of an older version, as a new one."""
        with table_faults(self._place, self.name):
            self._delta.restore(version, commit_properties=_said(note))

    def lacks_columns(self) -> bool:
        """Whether it was made before a column of today was."""
        return bool(self._missing())

    def add_columns(self) -> None:
        """Add the columns that it lacks: null in all of its rows."""
        fields = Schema.from_arrow(pa.schema(self._missing())).fields
        with table_faults(self._place, self.name):
            self._delta.alter.add_columns(fields, commit_properties=_said({}))

    def _missing(self) -> list[pa.Field]:
        there = {field.name for field in self._delta.schema().fields}
        return [field for field in plain_schema(self.name) if field.name not in there]


def open_table(place: Place, name: str, version: int | None = None) -> Table | None:
    """A table at a version, the newest for None; None where it does not exist."""
    try:
        with table_faults(place, name):
            options = dict(place.storage_options)
            return Table(
                place, name, DeltaTable(_url(place, name), version=version, storage_options=options)
            )
    except TableNotFoundError:
        return None


def sql_text(text: str) -> str:
    """A text as SQL writes it.

    >>> sql_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def make_table(place: Place, name: str) -> Table:
    """The newest version of a table, made where it is missing, with the columns of today."""
    table = open_table(place, name) or _create(place, name)
    if table.lacks_columns():
        table.add_columns()
    return table


def _create(place: Place, name: str) -> Table:
    changes = {"delta.enableChangeDataFeed": "true"} if name == "houses" else {}
    with table_faults(place, name):
        delta = DeltaTable.create(
            _url(place, name),
            schema=plain_schema(name),
            mode="ignore",
            configuration={**_FOR_EVER, **changes},
            storage_options=dict(place.storage_options),
        )
    return Table(place, name, delta)


def _status(batch: pa.RecordBatch) -> pa.Array:
    return pc.fill_null(batch["status"], "")


def _url(place: Place, name: str) -> str:
    return f"{place.table_url}/tables/{name}"


def _same(key: Iterable[str]) -> str:
    return " AND ".join(f"s.{name} = t.{name}" for name in key)


def _properties(name: str) -> WriterProperties:
    return _PICTURES if name == "photos" else _ZSTD


def _said(note: Mapping[str, object], *transactions: Transaction) -> CommitProperties:
    # No retries: delta-rs would add its rows after another's without looking at them again. Appends
    # do not conflict by themselves: two that are told the same transaction do.
    return CommitProperties(
        custom_metadata={NOTE: json.dumps(note)},
        max_commit_retries=0,
        app_transactions=list(transactions) or None,
    )


def _commit(told: Mapping[str, Any]) -> Commit:
    note = json.loads(told.get(NOTE) or "{}")
    metrics = told.get("operationMetrics") or {}
    inserted = metrics.get("num_target_rows_inserted", metrics.get("num_added_rows", 0))
    return Commit(
        version=int(told["version"]),
        manifests=frozenset(note.get("manifests", ())),
        restores=note.get("restores"),
        inserted=int(inserted or 0),
        updated=int(metrics.get("num_target_rows_updated") or 0),
    )
