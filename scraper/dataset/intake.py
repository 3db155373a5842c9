"""The rows of sealed parts, the latest of each key, streamed.

Only the keys of the rows are held; the rows themselves pass in batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.conform import BATCH_ROWS, DEFAULT_BATCH_ROWS, conform, plain_schema, subschema
from scraper.errors import StorageError
from scraper.ledger.freed import give_back
from scraper.ledger.manifests import Manifest, open_part, verify
from scraper.ledger.takeback import ACCEPTED
from scraper.place.place import Place
from scraper.schema import KEYS

HOUSE: Final = ("site", "house_id")
"""What names a house in every table."""
TAKEN: Final = (*HOUSE, "run_id", "reason")
"""What is known of a row that was taken back."""


@dataclass(frozen=True, slots=True)
class Intake:
    """The rows of one table in some sealed parts."""

    place: Place
    table: str
    manifests: tuple[Manifest, ...]
    """The parts, earliest sealed first."""
    visits: tuple[Manifest, ...] = ()
    """Parts whose visits say which rows of houses were taken back: they are left out."""

    def check(self) -> None:
        """Raise `StorageError` for a part whose files are not as they were sealed."""
        for manifest in self.manifests:
            if faults := verify(self.place, manifest):
                raise StorageError(
                    f"{self.place.url}: {faults[0]}: crawl again, it makes the part again"
                )

    def keys(self) -> pa.Table:
        """Key, run and place of the latest row of each key: columns of the key, `run_id`,
        `fetched_at`, and `part` and `row`, where the row is.
        """
        names = list(dict.fromkeys((*KEYS[self.table], "run_id", "fetched_at")))
        schema = subschema(plain_schema(self.table), names)
        batches = [
            _numbered(conform(batch, schema), part, start)
            for part in range(len(self.manifests))
            for start, batch in self._batches(part, names)
        ]
        full = schema.append(pa.field("part", pa.int32())).append(pa.field("row", pa.int64()))
        keys = self._standing(pa.Table.from_batches(batches, full))
        batches.clear()
        keys = _latest(keys, KEYS[self.table])
        # Sorting takes several times what is kept.
        give_back()
        return keys

    def _standing(self, keys: pa.Table) -> pa.Table:
        """The keys without the rows whose own run says that their house is unread."""
        taken = self.taken()
        if not taken.num_rows:
            return keys
        names = [*HOUSE, "run_id"]
        return keys.join(taken.select(names), names, join_type="left anti", use_threads=False)

    def taken(self) -> pa.Table:
        """Rows that were taken back: site, house_id, run_id and reason, as of their last visit."""
        seen = tuple(manifest for manifest in self.visits if "visits" in manifest.tables)
        visits = Intake(self.place, "visits", seen)
        schema = subschema(plain_schema("visits"), [*TAKEN, "outcome", "fetched_at"])
        found = [
            batch.filter(tells_of_trust(batch))
            for part in range(len(seen))
            for _, raw in visits._batches(part, schema.names)
            if (batch := conform(raw, schema)).num_rows
        ]
        return taken_back(pa.Table.from_batches(found, schema)).select(list(TAKEN))

    def rows(self, keys: pa.Table, columns: Sequence[str] | None = None) -> pa.RecordBatchReader:
        """The rows that `keys` names, in the schema of the table."""
        schema = subschema(plain_schema(self.table), columns)
        return pa.RecordBatchReader.from_batches(schema, self._wanted(keys, schema))

    def _wanted(self, keys: pa.Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for part in range(len(self.manifests)):
            wanted = np.unique(keys["row"].filter(pc.equal(keys["part"], part)).to_numpy())
            if not len(wanted):
                continue
            for start, batch in self._batches(part, schema.names):
                first, last = np.searchsorted(wanted, (start, start + batch.num_rows))
                if last - first == batch.num_rows:
                    yield conform(batch, schema)
                elif first < last:
                    yield conform(batch.take(pa.array(wanted[first:last] - start)), schema)

    def _batches(self, part: int, columns: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Batches of a part, each with the number of its first row."""
        start = 0
        size = BATCH_ROWS.get(self.table, DEFAULT_BATCH_ROWS)
        for batch in open_part(
            self.place, self.manifests[part], self.table, columns=columns, batch_rows=size
        ):
            yield start, batch
            start += batch.num_rows


def tells_of_trust(visits: pa.RecordBatch) -> pa.Array:
    """Which visits took a row back, or gave it back."""
    given = pc.starts_with(visits["reason"], ACCEPTED)
    return pc.or_kleene(pc.equal(visits["outcome"], "unread"), pc.fill_null(given, False))


def taken_back(visits: pa.Table) -> pa.Table:
    """Of such visits the last of each row, where it says that the row does not stand.

    `visits`: site, house_id, run_id, outcome and fetched_at.
    """
    last = _latest(
        visits.append_column("part", pa.array([0] * visits.num_rows, pa.int8())).append_column(
            "row", pa.array(range(visits.num_rows), pa.int64())
        ),
        [*HOUSE, "run_id"],
    )
    return last.filter(pc.equal(last["outcome"], "unread")).select(visits.column_names)


def of_houses(keys: pa.Table, houses: pa.Table) -> pa.Table:
    """The keys of photos that belong to the row that their house has, by the run of both."""
    names = [*HOUSE, "run_id"]
    return keys.join(houses.select(names), names, join_type="left semi", use_threads=False)


def _numbered(batch: pa.RecordBatch, part: int, start: int) -> pa.RecordBatch:
    parts = pa.array([part], pa.int32()).take(pa.array([0] * batch.num_rows, pa.int8()))
    rows = pa.array(np.arange(start, start + batch.num_rows), pa.int64())
    return batch.append_column("part", parts).append_column("row", rows)


def _latest(keys: pa.Table, key: Sequence[str]) -> pa.Table:
    """One row a key, the last fetched; of two fetched at once the one sealed last."""
    if keys.num_rows < 2:
        return keys
    order = [(name, "ascending", "at_start") for name in (*key, "fetched_at", "part", "row")]
    ordered = keys.take(pc.sort_indices(keys, sort_keys=order))
    ordered = ordered.combine_chunks()
    differs = [
        pc.not_equal(ordered[n].slice(1), ordered[n].slice(0, len(ordered) - 1)) for n in key
    ]
    ends = pa.concat_arrays([reduce(pc.or_, differs).combine_chunks(), pa.array([True])])
    return ordered.filter(ends).sort_by([("part", "ascending"), ("row", "ascending")])
