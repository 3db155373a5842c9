"""Rows of any age in the columns and types that the tables have now."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from scraper.columns import Column
from scraper.schema import HOME_TYPES, TABLES, arrow_schema

BATCH_ROWS: Final = {"photos": 256}
"""Rows that are held at once: a picture weighs as much as a hundred rows of another table."""
DEFAULT_BATCH_ROWS: Final = 2048


@cache
def plain_schema(table: str) -> pa.Schema:
    """The schema of a table with text in place of dictionaries, which Delta tables lack.

    >>> plain_schema("houses").field("home_type").type
    DataType(string)
    """
    return pa.schema([field.with_type(_plain(field.type)) for field in arrow_schema(table)])


def subschema(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    """The fields of some columns, in the order of `columns`; all of them for None."""
    return schema if columns is None else pa.schema([schema.field(name) for name in columns])


def conform(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch in a schema: missing columns are null, others are cast, unknown ones left out."""
    arrays = [_column(batch, field) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def categories(column: Column) -> tuple[str, ...]:
    """The values that a category column may have, in the order of its definition.

    >>> from scraper.schema import columns_by_name
    >>> categories(columns_by_name("houses")["price_kind"])
    ('exact', 'range', 'from', 'on_request')
    """
    return tuple(column.unit.split(", ")) if column.kind == "category" else ()


def category_columns(table: str) -> dict[str, tuple[str, ...]]:
    """Category columns of a table and the values of each."""
    return {column.name: categories(column) for column in TABLES[table] if categories(column)}


def _column(batch: pa.RecordBatch, field: pa.Field) -> pa.Array:
    index = batch.schema.get_field_index(field.name)
    if index < 0:
        return pa.nulls(batch.num_rows, field.type)
    array = batch.column(index)
    if array.type == field.type:
        return array
    if pa.types.is_dictionary(field.type):
        return _dictionary(array.cast(pa.string()))
    return array.cast(field.type)


def _dictionary(array: pa.Array) -> pa.Array:
    """Text as codes of one fixed list, so that all batches of a file share it."""
    words = pa.array(HOME_TYPES)
    codes = pc.index_in(array, value_set=words).cast(pa.int8())
    return pa.DictionaryArray.from_arrays(codes, words)


def _plain(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_
