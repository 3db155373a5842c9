"""Which currency a spelling means, given the country or what the page says elsewhere."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from babel.numbers import list_currencies

from scraper.parse.country import currency_of
from scraper.parse.tables import lines

THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies with thousandths (ISO 4217, exponent 3): `423.923 KD` is no thousands."""

_LONGEST = 12


class Spelling(NamedTuple):
    """A currency as the page writes it."""

    text: str
    codes: tuple[str, ...]
    """The ISO codes it can mean, the usual one first; "" first where no one is usual."""
    start: int
    """Where it begins in the text."""
    end: int
    """Where it ends."""


def parse_currency(raw: object, *, country: str | None = None) -> str | None:
    """The ISO 4217 code of a currency's code, symbol or name, also inside a longer text.

    >>> parse_currency("EUR"), parse_currency("$"), parse_currency("$", country="AU")
    ('EUR', 'USD', 'AUD')
    >>> parse_currency("Pris NOK 899,00"), parse_currency("SKU:"), parse_currency(None)
    ('NOK', None, None)
    """
    return _from_text(raw, country) if isinstance(raw, str) else None


@lru_cache(maxsize=256)
def _from_text(raw: str, country: str | None) -> str | None:
    if codes := codes_of(raw.strip()):
        return choose(codes, None, country)
    for end in range(len(raw[:200]), 0, -1):
        if raw[end - 1].isspace() or (raw[end - 1].isalpha() and raw[end : end + 1].isalpha()):
            continue
        if found := ending_at(raw, end):
            return choose(found.codes, None, country)
    return None


def choose(codes: tuple[str, ...], hint: str | None, country: str | None) -> str | None:
    """The code among those possible that the hint or the country's money speaks for.

    >>> choose(("USD", "CAD"), "CAD", None), choose(("USD", "CAD"), "EUR", "US")
    ('CAD', 'USD')
    """
    for wish in (hint, currency_of(country)):
        if wish in codes:
            return wish
    return codes[0] or None


def codes_of(spelling: str) -> tuple[str, ...]:
    """The ISO codes that a spelling can mean; empty where it is no currency.

    >>> codes_of("R$"), codes_of("ZAR"), codes_of("all"), codes_of("ALL")
    (('BRL',), ('ZAR',), (), ('ALL',))
    """
    if spelling in _iso_codes():
        return (spelling,)
    return _spellings().get(_key(spelling), ())


def ending_at(text: str, end: int) -> Spelling | None:
    """The longest spelling of a currency that ends at a place in the text, not inside a word.

    >>> ending_at("Price: US$12", 10)
    Spelling(text='US$', codes=('USD',), start=7, end=10)
    """
    for start in range(max(0, end - _LONGEST), end):
        if start and text[start].isalpha() and text[start - 1].isalpha():
            continue
        if codes := codes_of(text[start:end]):
            return Spelling(text[start:end], codes, start, end)
    return None


def starting_at(text: str, start: int) -> Spelling | None:
    """The longest spelling of a currency that starts at a place in the text, not inside a word.

    One Latin letter is none there: `4 R` are rooms.

    >>> starting_at("570 €/month", 4)
    Spelling(text='€', codes=('EUR',), start=4, end=5)
    """
    for end in range(min(len(text), start + _LONGEST), start, -1):
        if end == start + 1 and text[start].isascii() and text[start].isalpha():
            break
        if end < len(text) and text[end - 1].isalpha() and text[end].isalnum():
            continue
        if codes := codes_of(text[start:end]):
            return Spelling(text[start:end], codes, start, end)
    return None


@cache
def _iso_codes() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    return {
        _key(line["spelling"]): (line["code"], *line["others"].split())
        for line in lines("currencies")
    }


def _key(spelling: str) -> str:
    """The spelling without regard to case, but for short ones: `Ft` is money, `ft` are feet."""
    short = len(spelling) <= 2 and spelling.isascii() and spelling.isalpha()
    return spelling if short else spelling.casefold()
