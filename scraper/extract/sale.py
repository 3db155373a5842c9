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
from scraper.extract.merge import comparable
from scraper.extract.vocabulary import fold
from scraper.facts import Fact, PriceEvent
from scraper.parse.dates import parse_date

_OPEN = frozenset(("for_sale", "pending"))
_SALES = frozenset(("sold", "last_sold"))
_OLD = {"sold_price": "last_sold_price", "sold_on": "last_sold_on"}


def settle(facts: Iterable[Fact], history: tuple[PriceEvent, ...]) -> list[Fact]:
    """The facts with `price`, `sold` and `last_sold` turned into columns by the page's status."""
    split: list[Fact] = []
    for said in facts:
        split += _split(said) if said.column in _SALES else (said,)
    status = _status(split)
    if status is None and any(f.column == "price" and f.confidence >= 0.5 for f in split):
        # A page that asks a price and says nothing of a sale offers the house.
        status = "for_sale"
        split.append(Fact("status", status, "price", 0.25))
    settled = [fact for given in split if (fact := _settle_one(given, status)) is not None]
    settled += _from_history(history, status, _sold_on(settled))
    if status == "sold":
        settled = _one_sale(settled)
    if status is not None:
        source = max((f for f in split if _means(f) == status), key=lambda f: f.confidence)
        settled = [fact for fact in settled if fact.column != "status"]
        settled.append(replace(source, column="status", raw=status))
    return settled


def _one_sale(facts: list[Fact]) -> list[Fact]:
    """The facts of a sold house: a "last sale" that is the sale itself is not another one."""
    known = {(f.column, _plain(f)) for f in facts if f.column in _OLD}
    same = {new: old for old, new in _OLD.items()}
    return [
        replace(fact, column=same[fact.column])
        if fact.column in same and (same[fact.column], _plain(fact)) in known
        else fact
        for fact in facts
    ]


def _plain(fact: Fact) -> str:
    """A sum's digits, or a day, to tell whether two facts name the same."""
    if fact.column.endswith("_price"):
        return comparable("money", fact.raw)
    return str(parse_date(fact.raw) or fact.raw)


def _split(fact: Fact) -> Iterator[Fact]:
    """`sold` and `last_sold` hold a sum, a day or both."""
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


def _sold_on(facts: list[Fact]) -> date | None:
    """The day of the sale that the page names, the surest one."""
    named = [fact for fact in facts if fact.column == "sold_on"]
    surest = max(named, key=lambda fact: fact.confidence, default=None)
    return parse_date(surest.raw) if surest is not None else None


def _from_history(
    history: tuple[PriceEvent, ...], status: str | None, sold_on: date | None
) -> list[Fact]:
    """The newest sale, the listing that counts, and the sale before the listing."""
    dated = [(day, event) for event in history if (day := _day(event)) is not None]
    dated.sort(key=lambda pair: pair[0], reverse=True)
    sales = [(day, event) for day, event in dated if _is_sale(event)]
    listings = [(day, event) for day, event in dated if _is_listing(event)]
    facts: list[Fact] = []
    if sales:
        prefix = "last_sold" if status in _OPEN else "sold"
        facts += _pair(f"{prefix}_price", f"{prefix}_on", sales[0][1], 0.7)
    if status in _OPEN and listings:
        facts += _pair("listed_price", "listed_on", listings[0][1], 0.5)
    if status == "sold" and (sold_on or sales):
        facts += _before_sale(sold_on or sales[0][0], listings, sales)
    return facts


def _before_sale(
    sold_on: date, listings: list[tuple[date, PriceEvent]], sales: list[tuple[date, PriceEvent]]
) -> Iterator[Fact]:
    """The listing that a sold house was sold by, and the last sale before that."""
    led = [one for one in listings if timedelta(0) <= sold_on - one[0] <= _LISTED_FOR]
    begin = led[0][0] if led else sold_on - _SAME_SALE
    if led:
        yield from _pair("listed_price", "listed_on", led[0][1], 0.5)
    earlier = [event for day, event in sales if day < begin]
    if earlier:
        yield from _pair("last_sold_price", "last_sold_on", earlier[0], 0.5)


def _pair(price: str, day: str, event: PriceEvent, confidence: float) -> Iterator[Fact]:
    source = f"history:{event.event}"
    if event.price not in (None, "", 0):
        yield Fact(price, event.price or "", source, confidence)
    yield Fact(day, event.date, source, confidence)


def _day(event: PriceEvent) -> date | None:
    """The day of an event; the first of the month where only that is said."""
    if event.date.isdigit():
        return parse_date(int(event.date))
    return parse_date(event.date) or parse_date(f"1 {event.date}")


def _is_sale(event: PriceEvent) -> bool:
    return _SALE.search(fold(event.event)) is not None


def _is_listing(event: PriceEvent) -> bool:
    return _LISTED.search(event.event) is not None and _RENT.search(event.event) is None


_SALE = re.compile(
    r"\b(?:sold|sale recorded|closed|vendido|vendu|venduto|verkauft|verkocht)\b(?! stc)"
)
_LISTED_FOR = timedelta(days=730)
"""A sale that long after a listing had another listing, or none."""
_SAME_SALE = timedelta(days=90)
"""Without a listing between them, entries so close are one sale, by agent and by land register."""
_RENT = re.compile(r"(?i)\brent|\blease")
_LISTED = re.compile(r"(?i)\blisted\b|\bfor sale\b|\bnew listing\b")
_AMOUNT = re.compile(
    r"(?:[A-Z]{0,3}[$€£]|[A-Z]{2,3}\s)\s?\d[\d.,]*\d(?:\s?[KkMm]\b)?|\d{1,3}(?:[.,\s]\d{3})+(?:\s?[€£$])?"
)
_DAY = re.compile(
    r"(?i)\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,10}\.?,?\s+(?:de\s+)?\d{4}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+(?:19|20)\d\d"
)
