"""Rows as a pandas DataFrame whose types are the same whatever is in it."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from scraper.dataset.conform import category_columns
from scraper.schema import KEYS


def to_frame(rows: pa.Table, table: str) -> pd.DataFrame:
    """The rows with plain pandas types, no extension types of Arrow.

    text: str; money, areas, counts: float; dates: datetime64[us]; times: datetime64[us, UTC];
    columns with listed values: category with all of them, in their order; whole numbers: float64,
    so that a missing one does not change the type, but int in the key; lists, dicts and bytes:
    object. Missing is NaN, NaT, or None in an object column.
    """
    return pd.DataFrame(
        {name: _series(rows.column(name), name, table) for name in rows.column_names},
        index=pd.RangeIndex(rows.num_rows),
    )


def _series(column: pa.ChunkedArray, name: str, table: str) -> pd.Series:
    kind = column.type
    if (values := category_columns(table).get(name)) is not None:
        return _category(column, values)
    if pa.types.is_map(kind):
        return _objects([None if pairs is None else dict(pairs) for pairs in column.to_pylist()])
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return _objects(column.to_pylist())
    return _flat(column, key=name in KEYS[table])


def _flat(column: pa.ChunkedArray, *, key: bool) -> pd.Series:
    kind = column.type
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("us"))
    elif pa.types.is_integer(kind) and not key:
        column = column.cast(pa.float64())
    series: pd.Series = column.to_pandas()
    return series.astype("str") if pa.types.is_string(kind) else series


def _category(column: pa.ChunkedArray, values: tuple[str, ...]) -> pd.Series:
    texts = column.to_pandas()
    # A value of a newer program is shown and not lost.
    more = sorted(set(texts.dropna().unique()) - set(values))
    return pd.Series(pd.Categorical(texts, categories=[*values, *more]))


def _objects(values: list[object]) -> pd.Series:
    series = pd.Series([None] * len(values), dtype="object")
    series[:] = values
    return series
