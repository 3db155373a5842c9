"""What a crawl has cost so far: hours times the price of its machine."""

from __future__ import annotations

import re
from math import floor, log10
from typing import Final

from scraper.errors import SettingError
from scraper.fleet.prices import prices

HOUR: Final = 3600.0
_CENTS: Final = 0.1
"""Dollars below which cents say too little."""


def dollars_an_hour(text: str) -> float | None:
    """Dollars an hour as `COST_PER_HOUR` says them; None where it says nothing.

    A number, or a machine of `prices.toml` with its public address; `/N` behind either is the
    share of one of N crawls on that machine.

    >>> dollars_an_hour("0.5"), dollars_an_hour("0.5/4"), dollars_an_hour("")
    (0.5, 0.125, None)
    >>> round(dollars_an_hour("t3-small/2"), 4)
    0.0129
    >>> dollars_an_hour("abacus")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    scraper.errors.SettingError: COST_PER_HOUR=abacus: expected dollars or a machine of ...
    """
    if not text.strip():
        return None
    name, slash, share = text.strip().partition("/")
    among = int(share) if re.fullmatch(r"[1-9]\d{0,4}", share) else int(not slash)
    hourly = _hourly(name)
    if hourly is None or not among:
        known = ", ".join(prices().machines)
        raise SettingError(
            f"COST_PER_HOUR={text}: expected dollars or a machine of `housecrawl plan` ({known}), "
            "and /N for the share of one of N crawls"
        )
    return hourly / among


def _hourly(name: str) -> float | None:
    if machine := prices().machines.get(name):
        return machine.hour + (prices().address_hour if machine.hour else 0.0)
    return float(name) if re.fullmatch(r"\d{1,6}(\.\d{1,9})?|\.\d{1,9}", name) else None


def dollars(seconds: float, per_hour: float) -> float:
    """What so many seconds cost.

    >>> dollars(1800, 0.5)
    0.25
    """
    return seconds / HOUR * per_hour


def said(amount: float) -> str:
    """Dollars as a person reads them: cents, and of a small sum two digits.

    >>> said(12.345), said(0.0123), said(0.0000123), said(0)
    ('$12.35', '$0.012', '$0.000012', '$0.00')
    """
    small = 0 < amount < _CENTS
    digits = min(1 - floor(log10(amount)), 9) if small else 2
    return f"${amount:.{digits}f}"
