"""How the photos of sealed parts come into their table: a house's photos change all at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.conform import plain_schema, subschema
from scraper.dataset.intake import HOUSE, Intake, of_houses
from scraper.dataset.kept import with_runs_of_photos
from scraper.dataset.table import Table, sql_text
from scraper.ledger.again import AGAIN
from scraper.ledger.manifests import Manifest
from scraper.schema import KEYS

_KEY: Final = (*KEYS["photos"], "run_id")
_HOUSES_AT_ONCE: Final = 20_000
_BATCHES_AT_ONCE: Final = 64
_SEEN_FROM_THERE: Final[dict[str, Literal["inner", "right semi"]]] = {
    "inner": "inner",
    "left semi": "right semi",
}


def put_photos(photos: Table, houses: Table, seen: Intake, manifests: tuple[Manifest, ...]) -> None:
    """Give each house that was seen the photos of the visit that its row comes from.

    `houses` already holds the rows of `seen`. The pictures only stream: what is taken out is
    found by its key alone and filtered out, and what is new is appended: the MERGE of delta-rs
    would hold the pictures. Where there are none at all, nothing is asked.
    """
    if not seen.manifests or not (manifests or photos.rows):
        return
    pending = Intake(seen.place, "photos", manifests).keys()
    rows = _rows_of(houses, seen.keys())
    rows = with_runs_of_photos(rows, [_keys_there(photos, rows), pending])
    note = {
        "manifests": [m.name for m in {m.name: m for m in (*seen.manifests, *manifests)}.values()]
    }
    there = _there(photos, rows)
    stale = there.filter(pc.not_equal(there["run_id"], there["of_run"]))
    for predicate in _of_other_runs(stale):
        photos.remove(predicate, {} if manifests else note)
    if manifests:
        _append(photos, Intake(seen.place, "photos", manifests), rows, there, note)


def _append(
    photos: Table, intake: Intake, rows: pa.Table, there: pa.Table, note: dict[str, list[str]]
) -> None:
    intake.check()
    wanted = of_houses(intake.keys(), rows)
    kept = there.filter(pc.equal(there["run_id"], there["of_run"]))
    new = wanted.join(kept.select(list(_KEY)), list(_KEY), join_type="left anti")
    if new.num_rows:
        photos.append(intake.rows(new), note)


def _of_other_runs(stale: pa.Table) -> Iterator[str]:
    """Predicates that name the photos of these houses but those of the run of each."""
    houses = stale.group_by(["site", "of_run", "house_id"]).aggregate([]).to_pylist()
    houses.sort(key=lambda house: (house["site"], house["of_run"], house["house_id"]))
    for (site, run), group in groupby(houses, key=lambda house: (house["site"], house["of_run"])):
        while some := [sql_text(house["house_id"]) for house in islice(group, _HOUSES_AT_ONCE)]:
            yield (
                f"site = {sql_text(site)} AND run_id <> {sql_text(run)} "
                f"AND house_id IN ({', '.join(some)})"
            )


def _rows_of(houses: Table, seen: pa.Table) -> pa.Table:
    """Key and run of the rows that the table has for the houses that were seen."""
    names = list(HOUSE)
    wanted = seen.select(names)
    found = _joined(houses.stream([*names, "run_id"]), wanted, "left semi")
    schema = subschema(plain_schema("houses"), [*names, "run_id"])
    found = [one.select(schema.names).cast(schema) for one in found]
    return pa.concat_tables([schema.empty_table(), *found]).combine_chunks()


def _joined(
    rows: Iterator[pa.RecordBatch], houses: pa.Table, how: Literal["inner", "left semi"]
) -> list[pa.Table]:
    """Rows joined to houses, many batches at once: each join makes its index anew."""
    found, names = [], list(HOUSE)
    while some := [*islice(rows, _BATCHES_AT_ONCE)]:
        few = pa.Table.from_batches(some)
        # The index is of the right side, and should be of the smaller one.
        if len(few) < len(houses):
            found.append(houses.join(few, names, join_type=_SEEN_FROM_THERE[how]))
        else:
            found.append(few.join(houses, names, join_type=how))
    return found


def _keys_there(photos: Table, rows: pa.Table) -> pa.Table:
    """Key, run and time of the photos that houses have which were read again from kept pages."""
    schema = subschema(plain_schema("photos"), [*_KEY, "fetched_at"])
    wanted = rows.filter(pc.ends_with(rows["run_id"], AGAIN)).select(list(HOUSE))
    if not wanted.num_rows:
        return schema.empty_table()
    found = _joined(photos.scan(schema.names), wanted, "left semi")
    return pa.concat_tables([schema.empty_table(), *(one.select(schema.names) for one in found)])


def _there(photos: Table, rows: pa.Table) -> pa.Table:
    """The photos that these houses have: their key, their run, and the run of their house."""
    of_run = rows.rename_columns([*HOUSE, "of_run"])
    schema = subschema(plain_schema("photos"), _KEY).append(pa.field("of_run", pa.string()))
    found = _joined(photos.scan(list(_KEY)), of_run, "inner")
    found = [one.select(schema.names).cast(schema) for one in found]
    return pa.concat_tables([schema.empty_table(), *found]).combine_chunks()
