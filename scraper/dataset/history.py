"""The history of prices and states, as a view over everything that crawls sealed.

Sealed parts are never changed: every row that was ever published stands in one of them, so the
history needs no table of its own that could say something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.conform import conform, plain_schema, subschema
from scraper.dataset.gone import GONE
from scraper.dataset.intake import HOUSE, taken_back, tells_of_trust
from scraper.dataset.version import Version, versions
from scraper.ledger.manifests import Manifest, open_part, read_manifests
from scraper.place.place import Place

COLUMNS: Final = (
    "status", "listed_price", "listed_price_max", "sold_price", "last_sold_price", "currency",
)  # fmt: skip
"""Columns whose changes are kept, in the order in which changes of one moment are given."""
_KEY: Final = [*HOUSE, "fetched_at"]


def history(place: Place, version: int | None = None) -> pa.Table:
    """Every change of a price or state of a house up to a version, in the table's schema.

    By site, house and moment. The first value of a house is no change. A row that was read again
    from its kept page takes the place of the one before: what was misread was never so.
    """
    manifests = _taken(place, version)
    seen = _observations(place, manifests)
    changes = [_changes(seen, column) for column in COLUMNS]
    order = [(name, "ascending") for name in ("site", "house_id", "date")]
    return pa.concat_tables(changes).sort_by(order)


def _taken(place: Place, version: int | None) -> list[Manifest]:
    """The parts whose rows a version comes from, earliest sealed first; all before the first."""
    known = {one.number: one for one in versions(place)}
    if not known:
        return read_manifests(place)
    number: int | None = max(known) if version is None else version
    names: set[str] = set()
    while number is not None and number in known:
        names |= set(known[number].manifests)
        number = _before(known[number])
    return [one for one in read_manifests(place) if one.name in names]


def _before(version: Version) -> int | None:
    """The version that one builds on: of a rollback the one that it brought back."""
    return version.number - 1 if version.restores is None else version.restores


def _observations(place: Place, manifests: Sequence[Manifest]) -> pa.Table:
    """Every row that stood, and every visit that found a house gone, in order of time."""
    names = [*_KEY, "run_id", *COLUMNS]
    schema = subschema(plain_schema("houses"), names)
    rows = pa.Table.from_batches(_batches(place, manifests, "houses", schema), schema)
    visits = _visits(place, manifests)
    taken = taken_back(visits.filter(pc.not_equal(visits["outcome"], GONE)))
    key = [*HOUSE, "run_id"]
    if rows.num_rows and taken.num_rows:
        rows = rows.join(taken.select(key), key, join_type="left anti", use_threads=False)
    rows = rows.append_column("part", pa.array(range(rows.num_rows), pa.int64()))
    gone = visits.filter(pc.equal(visits["outcome"], GONE))
    nothing = {name: pa.nulls(gone.num_rows, schema.field(name).type) for name in COLUMNS[1:]}
    marks = pa.table(
        {
            **{name: gone[name] for name in _KEY},
            "run_id": gone["run_id"],
            **nothing,
            "status": pa.array([GONE] * gone.num_rows, pa.string()),
            "part": pa.array([-1] * gone.num_rows, pa.int64()),
        }
    )
    order = [(name, "ascending") for name in (*_KEY, "part")]
    return pa.concat_tables([rows, marks.select(rows.column_names)]).sort_by(order)


def _visits(place: Place, manifests: Sequence[Manifest]) -> pa.Table:
    schema = subschema(plain_schema("visits"), [*_KEY, "run_id", "outcome", "reason"])
    found = [
        batch.filter(pc.or_(pc.equal(batch["outcome"], GONE), tells_of_trust(batch)))
        for batch in _batches(place, manifests, "visits", schema)
    ]
    return pa.Table.from_batches(found, schema)


def _batches(
    place: Place, manifests: Sequence[Manifest], table: str, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for manifest in manifests:
        if table in manifest.tables:
            for batch in open_part(place, manifest, table, columns=schema.names):
                yield conform(batch, schema)


def _changes(seen: pa.Table, column: str) -> pa.Table:
    """The changes of one column."""
    schema = plain_schema("history")
    if column != "status":
        # That a house is gone says nothing of its prices.
        seen = seen.filter(pc.greater_equal(seen["part"], 0))
    seen = seen.combine_chunks()
    if seen.num_rows > 1:
        ends = _differs(seen, _KEY)
        seen = seen.filter(pa.concat_arrays([ends, pa.array([True])])).combine_chunks()
    if seen.num_rows < 2:
        return schema.empty_table()
    values = pc.cast(seen[column], pa.string())
    before, after = values.slice(0, len(values) - 1), values.slice(1)
    other = pc.not_equal(pc.fill_null(before, "\0"), pc.fill_null(after, "\0"))
    same_house = pc.invert(_differs(seen, HOUSE))
    at = pc.and_(other, same_house)
    later = seen.slice(1)
    names = pa.array([column], pa.string()).take(pa.array([0] * later.num_rows, pa.int8()))
    found = pa.table(
        {
            "site": later["site"],
            "house_id": later["house_id"],
            "date": later["fetched_at"],
            "column": names,
            "old": before,
            "new": after,
        }
    ).filter(at)
    return found.select(schema.names).cast(schema)


def _differs(rows: pa.Table, names: Sequence[str]) -> pa.Array:
    """Whether each row but the last differs from the next in one of the columns."""
    found = [
        pc.not_equal(rows[name].slice(0, rows.num_rows - 1), rows[name].slice(1)) for name in names
    ]
    return pc.fill_null(reduce(pc.or_, found), True).combine_chunks()
