"""Prices, as data with a date."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of machine that can be rented."""

    name: str
    title: str
    vcpu: float
    """Processors."""
    memory_gb: float
    hour: float
    """Dollars an hour."""
    baseline: float = 1.0
    """Share of each processor that the price holds for."""
    surplus: float = 0.0
    """Dollars a processor-hour above the baseline, once the credits are used up."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What things cost, in US dollars."""

    dated: date
    """When they were looked up."""
    machines: Mapping[str, Machine]
    address_hour: float
    """A public IPv4 address for an hour."""
    put_thousand: float
    """A thousand PUT requests to S3."""
    storage_gb_month: float
    """A gigabyte in S3 for a month."""


@cache
def prices() -> Prices:
    """The prices of the package.

    >>> prices().machines["t3-small"].vcpu
    2
    """
    data = tomllib.loads(files("scraper.fleet").joinpath("prices.toml").read_text("utf-8"))
    machines = {name: Machine(name, **line) for name, line in data["machines"].items()}
    return Prices(data["dated"], machines, **data["other"])
