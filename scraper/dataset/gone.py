"""Marking houses that are gone: their rows stay, with the status that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.conform import plain_schema, subschema
from scraper.dataset.intake import HOUSE, Intake
from scraper.dataset.rewrite import set_status
from scraper.dataset.table import Table
from scraper.ledger.manifests import Manifest
from scraper.place.place import Place

GONE: Final = "gone"


def gone_visits(place: Place, manifests: Sequence[Manifest]) -> pa.Table:
    """Houses that the latest of these parts' visits found gone: site, house_id, fetched_at."""
    visits = Intake(place, "visits", tuple(m for m in manifests if "visits" in m.tables))
    names = [*HOUSE, "fetched_at"]
    schema = subschema(plain_schema("visits"), names)
    found = [
        batch.filter(pc.equal(batch["outcome"], GONE)).select(names)
        for batch in visits.rows(visits.keys(), [*names, "outcome"])
    ]
    whole = pa.Table.from_batches(found, schema)
    latest = whole.group_by(list(HOUSE)).aggregate([("fetched_at", "max")])
    return latest.rename_columns(names).select(names).cast(schema)


def mark_gone(houses: Table, place: Place, manifests: Sequence[Manifest]) -> None:
    """Give the rows of houses that these parts found gone the status `gone`.

    A row that was fetched later stays as it is, and so does one that has the status. Made again,
    it changes nothing.
    """
    found = gone_visits(place, manifests)
    if found.num_rows:
        set_status(houses, found, GONE)
