"""Columns of a table as plain arrays, whichever types the table was read with."""

from __future__ import annotations

from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """A column as floats, NaN where it is missing or no number.

    >>> numbers(pd.DataFrame({"a": ["3", None, "x"]}), "a").tolist()
    [3.0, nan, nan]
    >>> numbers(pd.DataFrame({"a": [1]}), "b").tolist()
    [nan]
    """
    if column not in table:
        return np.full(len(table), np.nan)
    values = pd.to_numeric(table[column], errors="coerce")
    out = values.to_numpy(dtype="float64", na_value=np.nan).copy()
    out[~np.isfinite(out)] = np.nan
    return out


def texts(table: pd.DataFrame, column: str) -> list[str | None]:
    """A column as texts, None where it is missing or blank.

    >>> texts(pd.DataFrame({"a": ["x", None, " "]}), "a")
    ['x', None, None]
    """
    if column not in table:
        return [None] * len(table)
    values = table[column].astype("object")
    missing = pd.isna(values).to_numpy()
    words = [
        None if gone else str(value).strip() for value, gone in zip(values, missing, strict=True)
    ]
    return [word or None for word in words]


def days(table: pd.DataFrame, column: str) -> pd.DatetimeIndex:
    """A column of days or moments, UTC, NaT where it is missing.

    >>> days(pd.DataFrame({"a": ["2022-07-29", None]}), "a").day.tolist()
    [29.0, nan]
    """
    if column not in table:
        return pd.DatetimeIndex([pd.NaT] * len(table), tz="UTC")
    values = table[column].astype("object").tolist()
    return pd.DatetimeIndex(
        pd.to_datetime(pd.Series(values, dtype="object"), errors="coerce", utc=True)
    )


def known(values: Floats) -> Floats:
    """The values that are there."""
    return values[~np.isnan(values)]


def web_address(text: str | None) -> str | None:
    """The text if it is an http(s) address that may stand in a link, else None.

    >>> web_address("https://homes.example/h/1")
    'https://homes.example/h/1'
    >>> web_address("javascript:alert(1)") is None
    True
    """
    return text if host(text) else None


def host(text: str | None) -> str | None:
    """The host of an http(s) address, without user and port; None of anything else.

    >>> host("https://homes.example:8080/h/1")
    'homes.example'
    >>> host("http://[broken") is None, host("mailto:a@homes.example") is None
    (True, True)
    """
    try:
        parts = urlsplit(text or "")
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None
