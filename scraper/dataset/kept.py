"""The photos of houses whose pages were read again: they stay as they are."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.intake import HOUSE
from scraper.ledger.again import AGAIN


def with_runs_of_photos(houses: pa.Table, photos: Iterable[pa.Table]) -> pa.Table:
    """The houses, as `run_id` the run that their photos are of.

    That is the run of the row, but for rows that were read again from a kept page: those belong
    to the latest photos that the house has. `photos`: keys of photos with `run_id` and
    `fetched_at`. Photos are told from each other by the run of their house's row.
    """
    again = pc.ends_with(houses["run_id"], AGAIN)
    if not pc.any(again).as_py():
        return houses
    latest: dict[tuple[str, str], tuple[object, str]] = {}
    wanted = {(row["site"], row["house_id"]) for row in houses.filter(again).to_pylist()}
    for keys in photos:
        for row in keys.select([*HOUSE, "run_id", "fetched_at"]).to_pylist():
            house, found = (row["site"], row["house_id"]), (row["fetched_at"], row["run_id"])
            if house in wanted and (house not in latest or found > latest[house]):
                latest[house] = found
    runs = [
        latest.get((row["site"], row["house_id"]), (None, row["run_id"]))[1]
        if row["run_id"].endswith(AGAIN)
        else row["run_id"]
        for row in houses.select([*HOUSE, "run_id"]).to_pylist()
    ]
    index = houses.schema.get_field_index("run_id")
    return houses.set_column(index, houses.schema.field(index), pa.array(runs, pa.string()))
