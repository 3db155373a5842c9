"""Changing rows of a table: the files that hold them are written anew, row group by row group.

delta-rs can do it too, by MERGE, and holds the whole table meanwhile: 2.5 KB a house of it. Here
only the keys of what comes in and of one file are held, whatever the size of the table, and files
in which nothing changes stay as they are. New rows are written in the same way: delta-rs holds
several row groups of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.conform import plain_schema, subschema
from scraper.dataset.datafile import DataFile, Writer, change_schema, read_file, with_type
from scraper.dataset.deltalog import COLUMNS, Changed
from scraper.dataset.difference import Difference, Numbers
from scraper.dataset.intake import Intake
from scraper.dataset.table import Table
from scraper.schema import KEYS

_THEIRS: Final = "table_"
"""Before the columns of the table, where they stand beside those of what comes in."""
Edit = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows of one file that have a key of what comes in."""

    file: DataFile
    found: pa.Table
    """`at`, the row's number in the file; `number`, that of the key; the columns of both."""

    def only(self, mask: pa.ChunkedArray) -> Standing:
        """Those rows of them that a mask names; null is no."""
        return Standing(self.file, self.found.filter(mask))


def upsert(table: Table, intake: Intake, note: dict[str, object]) -> None:
    """Put the latest row of each key of an intake into a table, unless a later one is there.

    Of two runs that read one and the same page, the later one read it again. Rows of keys that are
    all new are appended.
    """
    keys = _numbered(intake.keys())
    older, updated, later = [], [], []
    for standing in standing_rows(table, keys, ("fetched_at", "run_id")):
        wins = _is_newer(standing.found)
        older.append(standing.only(wins))
        updated.append(older[-1].found["number"])
        later.append(standing.only(pc.invert(wins)).found["number"])
    replaced, stay = _numbers(updated), _numbers(later)
    known = np.concatenate([replaced, stay])
    if not len(known):
        counted = Changed(inserted=keys.num_rows, note=note)
        table.commit(_appended(table, intake.rows(keys), counted))
        return
    new = keys.filter(pc.invert(pc.is_in(keys["number"], value_set=pa.array(known))))
    again = keys.filter(pc.is_in(keys["number"], value_set=pa.array(replaced)))
    incoming = (("update_postimage", intake.rows(again)), ("insert", intake.rows(new)))
    counted = Changed(inserted=new.num_rows, updated=again.num_rows, note=note)
    if table.name != "houses":
        table.commit(_rewritten(table, older, None, incoming, counted))
        return
    with Difference(table.name, again["number"].to_numpy()) as difference:
        changed = _rewritten(table, older, None, incoming, counted, difference=difference)
        table.commit(replace(changed, note={**note, COLUMNS: difference.counts()}))


def set_status(table: Table, houses: pa.Table, status: str) -> None:
    """Give houses (site, house_id, fetched_at) a status, unless their row was fetched later.

    Nothing is written where all have it.
    """
    keys, stale = _numbered(houses), []
    for standing in standing_rows(table, keys, ("fetched_at", "status")):
        has = pc.equal(pc.fill_null(standing.found[f"{_THEIRS}status"], ""), status)
        later = pc.greater(standing.found["fetched_at"], standing.found[f"{_THEIRS}fetched_at"])
        stale.append(standing.only(pc.and_not(later, has)))
    count = sum(one.found.num_rows for one in stale)
    if count:
        counted = Changed(updated=count, note={COLUMNS: {"status": count}})
        table.commit(_rewritten(table, stale, _status_of(status), (), counted))


def standing_rows(table: Table, keys: pa.Table, columns: Sequence[str]) -> Iterator[Standing]:
    """The rows that a table has of some keys, file by file, files without any left out.

    `keys`: the columns of the key, `number`, and whatever else is wanted beside the row's own
    `columns`, which are called `table_...` there.
    """
    key = list(KEYS[table.name])
    schema = subschema(plain_schema(table.name), [*key, *columns])
    named = [*key, *(_THEIRS + column for column in columns)]
    for file in table.files():
        batches = [batch for _, batch in read_file(table.place, table.folder, file, schema)]
        rows = pa.Table.from_batches(batches, schema).rename_columns(named)
        rows = rows.append_column("at", pa.array(np.arange(rows.num_rows), pa.int64()))
        # The join holds its right side.
        small, big = sorted((rows, keys), key=len)
        found = big.join(small, key, join_type="inner", use_threads=False)
        if found.num_rows:
            yield Standing(file, found)


def _numbered(keys: pa.Table) -> pa.Table:
    return keys.append_column("number", pa.array(np.arange(keys.num_rows), pa.int64()))


def _is_newer(found: pa.Table) -> pa.ChunkedArray:
    theirs = found[f"{_THEIRS}fetched_at"]
    same = pc.equal(found["fetched_at"], theirs)
    other = pc.not_equal(found["run_id"], found[f"{_THEIRS}run_id"])
    newer = pc.or_kleene(pc.greater(found["fetched_at"], theirs), pc.and_kleene(same, other))
    return pc.fill_null(newer, fill_value=False)


def _numbers(found: Iterable[pa.ChunkedArray]) -> Numbers:
    return np.concatenate([np.empty(0, np.int64), *(one.to_numpy() for one in found)])


def _status_of(status: str) -> Edit:
    def edit(batch: pa.RecordBatch) -> pa.RecordBatch:
        at = batch.schema.get_field_index("status")
        values = pa.array([status] * batch.num_rows, pa.string())
        return batch.set_column(at, batch.schema.field(at), values)

    return edit


def _appended(table: Table, rows: pa.RecordBatchReader, counted: Changed) -> Changed:
    """Write new rows; not yet committed. A feed takes them from the files that are added."""
    with Writer(table.place, table.folder, rows.schema, "part-") as data:
        for batch in rows:
            data.write(batch)
    return replace(counted, added=data.files)


def _rewritten(
    table: Table,
    stale: Sequence[Standing],
    edit: Edit | None,
    incoming: Iterable[tuple[str, pa.RecordBatchReader]],
    counted: Changed,
    *,
    difference: Difference | None = None,
) -> Changed:
    """Write what takes the place of stale rows, and what comes in; not yet committed.

    `edit`: what becomes of a stale row; None where what comes in takes its place. `difference`
    sees what was and what comes in.
    """
    schema = plain_schema(table.name)
    stale = [one for one in stale if one.found.num_rows]
    with (
        Writer(table.place, table.folder, schema, "part-") as data,
        Writer(table.place, table.folder, change_schema(schema), "_change_data/cdc-") as feed,
    ):

        def changed(batch: pa.RecordBatch, change: str) -> None:
            if table.has_feed:
                feed.write(with_type(batch, change))

        for standing in stale:
            for kept, old, numbers in _parted(table, standing, schema):
                data.write(kept)
                changed(old, "update_preimage")
                if difference is not None:
                    difference.before(old, numbers)
                if edit is not None:
                    data.write(edit(old))
                    changed(edit(old), "update_postimage")
        for change, rows in incoming:
            for batch in rows:
                data.write(batch)
                changed(batch, change)
                if difference is not None and change == "update_postimage":
                    difference.after(batch)
    return Changed(
        [one.file for one in stale],
        data.files,
        feed.files,
        counted.inserted,
        counted.updated,
        counted.note,
    )


def _parted(
    table: Table, standing: Standing, schema: pa.Schema
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch, Numbers]]:
    """The batches of a file, each parted into the rows that stay and the stale ones, and the
    numbers of these.
    """
    numbers = np.full(standing.file.rows, -1, np.int64)
    numbers[standing.found["at"].to_numpy()] = standing.found["number"].to_numpy()
    for start, batch in read_file(table.place, table.folder, standing.file, schema):
        here = numbers[start : start + batch.num_rows]
        stale = here >= 0
        yield batch.filter(pa.array(~stale)), batch.filter(pa.array(stale)), here[stale]
