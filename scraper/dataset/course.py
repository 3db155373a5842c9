"""Houses in the form of the course's own table: its names, and its texts for money and areas.

The course (Stanford CS 329P, Practical Machine Learning) hands out `house_sales.ftr`, whose money
is `$1,250,000` and whose areas are `13,168 sqft` or `4.10 Acres`; its notebook cleans these texts
itself. All rows have the one form, whatever the page said: it is made from the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pyarrow as pa

from scraper.columns import Column
from scraper.schema import SQFT_PER_ACRE, TABLES

COLUMNS: Final = tuple(column for column in TABLES["houses"] if column.course)
"""The columns that the course has, in our order."""
NEEDED: Final = tuple(dict.fromkeys((*(column.name for column in COLUMNS), "currency")))
"""What has to be read of a house to say it in the course's form."""
NO_MONEY: Final = ""
"""Missing money. Blank, as in the course's table: its notebook drops columns with many nulls and
then asks for them by name, and turns blanks into missing values itself."""
NO_AREA: Final = "NaN sqft"
"""A missing area: a blank would not pass the notebook's cleaning, this becomes NaN there."""


def course_rows(rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """Houses with the columns of the course, for rows with the columns `NEEDED`."""
    schema = course_schema()
    return pa.RecordBatchReader.from_batches(schema, _batches(rows, schema))


def course_schema() -> pa.Schema:
    """The columns of the course: numbers where it has numbers, else text."""
    return pa.schema([_field(column) for column in COLUMNS])


def money_text(value: float | None, currency: str | None = "USD") -> str:
    """Money as the course writes it; the dollar sign only where it is dollars.

    >>> money_text(1250000.0), money_text(7476.5), money_text(300000.0, "EUR"), money_text(None)
    ('$1,250,000', '$7,476.50', '300,000', '')
    """
    if value is None:
        return NO_MONEY
    sign = "$" if currency in ("USD", None) else ""
    return f"{sign}{value:,.0f}" if value == round(value) else f"{sign}{value:,.2f}"


def living_area_text(value: float | None) -> str:
    """A living area as the course writes it.

    >>> living_area_text(13168.0), living_area_text(None)
    ('13,168 sqft', 'NaN sqft')
    """
    return NO_AREA if value is None else f"{value:,.0f} sqft"


def lot_size_text(value: float | None) -> str:
    """An area of land as the course writes it: from an acre on in acres.

    >>> lot_size_text(178596.0), lot_size_text(13168.4), lot_size_text(None)
    ('4.10 Acres', '13,168 sqft', 'NaN sqft')
    """
    if value is None or value < SQFT_PER_ACRE:
        return living_area_text(value)
    return f"{value / SQFT_PER_ACRE:,.2f} Acres"


_AREAS: Final[dict[str, Callable[[float | None], str]]] = {
    "living_area_sqft": living_area_text,
    "lot_size_sqft": lot_size_text,
}


def _field(column: Column) -> pa.Field:
    words = column.kind in ("money", "area", "date") or pa.types.is_dictionary(column.type)
    return pa.field(column.course, pa.string() if words else column.type)


def _batches(rows: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in rows:
        yield pa.RecordBatch.from_arrays([_said(batch, c) for c in COLUMNS], schema=schema)


def _said(batch: pa.RecordBatch, column: Column) -> pa.Array:
    values = batch.column(column.name)
    if column.kind == "money":
        pairs = zip(values.to_pylist(), batch.column("currency").to_pylist(), strict=True)
        return pa.array([money_text(value, currency) for value, currency in pairs], pa.string())
    if column.kind == "area":
        said = _AREAS[column.name]
        return pa.array([said(value) for value in values.to_pylist()], pa.string())
    return values.cast(pa.string()) if column.kind == "date" else values
