"""How the site writes numbers and dates: as portals in the United States do."""

from __future__ import annotations

from datetime import date

from scraper.schema import SQFT_PER_ACRE

_ACRES_FROM_SQFT = 10_890.0
"""Portals switch from square feet to acres at a quarter of an acre."""
_LOT_TOLERANCE = 0.005
_NOTHING = "--"


def money(value: float | None) -> str:
    """Dollars; cents only where there are any.

    >>> money(1250000.0), money(4310.75), money(None)
    ('$1,250,000', '$4,310.75', '--')
    """
    if value is None:
        return _NOTHING
    return f"${value:,.0f}" if value == int(value) else f"${value:,.2f}"


def number(value: float | None) -> str:
    """A count, without a needless fraction.

    >>> number(3.0), number(2.5), number(None)
    ('3', '2.5', '--')
    """
    return _NOTHING if value is None else f"{value:,g}"


def area(value: float | None) -> str:
    """An interior area.

    >>> area(1840.0)
    '1,840 sqft'
    """
    return _NOTHING if value is None else f"{value:,.0f} sqft"


def lot(value: float | None) -> str:
    """A lot: square feet below a quarter of an acre, else acres with two decimals.

    More decimals stand only where two of them would be off by more than half a percent, so that
    the area can be had back from the page.

    >>> lot(7400.0), lot(10890.0), lot(43560.0 * 4.1), lot(13700.0)
    ('7,400 sqft', '0.25 Acres', '4.10 Acres', '0.315 Acres')
    """
    if value is None:
        return _NOTHING
    if value < _ACRES_FROM_SQFT:
        return f"{value:,.0f} sqft"
    acres = value / SQFT_PER_ACRE
    digits = 2
    while abs(round(acres, digits) / acres - 1) > _LOT_TOLERANCE:
        digits += 1
    return f"{acres:,.{digits}f} Acres"


def day(value: date | None) -> str:
    """A day in the order of the United States, with four digits of the year.

    >>> day(date(2021, 3, 9))
    '03/09/2021'
    """
    return _NOTHING if value is None else f"{value:%m/%d/%Y}"


def short_day(value: date) -> str:
    """A day with two digits of the year, four where two could be misread.

    >>> short_day(date(2021, 3, 9)), short_day(date(1955, 3, 1))
    ('03/09/21', '03/01/1955')
    """
    return f"{value:%m/%d/%y}" if value.year >= 1970 else day(value)


def long_day(value: date | None) -> str:
    """A day in words.

    >>> long_day(date(2022, 7, 4))
    'Jul 4, 2022'
    """
    return _NOTHING if value is None else f"{value:%b} {value.day}, {value.year}"


def text(value: str | float | None) -> str:
    """A text or a plain number, or the sign for nothing."""
    return _NOTHING if value is None or value == "" else str(value)
