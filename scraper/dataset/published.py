"""Published rows that new ones are compared with."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from scraper.dataset.rows import rows
from scraper.dataset.version import latest
from scraper.place.place import Place
from scraper.quality.frame import COLUMNS, Frame, complete

SAMPLE: Final = 10_000
"""Houses of a site that are judged, and published ones that they are compared with, spread over all
of them: a share is then known to within 1 %, whatever the size of the dataset, and in seconds."""


def published(place: Place, site: str, new: Frame) -> Frame | None:
    """Published rows of a site: those of the houses in `new`, those with one of their addresses,
    and of the others some, spread evenly. None where nothing was published.

    One pass over the columns of the checks, of which only these rows are held.
    """
    version = latest(place)
    if version is None:
        return None
    at = 0
    ids, streets = _texts(new["house_id"]), _texts(new["address"].str.casefold())
    found = []
    for batch in rows(place, columns=COLUMNS, sparing=True):
        every = pa.array(spread(at, batch.num_rows, version.rows))
        at += batch.num_rows
        street = pc.is_in(pc.utf8_lower(batch["address"]), value_set=streets)
        wanted = pc.or_(every, pc.or_(street, pc.is_in(batch["house_id"], value_set=ids)))
        some = batch.filter(pc.and_(wanted, pc.equal(batch["site"], site)))
        if some.num_rows:
            found.append(some.to_pandas())
    return complete(pd.concat(found, ignore_index=True)) if found else None


def spread(at: int, count: int, of: int) -> NDArray[np.bool_]:
    """Which of the next rows belong to a sample of `SAMPLE`, spread evenly over all.

    `at` rows were before them, and there are `of` in all.

    >>> int(spread(0, 12_000, 40_000).sum() + spread(12_000, 28_000, 40_000).sum())
    10000
    """
    taken = np.arange(at, at + count + 1) * min(SAMPLE, of) // max(1, of)
    marks: NDArray[np.bool_] = np.diff(taken) > 0
    return marks


def _texts(values: Frame) -> pa.Array:
    return pa.array(values.dropna().unique().tolist(), pa.string())
