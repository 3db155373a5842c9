"""The lists of the concept, read once."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def _rows(name: str) -> list[dict[str, str]]:
    text = files("scraper.quality").joinpath(name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


@cache
def secret_prices() -> frozenset[str]:
    """Places where sale prices are not public.

    >>> "TX" in secret_prices(), "CA" in secret_prices()
    (True, False)
    """
    return frozenset(row["place"] for row in _rows("secret_prices.csv"))


@cache
def rough_rates() -> Mapping[str, float]:
    """Currency to its units for a US dollar, a rough number.

    >>> rough_rates()["JPY"]
    100.0
    """
    return {row["currency"]: float(row["per_dollar"]) for row in _rows("rough_rates.csv")}
