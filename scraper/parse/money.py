"""Sums of money: amount, range, currency, and whether they are paid once or again and again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from scraper.parse.country import currency_of
from scraper.parse.currency import (
    THREE_DECIMALS,
    Spelling,
    choose,
    ending_at,
    parse_currency,
    starting_at,
)
from scraper.parse.number import NUMBER, to_float
from scraper.parse.tables import any_of, lines
from scraper.parse.text import clean_text

PriceKind = Literal["exact", "range", "from", "on_request"]
Period = Literal["", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Money:
    """A sum of money as a page shows it."""

    amount: float | None
    """In whole units of the currency; the low end of a range; None only for `on_request`."""
    high: float | None
    """The high end of a range, else None."""
    currency: str | None
    """ISO 4217, None where neither the text nor the hints say it."""
    kind: PriceKind
    """How the amount is to be read."""
    text: str
    """The text that it came from, tidied."""
    period: Period = ""
    """How often it is paid; empty for once."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """One number of the text, with all that belongs to it."""

    start: int
    end: int
    value: float
    bare: float
    """The number before its scale."""
    scale: float
    code: str | None
    """The currency, None where it is not clear."""
    marked: bool
    """Whether a sign of money stands with it."""


_NUMBER: Final = re.compile(NUMBER)
_LOOSE_CENTS: Final = re.compile(r"(\D*\d+[.,]) (\d\d\D*)")
_CENTS_AFTER_SIGN: Final = re.compile(r"(\d{1,4}) ?€ ?(\d{2,3})")
_DATE: Final = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}|\d{1,2}[-/]\d{1,2}")
_PHONE: Final = re.compile(r"\d{3}[-. ]\d{3}-\d{4}")
_NEGATIVE: Final = re.compile(r"[-\u2212](?=[^\s\w]{0,3}\d)")
_ROUND: Final = re.compile(r"(?:[.,][-\u2013\u2014])? ?")
_MARKS: Final = " :"
_PERIODS: Final[tuple[Period, ...]] = ("month", "year", "week", "day")


def parse_money(
    raw: object, *, currency_hint: str | None = None, country: str | None = None
) -> Money | None:
    """The sum that a text, or a number out of JSON, shows; None where it shows none.

    `currency_hint` is any spelling of a currency, `country` an ISO 3166-1 code: they decide what
    an ambiguous sign means, and the currency of a bare number. Signs of currencies, scales and
    wordings are the tables `currencies`, `scales`, `price_words` and `not_money`.

    >>> parse_money("$1,475,000")
    Money(amount=1475000.0, high=None, currency='USD', kind='exact', text='$1,475,000', period='')
    >>> def short(raw, **hints):
    ...     money = parse_money(raw, **hints)
    ...     return money and (money.amount, money.high, money.currency, money.kind, money.period)
    >>> short("€ 200.000"), short("570\u202f000\u00a0€")
    ((200000.0, None, 'EUR', 'exact', ''), (570000.0, None, 'EUR', 'exact', ''))
    >>> short("R 1 395 000"), short("MN 1,500,000")
    ((1395000.0, None, 'ZAR', 'exact', ''), (1500000.0, None, 'MXN', 'exact', ''))
    >>> short("AED 2.52M"), short("$850K", country="CA")
    ((2520000.0, None, 'AED', 'exact', ''), (850000.0, None, 'CAD', 'exact', ''))
    >>> short("$470,000 - $500,000", country="AU"), short("$1.2-1.4M")
    ((470000.0, 500000.0, 'AUD', 'range', ''), (1200000.0, 1400000.0, 'USD', 'range', ''))
    >>> short("200.000 - 250.000 €"), short("MXN $4,500,000")
    ((200000.0, 250000.0, 'EUR', 'range', ''), (4500000.0, None, 'MXN', 'exact', ''))
    >>> short("Offers over £300,000"), short("Price on request")
    ((300000.0, None, 'GBP', 'from', ''), (None, None, None, 'on_request', ''))
    >>> short("₹ 1.25 Cr"), short("₹45 Lac"), short("₹ 1,25,00,000")
    ((12500000.0, None, 'INR', 'exact', ''), (4500000.0, None, 'INR', 'exact', ''), \
(12500000.0, None, 'INR', 'exact', ''))
    >>> short("$2,300/mo"), short("£950 pcm"), short(434, currency_hint="€")
    ((2300.0, None, 'USD', 'exact', 'month'), (950.0, None, 'GBP', 'exact', 'month'), \
(434.0, None, 'EUR', 'exact', ''))
    >>> [short(raw) for raw in ("--", "N/A", "", "3 beds", "$250/sqft", "07/29/2022", None, True)]
    [None, None, None, None, None, None, None, None]
    """
    text = clean_text(raw)
    if text is None or _NEGATIVE.match(text):
        return None
    hint = parse_currency(currency_hint, country=country)
    usual = hint or currency_of(country)
    if not isinstance(raw, str):
        return Money(float(text), None, usual, "exact", text)
    written = _tidy_cents(text)
    sums = _sums(written, hint, country)
    if sums:
        return _money(sums, written, text, usual)
    if _phrases("on_request").search(text):
        return Money(None, None, usual, "on_request", text)
    return None


def _money(sums: list[_Sum], written: str, text: str, usual: str | None) -> Money:
    """The first sum, with the second where both are the ends of a range."""
    first, second = sums[0], sums[1] if len(sums) > 1 else None
    head, tail = written[: first.start], written[first.end : second.start if second else None]
    kind: PriceKind = "exact"
    high = None
    if second and _phrases("range").fullmatch(tail.strip()):
        first, high = _range(first, second)
        tail = written[second.end :]
        kind = "exact" if high is None else "range"
    if kind == "exact" and (tail.startswith("+") or _phrases("from").search(head)):
        kind = "from"
    code = first.code or (second.code if second and high else None) or usual
    return Money(first.value, high, code, kind, text, _period(head, tail))


def _range(low: _Sum, high: _Sum) -> tuple[_Sum, float | None]:
    """Both ends; a scale that stands once, after the high end, is that of the low one too."""
    if low.scale == 1 and high.scale > 1 and low.value <= high.bare:
        low = replace(low, value=low.value * high.scale)
    return low, high.value if high.value > low.value else None


def _period(head: str, tail: str) -> Period:
    """How often a sum is paid, by the words after it, else by those before."""
    for text in (tail, head):
        for period in _PERIODS:
            if text and _phrases(period).search(text):
                return period
    return ""


def _sums(text: str, hint: str | None, country: str | None) -> list[_Sum]:
    """The sums of the text: those with a sign of money where there are such, else bare ones."""
    if _DATE.fullmatch(text) or _PHONE.search(text):
        return []
    found = [_read(text, match, hint, country) for match in _NUMBER.finditer(text)]
    sums = [one for one in found if one]
    marked = [one for one in sums if one.marked]
    if not marked:
        return sums
    first = sums.index(marked[0])
    if len(marked) > 1:
        return marked
    # `$1.2 - 1.4M` and `200.000 - 250.000 €`: an end of a range may go without the sign.
    if first and _is_range(sums[first - 1], marked[0], text):
        first -= 1
    return sums[first:]


def _is_range(low: _Sum, high: _Sum, text: str) -> bool:
    """Whether two sums are the ends of a range."""
    between = text[low.end : high.start].strip()
    return low.value < high.value and _phrases("range").fullmatch(between) is not None


def _read(text: str, match: re.Match[str], hint: str | None, country: str | None) -> _Sum | None:
    """The sum that a number of the text is, None where it is a number of something else."""
    before = _sign_before(text, match.start())
    end, scale, only = _scale_after(text, match.end())
    after = starting_at(text, _skip(text, end))
    sign = _spoken_for(before, after)
    code = choose(sign.codes, hint, country) if sign else None
    if only and code not in only:
        end, scale, after = match.end(), 1.0, None
    if after and after is sign:
        end = after.end
    if _unit_after(text, end, marked=sign is not None):
        return None
    # Ten thousands (man) go with grouped digits: 3,500 of them are a flat in Tokyo.
    exact = ".," if scale > 1 and scale != 1e4 else "." if code in THREE_DECIMALS else ""
    bare = to_float(match[0], decimal=exact)
    if bare is None:
        return None
    start = before.start if before else match.start()
    return _Sum(start, end, bare * scale, bare, scale, code, sign is not None)


def _sign_before(text: str, end: int) -> Spelling | None:
    """The currency before a number, blanks and colons between them.

    A code before a sign that it can stand for makes the sign exact: `MXN $4,500,000`.
    """
    while end and text[end - 1] in _MARKS:
        end -= 1
    sign = ending_at(text, end) if end else None
    if sign is None or not sign.start or len(sign.codes) < 2:
        return sign
    code = ending_at(text, len(text[: sign.start].rstrip()))
    exact = code is not None and len(code.codes) == 1 and code.codes[0] in sign.codes
    return code if exact else sign


def _skip(text: str, start: int) -> int:
    """The place after the dash of round sums (`1.198,- Kr`) and a blank."""
    match = _ROUND.match(text, start)
    return match.end() if match else start


def _scale_after(text: str, start: int) -> tuple[int, float, frozenset[str]]:
    """End, factor and currencies of the scale after a number: `k`, `million`, `lakh`."""
    match = _scale_pattern().match(text, start)
    if match:
        end = match.end()
        money = starting_at(text, match.start(1))
        free = not text[end : end + 1].isalnum() or starting_at(text, end)
        if free and not (money and money.end > end):
            return end, *_scales()[match[1].casefold()]
    return start, 1.0, frozenset()


def _spoken_for(before: Spelling | None, after: Spelling | None) -> Spelling | None:
    """The currency of a number: the one before it, made exact by the one after it.

    `$1,190.00 AUD` is Australian; the sign after `€ 10 € 8` belongs to the next number.
    """
    if before and after and after.text.isalpha() and after.text != before.text:
        return after if after.codes[0] in before.codes else before
    return before or after


def _unit_after(text: str, end: int, *, marked: bool) -> bool:
    """Whether a unit follows that makes the number no sum, or a sum for each unit of area."""
    pattern = _per_area_pattern() if marked else _unit_pattern()
    return bool(pattern.match(text, end))


def _tidy_cents(text: str) -> str:
    """`35€ 99` and `8. 94` as single numbers."""
    if match := _CENTS_AFTER_SIGN.fullmatch(text):
        return f"{match[1]}.{match[2]}00 €"
    if match := _LOOSE_CENTS.fullmatch(text):
        return match[1] + match[2]
    return text


@cache
def _phrases(meaning: str) -> re.Pattern[str]:
    words = [line["words"] for line in lines("price_words") if line["meaning"] == meaning]
    return re.compile(rf"(?<!\w)(?:{any_of(words)})(?!\w)".replace("/", r"/\s*"), re.IGNORECASE)


@cache
def _scales() -> dict[str, tuple[float, frozenset[str]]]:
    return {
        line["word"]: (float(line["factor"]), frozenset(line["only"].split()))
        for line in lines("scales")
    }


@cache
def _scale_pattern() -> re.Pattern[str]:
    return re.compile(rf"[ \-]?({any_of(_scales())})", re.IGNORECASE)


@cache
def _unit_pattern() -> re.Pattern[str]:
    words = any_of(line["word"] for line in lines("not_money"))
    return re.compile(rf"[ \-]?(?:{words})(?!\w)", re.IGNORECASE)


@cache
def _per_area_pattern() -> re.Pattern[str]:
    words = any_of(line["spelling"] for line in lines("area_units"))
    return re.compile(rf"\s*(?:/|per|pro|al|por|par|a|p\.)\s*(?:{words})(?!\w)", re.IGNORECASE)
