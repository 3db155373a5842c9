"""Are the rows what the table says? Types, bounds, listed values and keys, by pandera."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pandas as pd

from scraper.quality.frame import DAYS, NUMBERS, TEXTS, Frame
from scraper.quality.limits import Limits
from scraper.quality.share import low_share
from scraper.quality.suspicion import Suspect, Suspicion
from scraper.schema import HOME_TYPES, STATUSES, columns_by_name

_FEWEST: Final = 3
_LISTED: Final = {"status": STATUSES, "home_type": HOME_TYPES}
_FORMS: Final = {"currency": r"[A-Z]{3}", "country": r"[A-Z]{2}"}
KEY: Final = ("site", "house_id", "url")
"""What no row lacks."""


@cache
def _pandera() -> Any:
    # A fifth of a second, which other commands need not wait for.
    import pandera.pandas

    # Pandera sets this for Spark, and pyarrow then drops the zone of every time in the process.
    os.environ.pop("PYARROW_IGNORE_TIMEZONE", None)
    return pandera.pandas


@cache
def table() -> Any:
    """The table `houses` as a pandera schema, made from `scraper.schema`."""
    pa = _pandera()

    columns: dict[str, Any] = {}
    for name in NUMBERS:
        one = columns_by_name("houses").get(name)
        bounds = pa.Check.in_range(one.low, one.high) if one and one.low is not None else None
        columns[name] = pa.Column(float, bounds, nullable=True)
    for name in DAYS:
        columns[name] = pa.Column("datetime64[us]", nullable=True, coerce=True)
    for name in TEXTS:
        columns[name] = pa.Column(object, _text_checks(name), nullable=name not in KEY)
    whole = pa.Check(_ends_in_order, name="listed_price_max >= listed_price")
    return pa.DataFrameSchema(columns, checks=[whole], unique=["site", "house_id"], strict=False)


def _text_checks(name: str) -> list[Any]:
    pa = _pandera()

    if name in _LISTED:
        return [pa.Check.isin(_LISTED[name])]
    if name in _FORMS:
        return [pa.Check.str_matches(f"^{_FORMS[name]}$")]
    return [pa.Check.str_length(min_value=1)] if name in KEY else []


def _ends_in_order(frame: Frame) -> Frame:
    if "listed_price_max" not in frame:
        return pd.Series(True, index=frame.index)
    return ~(frame["listed_price_max"] < frame["listed_price"])


def broken(new: Frame) -> Frame:
    """The cells that break a rule: `index`, `column`, `check` and `failure_case`, one a line."""
    SchemaErrors = _pandera().errors.SchemaErrors  # noqa: N806  # a class

    try:
        table().validate(new, lazy=True)
    except SchemaErrors as error:
        return error.failure_cases[["index", "column", "check", "failure_case"]]
    return pd.DataFrame({"index": [], "column": [], "check": [], "failure_case": []})


def many_broken(new: Frame, cells: Frame, limits: Limits) -> Iterator[Suspicion]:
    """A finding for each column of which too many rows break a rule; for keys one is too many."""
    for column, some in cells.groupby("column", dropna=False):
        name = str(column)
        rows = some["index"].dropna().unique()
        is_key = any(one in name for one in KEY)
        share = low_share(len(rows), len(new))
        if not is_key and (not limits.rules or len(rows) < _FEWEST or share <= limits.rules):
            continue
        houses = frozenset(new["house_id"].reindex(rows).dropna())
        yield Suspicion(
            "schema",
            name,
            f"{_case(some)} and the like in {max(len(rows), 1)} of {len(new)} new houses",
            f"{_rule(some)}, as of the table",
            lambda row, houses=houses: row.get("house_id") in houses,  # type: ignore[misc]  # bound here
        )


def broken_suspects(new: Frame, cells: Frame) -> Iterator[Suspect]:
    """Each row that breaks a rule."""
    for one in cells.dropna(subset=["index"]).to_dict("records"):
        row = new.loc[one["index"]]
        yield Suspect(
            str(row["site"]), str(row["house_id"]), str(row["url"]), "schema", str(one["column"]),
            f"{one['failure_case']}", f"{one['check']}, as of the table",
        )  # fmt: skip


def _case(some: Frame) -> str:
    return f"{some['failure_case'].iloc[0]!s:.60}"


def _rule(some: Frame) -> str:
    """A check in few words.

    >>> import pandas as pd
    >>> _rule(pd.DataFrame({"check": ["isin(('a', 'b'))"]}))
    "isin('a', 'b')"
    """
    return re.sub(r"\(\((.*)\)\)", r"(\1)", f"{some['check'].iloc[0]!s:.120}")
