"""Rows whose values plainly fit their columns: told in Python, without a table of Arrow's.

Making an Arrow batch of one row costs half a millisecond, whatever is in it. Most rows hold plain
text, numbers and days; what is anything else, Arrow is asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from math import isfinite
from struct import Struct
from typing import Any, Final, cast

import orjson
import pyarrow as pa

from scraper.schema import Row, arrow_schema

_SINGLE: Final = Struct("<f")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = date(1970, 1, 1)
_MICROSECOND: Final = timedelta(microseconds=1)
_WHOLE: Final = {64: 2**53, 32: 2**24}
"""Up to which number a whole one is the same in a floating column of so many bits."""

Fit = Callable[[Any], Any]
"""A value as its column gives it back; DoubtError where that is not plain."""


class DoubtError(Exception):
    """Whether a value fits its column is for Arrow to say."""


def fitted(table: str, row: Row) -> Row | None:
    """A row as its table gives it back, without its nulls; None where Arrow has to be asked.

    >>> fitted("visits", {"house_id": "7", "attempts": 2, "seconds": 1, "reason": None})
    {'house_id': '7', 'attempts': 2, 'seconds': 1.0}
    >>> fitted("visits", {"attempts": 1 << 20}), fitted("visits", {"reason": 7})
    (None, None)
    """
    fits = _fits(table)
    try:
        return {name: fits[name](value) for name, value in row.items() if value is not None}
    except (DoubtError, KeyError):
        return None


def as_text(table: str, row: Row) -> bytes | None:
    """A fitted row as JSON, days and moments as Arrow counts them; None where it has no text."""
    said = dict(row)
    for name in _maps(table) & row.keys():
        said[name] = dict(cast(list[tuple[str, Any]], row[name]))
    try:
        return orjson.dumps(said, _counted, orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        return None  # a character that no text has


def _counted(value: date | datetime) -> int:
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    return (value - _FIRST_DAY).days


@cache
def _maps(table: str) -> frozenset[str]:
    return frozenset(field.name for field in arrow_schema(table) if pa.types.is_map(field.type))


@cache
def _fits(table: str) -> dict[str, Fit]:
    return {field.name: _fit_of(field.type) for field in arrow_schema(table)}


def _fit_of(type_: pa.DataType) -> Fit:
    """What fits a column of a type."""
    if pa.types.is_dictionary(type_):
        return _fit_of(type_.value_type)
    if pa.types.is_map(type_):
        return partial(_map, _fit_of(type_.key_type), _fit_of(type_.item_type))
    if pa.types.is_list(type_):
        return partial(_list, _fit_of(type_.value_type))
    if pa.types.is_struct(type_):
        return partial(_struct, {field.name: _fit_of(field.type) for field in type_})
    if pa.types.is_integer(type_):
        return partial(_whole, 1 << (type_.bit_width - 1))
    if pa.types.is_floating(type_):
        return partial(_floating, type_.bit_width)
    return _PLAIN.get(type_, _doubtful)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise DoubtError


def _whole(limit: int, value: Any) -> int:
    if type(value) is int and -limit <= value < limit:
        return value
    raise DoubtError


def _floating(bits: int, value: Any) -> float:
    if type(value) is int and abs(value) <= _WHOLE[bits]:
        return float(value)
    if type(value) is not float or not isfinite(value):
        raise DoubtError
    return value if bits == 64 else _single(value)


def _single(value: float) -> float:
    try:
        [rounded] = _SINGLE.unpack(_SINGLE.pack(value))
    except OverflowError:
        raise DoubtError from None
    return float(rounded)


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    raise DoubtError


def _moment(value: Any) -> datetime:
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    raise DoubtError


def _list(fit: Fit, value: Any) -> list[Any]:
    if type(value) is not list:
        raise DoubtError
    return [None if one is None else fit(one) for one in value]


def _map(key: Fit, item: Fit, value: Any) -> list[tuple[Any, Any]]:
    if type(value) is not dict:
        raise DoubtError
    return [(key(name), None if one is None else item(one)) for name, one in value.items()]


def _struct(fits: dict[str, Fit], value: Any) -> dict[str, Any]:
    if type(value) is not dict or value.keys() != fits.keys():
        raise DoubtError
    return {name: None if value[name] is None else fit(value[name]) for name, fit in fits.items()}


def _doubtful(value: Any) -> Any:
    raise DoubtError(type(value).__name__)


_PLAIN: Final[dict[pa.DataType, Fit]] = {
    pa.string(): _text,
    pa.date32(): _day,
    pa.timestamp("us", tz="UTC"): _moment,
}
