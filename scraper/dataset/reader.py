"""The one line that users write: `read("PLACE")`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from os import PathLike, fspath

import pandas as pd

from scraper.dataset.choice import chosen
from scraper.dataset.frame import to_frame
from scraper.dataset.rows import rows
from scraper.place.open import open_place
from scraper.place.place import Place


def read(
    place: str | PathLike[str] | Place,
    table: str = "houses",
    version: int | None = None,
    columns: Sequence[str] | None = None,
    as_of: str | date | None = None,
) -> pd.DataFrame:
    """A table of a dataset as a DataFrame: `houses`, `photos`, `ids`,
    `visits` or `history`.

    `place`: a folder or `s3://bucket/prefix`. `version`: its number, None for the newest; where
    nothing was published yet, what was crawled so far. `as_of`: instead of a number a date, for the
    version that stood at its end (UTC), or a moment. `columns`: only these, which for photos
    without `image` is a thousand times less to read. The types are those of `to_frame`.
    Raises `PlaceError` for a place that is no dataset, `UsageError` for an unknown table, column
    or version, or one that a vacuum removed, `StorageError` when the place does not answer.
    """
    opened = place if isinstance(place, Place) else open_place(fspath(place), create=False)
    version = chosen(opened, version, as_of)
    return to_frame(rows(opened, table, version=version, columns=columns).read_all(), table)
