"""The money columns of a row, all in one currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from scraper.facts import Fact
from scraper.parse.around import Around, put
from scraper.parse.country import currency_of
from scraper.parse.currency import parse_currency
from scraper.parse.money import Money, Period, parse_money
from scraper.parse.text import clean_text
from scraper.schema import Row, columns_by_name

_PERIODS: Final[Mapping[str, Period]] = MappingProxyType(
    {"annual_tax_amount": "year", "hoa_monthly": "month"}
)
"""Money columns that are paid again and again, and how often; all others are paid once."""
_A_YEAR: Final = MappingProxyType({"day": 365.0, "week": 52.0, "month": 12.0, "year": 1.0})
_ENDS: Final = MappingProxyType({"listed_price": ("listed_price_max", "price_kind")})
"""Money columns whose range and kind have columns of their own."""


def money_columns(
    best: Mapping[str, Fact], row: Row, sources: dict[str, str], around: Around
) -> Around:
    """Fill the money columns and their currency: that of the first price that names one."""
    said = best.get("currency")
    hint = parse_currency(said.raw, country=around.country) if said else None
    hint = hint or around.currency
    sums: list[tuple[Fact, Money | None]] = []
    for name, column in columns_by_name("houses").items():
        if column.kind == "money" and (fact := best.get(name)):
            unit = parse_currency(fact.unit, country=around.country) if fact.unit else None
            money = parse_money(fact.raw, currency_hint=unit or hint, country=around.country)
            sums.append((fact, money))
    code, source = _currency(sums, hint, said, around)
    for fact, money in sums:
        put(row, sources, fact, _sum(fact, money, code))
    if code and (sums or said):
        row["currency"] = code
        sources["currency"] = source
    return replace(around, currency=code)


def _currency(
    sums: list[tuple[Fact, Money | None]], hint: str | None, said: Fact | None, around: Around
) -> tuple[str | None, str]:
    """The row's currency and where it comes from."""
    for fact, money in sums:
        if money and money.currency:
            same = said and money.currency == hint
            return money.currency, said.source if said and same else fact.source
    if hint:
        return hint, said.source if said else "site"
    return currency_of(around.country), "country"


def _sum(fact: Fact, money: Money | None, code: str | None) -> Row:
    """A money column, its text, and the columns of a range's other end and its kind."""
    name = fact.column
    values: Row = {f"{name}_raw": clean_text(fact.raw)}
    if money is None or (money.amount is not None and money.currency not in (code, None)):
        return values
    times = _times(money.period, _PERIODS.get(name, ""))
    if times is None:
        return values
    values[name] = _scaled(money.amount, times)
    if ends := _ENDS.get(name):
        values[ends[0]] = _scaled(money.high, times)
        values[ends[1]] = money.kind
    return values


def _times(shown: Period, wanted: Period) -> float | None:
    """What a sum of one period is to be multiplied with; None for a rent in place of a price."""
    if not wanted:
        return None if shown else 1.0
    if not shown or shown == wanted:
        return 1.0
    return _A_YEAR[shown] / _A_YEAR[wanted]


def _scaled(amount: float | None, times: float) -> float | None:
    return None if amount is None else round(amount * times, 2) if times != 1.0 else amount
