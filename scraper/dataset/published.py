"""Published rows that new ones are compared with."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scraper.dataset.rows import rows
from scraper.dataset.version import latest
from scraper.place.place import Place
from scraper.quality.frame import COLUMNS, Frame, complete

SAMPLE: Final = 20_000
"""Published houses that new ones are compared with, spread over all of them."""


def published(place: Place, site: str, new: Frame) -> Frame | None:
    """Published rows of a site: those of the houses in `new`, those with one of their addresses,
    and of the others every n-th. None where nothing was published.

    One pass over the columns of the checks, of which only these rows are held.
    """
    version = latest(place)
    if version is None:
        return None
    step, at = max(1, version.rows // SAMPLE), 0
    ids, streets = _texts(new["house_id"]), _texts(new["address"].str.casefold())
    found = []
    for batch in rows(place, columns=COLUMNS):
        every = pa.array((np.arange(at, at + batch.num_rows) % step) == 0)
        at += batch.num_rows
        street = pc.is_in(pc.utf8_lower(batch["address"]), value_set=streets)
        wanted = pc.or_(every, pc.or_(street, pc.is_in(batch["house_id"], value_set=ids)))
        some = batch.filter(pc.and_(wanted, pc.equal(batch["site"], site)))
        if some.num_rows:
            found.append(some.to_pandas())
    return complete(pd.concat(found, ignore_index=True)) if found else None


def _texts(values: Frame) -> pa.Array:
    return pa.array(values.dropna().unique().tolist(), pa.string())
