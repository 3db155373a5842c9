"""One Delta table of a place: how it is made, read, and changed by one publisher at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
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
from scraper.dataset.datafile import GROUP_ROWS, DataFile, read_file
from scraper.dataset.deltalog import COLUMNS, NOTE, Changed, encode, log_name
from scraper.dataset.tablefaults import table_faults
from scraper.place.place import Place

APP: Final = "housecrawl"
"""Names our transactions in the log of a table."""
_CHECKPOINTS: Final = 50
"""Commits between two checkpoints, from which the log need not be read further back."""
_FOR_EVER: Final = {"delta.logRetentionDuration": "interval 36500 days"}
_ZSTD: Final = WriterProperties(
    compression="ZSTD", compression_level=3, max_row_group_size=GROUP_ROWS
)
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
    columns: Mapping[str, int]
    """Column to rows in which it changed it."""


class Table:
    """A Delta table at one of its versions.

    Every change is refused with CommitFailedError when another process changed the table since it
    was opened: who changes it next has seen everything that is there.
    """

    def __init__(self, place: Place, name: str, delta: DeltaTable) -> None:
        """Take what `open_table` or `make_table` found."""
        self.place, self.name, self._delta = place, name, delta

    @property
    def folder(self) -> str:
        """Where its files lie in the place."""
        return f"tables/{self.name}/"

    @property
    def has_feed(self) -> bool:
        """Whether its commits say what changed in it, row by row."""
        configuration = self._delta.metadata().configuration
        return configuration.get("delta.enableChangeDataFeed") == "true"

    @property
    def version(self) -> int:
        """The version of the Delta table."""
        return int(self._delta.version())

    @property
    def rows(self) -> int:
        """Rows in it."""
        with table_faults(self.place, self.name):
            return int(self._delta.count())

    def scan(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows, in the types that the table has now."""
        schema = subschema(plain_schema(self.name), columns)
        there = {field.name for field in self._delta.schema().fields}
        with table_faults(self.place, self.name):
            for batch in self._delta.scan(columns=[n for n in schema.names if n in there]):
                yield conform(pa.record_batch(batch), schema)

    def stream(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The same, one row group after the other: `scan` is quicker where a store is far away, and
        holds as many row groups as there are processors, and what was read ahead.
        """
        if self._is_for_others:
            yield from self.scan(columns)
            return
        schema = subschema(plain_schema(self.name), columns)
        for file in self.files():
            for _, batch in read_file(self.place, self.folder, file, schema):
                yield batch

    @property
    def _is_for_others(self) -> bool:
        """Whether another program gave it what its files alone do not tell: values that stand in
        their paths, rows that are marked as deleted.
        """
        more_than_files = self._delta.protocol().min_reader_version > 1
        return more_than_files or bool(self._delta.metadata().partition_columns)

    def commits_since(self, version: int) -> list[Commit]:
        """The commits after a version up to the one that was opened, oldest first.

        delta-rs reads the log as it is now and numbers it down from the version that was opened:
        CommitFailedError when it has grown meanwhile, for then the numbers would be wrong.
        """
        if self.version <= version:
            return []
        with table_faults(self.place, self.name):
            told = self._delta.history(self.version - version)
            options = dict(self.place.storage_options)
            newest = DeltaTable(_url(self.place, self.name), storage_options=options).version()
        if newest != self.version:
            raise CommitFailedError(f"{self.name}: another process changed the table just now")
        return sorted((_commit(one) for one in told), key=lambda commit: commit.version)

    def append(self, rows: pa.RecordBatchReader, note: Mapping[str, object]) -> None:
        """Add rows of which no key is there yet."""
        with table_faults(self.place, self.name):
            write_deltalake(
                self._delta,
                rows,
                mode="append",
                writer_properties=_properties(self.name),
                commit_properties=_said(note, Transaction(APP, self.version + 1)),
            )

    def files(self) -> list[DataFile]:
        """The files that it is made of."""
        with table_faults(self.place, self.name):
            told = pa.table(self._delta.get_add_actions(flatten=True))
        columns = (told[name].to_pylist() for name in ("path", "num_records", "size_bytes"))
        return [DataFile(*one) for one in zip(*columns, strict=True)]

    def commit(self, changed: Changed) -> None:
        """Let other files take the place of some, whose rows they hold."""
        version = self.version + 1
        data = encode(changed, self.version)
        if not self.place.write_new(self.folder + log_name(version), data):
            raise CommitFailedError(f"{self.name}: another process changed the table just now")
        with table_faults(self.place, self.name):
            self._delta.load_as_version(version)
            if version % _CHECKPOINTS == 0:
                self._delta.create_checkpoint()

    def remove(self, predicate: str, note: Mapping[str, object]) -> None:
        """Take out the rows of a predicate: files are filtered as they stream, nothing is held."""
        with table_faults(self.place, self.name):
            self._delta.delete(
                predicate,
                writer_properties=_properties(self.name),
                commit_properties=_said(note),
            )

    def restore(self, version: int, note: Mapping[str, object]) -> None:
        """Bring back the rows of an older version, as a new one."""
        with table_faults(self.place, self.name):
            self._delta.restore(version, commit_properties=_said(note))

    def vacuum(self, kept: Collection[int], days: int, *, dry_run: bool) -> list[str]:
        """Remove files that neither the newest nor a kept version names and that were replaced, or
        written in vain, before so many days; their names below the table's folder.
        """
        with table_faults(self.place, self.name):
            return self._delta.vacuum(
                retention_hours=24 * days,
                dry_run=dry_run,
                enforce_retention_duration=False,
                full=True,
                keep_versions=sorted(kept),
                commit_properties=_said({}),
            )

    def lacks_columns(self) -> bool:
        """Whether it was made before a column of today was."""
        return bool(self._missing())

    def add_columns(self) -> None:
        """Add the columns that it lacks: null in all of its rows."""
        fields = Schema.from_arrow(pa.schema(self._missing())).fields
        with table_faults(self.place, self.name):
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


def _url(place: Place, name: str) -> str:
    return f"{place.table_url}/tables/{name}"


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
        columns=note.get(COLUMNS, {}),
    )
