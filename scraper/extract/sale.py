"""Sold, asked or sold before: what each price and date of a page means.

The page's status decides what its plain price is. Sales of a house that is for sale again are
`last_sold_*`. A house off the market has no price but its sale: the plain sum is an estimate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from scraper.extract.fits import is_money, status_of
from scraper.extract.vocabulary import fold
from scraper.facts import Fact, PriceEvent
from scraper.parse.dates import parse_date

_OPEN = frozenset(("for_sale", "pending"))
_OLD = {"sold_price": "last_sold_price", "sold_on": "last_sold_on"}


def settle(facts: Iterable[Fact], history: tuple[PriceEvent, ...]) -> list[Fact]:
    """The facts with `price`, `sold` and `last_sold` turned into columns by the page's status."""
    split = [part for fact in facts for part in _split(fact)]
    status = _status(split)
    settled = [fact for given in split if (fact := _settle_one(given, status)) is not None]
    settled += _from_history(history, status)
    if status is not None:
        source = max((f for f in split if _means(f) == status), key=lambda f: f.confidence)
        settled = [fact for fact in settled if fact.column != "status"]
        settled.append(replace(source, column="status", raw=status))
    return settled


def _split(fact: Fact) -> Iterator[Fact]:
    """`sold` and `last_sold` hold a sum, a day or both; other facts stay as they are."""
    if fact.column not in ("sold", "last_sold"):
        yield fact
        return
    text = str(fact.raw)
    amount, day = _AMOUNT.search(text), _DAY.search(text)
    if amount is not None and is_money(amount[0]):
        yield replace(fact, column=f"{fact.column}_price", raw=amount[0].strip())
    if day is not None:
        yield replace(fact, column=f"{fact.column}_on", raw=day[0])
    if fact.column == "sold" and (amount or day):
        yield replace(fact, column="status", raw="sold", confidence=0.45)


def _means(fact: Fact) -> str | None:
    if fact.column == "status":
        return status_of(str(fact.raw))
    return "sold" if fact.column in _OLD else None


def _status(facts: list[Fact]) -> str | None:
    """The status that the facts speak for most, one vote a source."""
    votes: dict[str, dict[str, float]] = defaultdict(dict)
    for fact in facts:
        meaning = _means(fact)
        if meaning is not None and not (fact.column in _OLD and fact.confidence < 0.7):
            weight = fact.confidence * (1.0 if fact.column == "status" else 0.45)
            known = votes[meaning]
            known[fact.source] = max(weight, known.get(fact.source, 0.0))
    if not votes:
        return None
    return max(votes, key=lambda word: max(votes[word].values()) + 0.05 * len(votes[word]))


def _settle_one(fact: Fact, status: str | None) -> Fact | None:
    if fact.column == "price":
        if status == "off_market":
            return None
        return replace(fact, column="sold_price" if status == "sold" else "listed_price")
    if fact.column in _OLD and status in _OPEN:
        return replace(fact, column=_OLD[fact.column])
    return fact


def _from_history(history: tuple[PriceEvent, ...], status: str | None) -> list[Fact]:
    """The newest sale and the newest listing of the history."""
    dated = [(day, event) for event in history if (day := _day(event)) is not None]
    dated.sort(key=lambda pair: pair[0], reverse=True)
    sales = [event for _, event in dated if _is_sale(event)]
    facts: list[Fact] = []
    prefix = "last_sold" if status in _OPEN else "sold"
    if sales:
        facts += _pair(f"{prefix}_price", f"{prefix}_on", sales[0], 0.7)
    listing = _listing(dated, status)
    if listing is not None:
        facts += _pair("listed_price", "listed_on", listing, 0.5)
    return facts


def _listing(dated: list[tuple[date, PriceEvent]], status: str | None) -> PriceEvent | None:
    """The listing of an open sale, or the one that a sold house was sold by."""
    sold = next((day for day, event in dated if _is_sale(event)), None)
    for day, event in dated:
        if not _LISTED.search(event.event) or _RENT.search(event.event):
            continue
        if status in _OPEN:
            return event
        if status == "sold" and sold is not None and timedelta(0) <= sold - day <= _LISTED_FOR:
            return event
    return None


def _pair(price: str, day: str, event: PriceEvent, confidence: float) -> Iterator[Fact]:
    source = f"history:{event.event}"
    if event.price not in (None, "", 0):
        yield Fact(price, event.price or "", source, confidence)
    yield Fact(day, event.date, source, confidence)


def _day(event: PriceEvent) -> date | None:
    return parse_date(int(event.date) if event.date.isdigit() else event.date)


def _is_sale(event: PriceEvent) -> bool:
    return _SALE.search(fold(event.event)) is not None


_SALE = re.compile(
    r"\b(?:sold|sale recorded|closed|vendido|vendu|venduto|verkauft|verkocht)\b(?! stc)"
)
_LISTED_FOR = timedelta(days=730)
"""A sale that long after a listing had another listing, or none."""
_RENT = re.compile(r"(?i)\brent|\blease")
_LISTED = re.compile(r"(?i)\blisted\b|\bfor sale\b|\bnew listing\b")
_AMOUNT = re.compile(
    r"(?:[A-Z]{0,3}[$€£]|[A-Z]{2,3}\s)\s?\d[\d.,]*\d(?:\s?[KkMm]\b)?|\d{1,3}(?:[.,\s]\d{3})+(?:\s?[€£$])?"
)
_DAY = re.compile(
    r"(?i)\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,10}\.?,?\s+(?:de\s+)?\d{4}|\b[A-Z][a-z]{2,8}\s+\d{4}"
)
