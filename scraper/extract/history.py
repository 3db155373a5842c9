"""Price history and tax history, read whole from lists of JSON, from tables and from lists."""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Callable, Iterator

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


def tables(document: Document, wanted: Callable[[list[str]], bool]) -> Iterator[Table]:
    """The tables of the page that speak of this house and whose header is wanted."""
    for number, tag in enumerate(document.tags) if "table" in document.tags else ():
        if tag != "table" or document.regions[number] in FOREIGN:
            continue
        rows = _rows(document, number)
        header = next(rows, None)
        # Most tables are labels and values: they have no header.
        if header is not None and wanted(header) and len(table := [header, *rows]) > 1:
            yield table


def is_told_by(header: list[str]) -> bool:
    """Whether a table with such a header is a history of prices or of taxes."""
    return _of_prices(header) is not None or _of_taxes(header) is not None


def _rows(document: Document, number: int) -> Iterator[list[str]]:
    """The cells of each row of a table that has a text in it."""
    cells = _inside(document, number, ("td", "th"))
    for row in _inside(document, number, ("tr",)):
        inside = cells[bisect(cells, row) : bisect_left(cells, document.ends[row])]
        texts = [document.text_of(cell, 20) for cell in inside]
        if any(texts):
            yield texts


def _inside(document: Document, number: int, tags: tuple[str, ...]) -> list[int]:
    first, end = number + 1, document.ends[number]
    return [n for n, tag in enumerate(document.tags[first:end], first) if tag in tags]


def _of_prices(header: list[str]) -> tuple[int, int, int | None] | None:
    """Where a header names the day, the price and the event; None without one of the first two."""
    folded = [fold(cell) for cell in header]
    day, price = _place(folded, _DATE_HEAD), _place(folded, _PRICE_HEAD)
    return None if day is None or price is None else (day, price, _place(folded, _EVENT_HEAD))


def _of_taxes(header: list[str]) -> tuple[int, int | None, int | None] | None:
    """Where a header names the year, the assessed value and the taxes; None without a year."""
    folded = [fold(cell) for cell in header]
    year = _place(folded, ("year",))
    assessed, taxes = _place(folded, _ASSESSED_HEAD), _place(folded, _TAX_HEAD)
    return None if year is None or (assessed is None and taxes is None) else (year, assessed, taxes)


def from_tables(found: list[Table]) -> tuple[PriceEvent, ...]:
    """The events of the first table whose header names a date and a price."""
    for table in found:
        places = _of_prices(table[0])
        if places is None:
            continue
        day, price, what = places
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


def tax_facts(found: list[Table], lists: list[tuple[str, Json]]) -> Iterator[Fact]:
    """Assessed value and taxes of the newest year that a tax history shows."""
    for path, value in lists:
        for items in _lists_of_objects(value):
            yield from _tax_items(path, items)
            return
    for table in found:
        places = _of_taxes(table[0])
        if places is None:
            continue
        year, assessed, taxes = places
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
