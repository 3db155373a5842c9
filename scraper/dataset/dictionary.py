"""The data dictionary of `docs/dataset.md`, from the one definition of the columns."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from scraper.columns import Column
from scraper.schema import KEYS, TABLES

BEGIN: Final = "<!-- columns: from scraper/schema.py -->"
END: Final = "<!-- columns: end -->"
_HEAD: Final = (
    "| column | type | unit, values | meaning | course |\n| --- | --- | --- | --- | --- |"
)


def dictionary() -> str:
    """All columns of all tables as Markdown; a column's raw text is named with its column."""
    return "\n\n".join(_table(name) for name in TABLES)


def put_into(document: str) -> str:
    """The document with the dictionary of today between its two marker lines.

    >>> put_into(f"Columns:\\n{BEGIN}\\nold\\n{END}\\nMore.").count("| `house_id` |")
    5
    """
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{dictionary()}\n\n{END}{after}"


def _table(name: str) -> str:
    key = ", ".join(f"`{column}`" for column in KEYS[name])
    shown = [column for column in TABLES[name] if not _is_raw(column, name)]
    rows = "\n".join(_row(column) for column in shown)
    return f"### `{name}`\n\nKey: {key}.\n\n{_HEAD}\n{rows}"


def _row(column: Column) -> str:
    names = f"`{column.name}`" + (f", `{column.name}_raw`" if column.has_raw else "")
    cells = (names, type_name(column.type), column.unit, column.doc, column.course)
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _is_raw(column: Column, table: str) -> bool:
    parents = {f"{one.name}_raw" for one in TABLES[table] if one.has_raw}
    return column.name in parents


def type_name(type_: pa.DataType) -> str:
    """A type in a word or two.

    >>> type_name(pa.timestamp("us", tz="UTC")), type_name(pa.list_(pa.string()))
    ('timestamp[us, UTC]', 'list of string')
    """
    if pa.types.is_dictionary(type_):
        return f"dictionary of {type_name(type_.value_type)}"
    if pa.types.is_list(type_):
        return f"list of {type_name(type_.value_type)}"
    if pa.types.is_struct(type_):
        return "{" + ", ".join(f"{field.name}: {type_name(field.type)}" for field in type_) + "}"
    if pa.types.is_map(type_):
        return f"map of {type_name(type_.key_type)} to {type_name(type_.item_type)}"
    return str(type_).replace("[day]", "").replace("tz=", "")
