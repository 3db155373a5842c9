"""How values are written for a person: short, with their unit, the same everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import floor, isnan, log10

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal

_LOCALE = "en_US"
NOTHING = "—"
"""Stands for a value that is not there."""
_LONGEST = 200
"""Characters of a value in a list."""


def significant(value: float, digits: int = 3) -> float:
    """The value rounded to so many significant digits.

    >>> significant(999_999.0)
    1000000.0
    """
    if value == 0:
        return 0.0
    return round(value, digits - 1 - floor(log10(abs(value))))


def short_money(value: float, currency: str) -> str:
    """Money in as few signs as a chart has room for.

    >>> short_money(1_250_000, "USD"), short_money(999_999, "USD"), short_money(612.4, "")
    ('$1.25M', '$1M', '612')
    """
    if isnan(value):
        return NOTHING
    if abs(value) < 10_000:
        return money(value, currency)
    rounded = significant(value)
    text = format_compact_currency(rounded, currency or "XXX", locale=_LOCALE, fraction_digits=2)
    return str(text).replace("¤", "")


def money(value: float, currency: str) -> str:
    """Money in full, without the small coins.

    >>> money(1_475_000, "USD"), money(1_475_000, "EUR"), money(float("nan"), "USD")
    ('$1,475,000', '€1,475,000', '—')
    """
    if isnan(value):
        return NOTHING
    text = format_currency(
        value, currency or "XXX", "¤#,##0", locale=_LOCALE, currency_digits=False
    )
    return str(text).replace("¤", "")


def number(value: float, digits: int = 1) -> str:
    """A number with its thousands parted and no needless zeros.

    >>> number(2298), number(2.5), number(float("nan"))
    ('2,298', '2.5', '—')
    """
    if isnan(value):
        return NOTHING
    return str(format_decimal(round(value, digits), locale=_LOCALE))


def share(part: float, whole: float) -> str:
    """A share in percent; never 0 % for some, nor 100 % for not quite all.

    >>> share(1, 3), share(1, 100_000), share(99_999, 100_000), share(0, 0)
    ('33.3 %', '< 0.1 %', '> 99.9 %', '—')
    """
    if not whole:
        return NOTHING
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f}".removesuffix(".0") + " %"


def day(value: object) -> str:
    """A day as no reader can misread it.

    >>> day(pd.Timestamp("2022-07-29")), day(pd.NaT)
    ('29 Jul 2022', '—')
    """
    if not isinstance(value, pd.Timestamp):
        return NOTHING
    return str(format_date(value.date(), "d MMM y", locale=_LOCALE))


def size(count: float) -> str:
    """A number of bytes.

    >>> size(999), size(12_345), size(3_400_000), size(float("nan"))
    ('999 bytes', '12.3 kB', '3.4 MB', '—')
    """
    if isnan(count):
        return NOTHING
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{number(significant(count / factor), 2)} {unit}"
    return f"{number(count, 0)} bytes"


def words(name: str) -> str:
    """A name of the code as words.

    >>> words("SingleFamily"), words("for_sale"), words("VacantLand")
    ('Single family', 'For sale', 'Vacant land')
    """
    apart = "".join(f" {c.lower()}" if c.isupper() else c for c in name.replace("_", " ")).strip()
    return " ".join(apart.split()).capitalize()


def listed(values: Iterable[str | None], most: int = 6) -> str:
    """The commonest values with their counts.

    >>> listed(["a", "b", "a", None, ""])
    'a (2), b (1)'
    """
    counts = Counter(value for value in values if value)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    texts = [f"{value[:_LONGEST]} ({count:,})" for value, count in ranked[:most]]
    if len(ranked) > most:
        texts.append(f"{len(ranked) - most:,} more")
    return ", ".join(texts)
