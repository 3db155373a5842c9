"""How the rows of sealed parts come into a table: by appending, or by one MERGE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from scraper.dataset.intake import Intake
from scraper.dataset.table import Table
from scraper.schema import KEYS

MERGE_ROWS: Final = 250_000
"""Rows of one MERGE: they are held in memory, so a bigger intake takes several."""


def put_rows(table: Table, intake: Intake) -> None:
    """Put the latest row of each key of an intake into a table, unless a later one is there.

    Rows of keys that are all new are appended: nothing is joined, and nothing is held in memory.
    """
    intake.check()
    keys = intake.keys()
    rows = intake.rows(keys)
    note = {"manifests": [manifest.name for manifest in intake.manifests]}
    if not has_any(table, keys):
        table.append(rows, note)
        return
    *first, last = _slices(rows)
    for some in first:
        table.merge(some, {})
    # Only with the last of them the parts are in, all of them.
    table.merge(last, note)


def has_any(table: Table, keys: pa.Table) -> bool:
    """Whether a table has a row of one of the keys."""
    names = list(KEYS[table.name])
    wanted = keys.select(names)
    return any(
        pa.Table.from_batches([batch]).join(wanted, names, join_type="left semi").num_rows
        for batch in table.scan(names)
    )


def _slices(rows: pa.RecordBatchReader) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    for batch in rows:
        held.append(batch)
        if sum(one.num_rows for one in held) >= MERGE_ROWS:
            yield pa.Table.from_batches(held, rows.schema)
            held = []
    if held:
        yield pa.Table.from_batches(held, rows.schema)
