"""Price history and tax history, read whole from lists of JSON, from tables and from lists."""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator

from scraper.extract.belongs import FOREIGN, Region
from scraper.extract.document import Document, Table
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import fold, key_of
from scraper.facts import Fact, PriceEvent


def from_lists(lists: list[tuple[str, Json]]) -> tuple[PriceEvent, ...]:
    """The events of the longest list of objects with a date, an event and a price."""
    best: tuple[PriceEvent, ...] = ()
    for _, value in lists:
        for items in _lists_of_objects(value):
            events = tuple(event for item in items if (event := _event(item)))
            best = max(best, events, key=len)
    return best


def _lists_of_objects(value: Json) -> Iterator[list[dict[str, Json]]]:
    if isinstance(value, list):
        items = [item for item in value if isinstance(item, dict)]
        if items:
            yield items
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _lists_of_objects(inner) if isinstance(inner, list) else ()


def _event(item: dict[str, Json]) -> PriceEvent | None:
    day = event = ""
    price: Json = None
    if item.get("postingIsRental") or item.get("isRental"):
        return None
    for key, value in item.items():
        word = key_of(key)
        if word in _EVENT_KEYS and isinstance(value, str):
            event = event or value
        elif word in _DATE_KEYS and isinstance(value, (str, int)):
            day = day or str(value)
        elif word in _PRICE_KEYS and isinstance(value, (str, int, float)):
            price = value if price is None else price
    return PriceEvent(day, event, price) if day and (event or price is not None) else None


def tables(document: Document) -> Iterator[tuple[int, Table]]:
    """The tables of the page that speak of this house, with the number of their element."""
    for number, tag in enumerate(document.tags) if "table" in document.tags else ():
        if tag != "table" or document.regions[number] in FOREIGN:
            continue
        cells = _inside(document, number, ("td", "th"))
        rows = [
            [
                document.text_of(cell, 20)
                for cell in cells[bisect(cells, row) : bisect_left(cells, document.ends[row])]
            ]
            for row in _inside(document, number, ("tr",))
        ]
        kept = [row for row in rows if any(row)]
        if len(kept) > 1:
            yield number, kept


def _inside(document: Document, number: int, tags: tuple[str, ...]) -> list[int]:
    first, end = number + 1, document.ends[number]
    return [n for n, tag in enumerate(document.tags[first:end], first) if tag in tags]


def from_tables(found: list[tuple[int, Table]]) -> tuple[PriceEvent, ...]:
    """The events of the first table whose header names a date and a price."""
    for _, table in found:
        header = [fold(cell) for cell in table[0]]
        day, price = _place(header, _DATE_HEAD), _place(header, _PRICE_HEAD)
        if day is None or price is None:
            continue
        what = _place(header, _EVENT_HEAD)
        return tuple(
            PriceEvent(row[day], row[what] if what is not None else "", _amount(row[price]))
            for row in table[1:]
            if len(row) > max(day, price, what or 0) and row[day]
        )
    return ()


def from_region(document: Document) -> tuple[PriceEvent, ...]:
    """The events of a history that is no table: parts with one date and one sum each."""
    if Region.HISTORY not in document.regions:
        return ()
    events = []
    runs = [
        run
        for run, owner in enumerate(document.owners)
        if document.regions[owner] == Region.HISTORY
    ]
    dates = [run for run in runs if _DATE.search(document.texts[run])]
    for run in dates:
        part = _part(document, run, dates)
        texts = document.texts[document.first_runs[part] : document.end_runs[part]]
        joined = " ".join(texts)
        day = _DATE.search(joined)
        if day is None:
            continue
        rest = joined.replace(day[0], " ")
        amount = _AMOUNT.search(rest)
        what = _NO_EVENT.sub(" ", rest[: amount.start()] if amount else rest)
        if not any(char.isalpha() for char in what) and amount:
            what = _NO_EVENT.sub(" ", rest[amount.end() :])
        event = " ".join(what.split()).strip(" -\u2013:,|")[:60]
        events.append(PriceEvent(day[0], event, amount[0].strip() if amount else None))
    return tuple(events)


def _part(document: Document, run: int, dates: list[int]) -> int:
    """The largest element around a date that holds no other date of the history."""
    part = document.owners[run]
    for step in document.ancestors(part):
        first, end = document.first_runs[step], document.end_runs[step]
        inside = [other for other in dates if first <= other < end]
        if len(inside) > 1 or document.regions[step] != Region.HISTORY:
            break
        part = step
    return part


def currencies(events: tuple[PriceEvent, ...]) -> Iterator[Fact]:
    """The currency of the history's sums, for a page that shows no other sum."""
    for event in events:
        sign = _SIGN.search(event.price) if isinstance(event.price, str) else None
        if sign is not None:
            yield Fact("currency", sign[0], "history:price", 0.3)
            return


def tax_facts(found: list[tuple[int, Table]], lists: list[tuple[str, Json]]) -> Iterator[Fact]:
    """Assessed value and taxes of the newest year that a tax history shows."""
    for path, value in lists:
        for items in _lists_of_objects(value):
            yield from _tax_items(path, items)
            return
    for _, table in found:
        header = [fold(cell) for cell in table[0]]
        year, assessed = _place(header, ("year",)), _place(header, _ASSESSED_HEAD)
        taxes = _place(header, _TAX_HEAD)
        if year is None or (assessed is None and taxes is None):
            continue
        newest = max(table[1:], key=lambda row: row[year] if len(row) > year else "")
        for column, place in (("tax_assessed_value", assessed), ("annual_tax_amount", taxes)):
            amount = (
                _AMOUNT.search(newest[place]) if place is not None and place < len(newest) else None
            )
            if amount is not None:
                yield Fact(column, amount[0], f"table:{table[0][place or 0]}", 0.75)
        return


def _tax_items(path: str, items: list[dict[str, Json]]) -> Iterator[Fact]:
    """The first item with a value: such lists begin with the newest year."""
    names = (("tax_assessed_value", ("value", "assessment", "taxassessment", "assessedvalue")),
             ("annual_tax_amount", ("taxpaid", "tax", "amount", "taxamount")))  # fmt: skip
    for column, keys in names:
        for item in items:
            value = next((v for k, v in item.items() if key_of(k) in keys), None)
            if isinstance(value, (int, float, str)) and value and not isinstance(value, bool):
                yield Fact(column, value, f"embedded:{path}", 0.8)
                break


def _place(header: list[str], words: tuple[str, ...]) -> int | None:
    for place, cell in enumerate(header):
        if any(word in cell for word in words) and "per" not in cell.split() and "/" not in cell:
            return place
    return None


def _amount(text: str) -> str | None:
    """The first sum of a cell: what follows it is a change or a rate."""
    found = _AMOUNT.search(text)
    return found[0].strip() if found else None


_EVENT_KEYS = frozenset(("event", "eventname", "eventtype", "type", "description", "status"))
_DATE_KEYS = frozenset(("date", "eventdate", "solddate", "datesold", "day", "saledate"))
_PRICE_KEYS = frozenset(("price", "amount", "value", "soldprice", "saleprice", "eventprice"))
_DATE_HEAD = ("date", "fecha", "datum", "data")
_PRICE_HEAD = ("price", "amount", "precio", "prix", "prezzo", "preis", "preco", "prijs")
_EVENT_HEAD = ("event", "type", "evento", "status", "what", "evenement", "description")
_ASSESSED_HEAD = ("assess", "value")
_TAX_HEAD = ("property tax", "taxes", "tax paid", "tax amount", "annual tax")
_DATE = re.compile(
    r"(?i)\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2},?\s+\d{4}|\d{1,2}\.?\s+[^\W\d_]{3,10}\.?\s+\d{4}"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+(?:19|20)\d\d"
)
_AMOUNT = re.compile(
    r"(?:(?:[A-Z]{1,3})?[$€£]\s?)\d[\d.,]*(?:\s?[KkMm]\b)?|\d{1,3}(?:[.,\s]\d{3})+(?:\s?[€£$])?|\d{4,}"
)
_SIGN = re.compile(r"(?:[A-Z]{1,3})?[$€£]")
_NO_EVENT = re.compile(
    r"[-+]?\d+(?:\.\d+)?\s?%|\(\s*\)|\bdate\b:?|\bprice\b:?|\bevent\b:?", re.IGNORECASE
)
