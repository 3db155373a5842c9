"""The facts of a page as the typed columns of the table `houses`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from scraper.columns import Column
from scraper.facts import Fact, PriceEvent
from scraper.parse.address import country_of, parse_zip, split_address
from scraper.parse.area import Area, parse_area, unit_name
from scraper.parse.around import Around, put
from scraper.parse.country import area_unit_of, parse_country
from scraper.parse.counts import parse_count, parse_miles, parse_score, parse_year
from scraper.parse.currency import parse_currency
from scraper.parse.dates import parse_date
from scraper.parse.home_type import parse_home_type
from scraper.parse.money import parse_money
from scraper.parse.prices import money_columns
from scraper.parse.regions import parse_state
from scraper.parse.status import parse_status
from scraper.parse.text import clean_text
from scraper.schema import Row, columns_by_name

_WHOLE_ADDRESS: Final = ("city", "state", "zip", "county", "country")
_SURE_FROM: Final = MappingProxyType({"sqft": 100.0, "m2": 10.0})
"""Below it a bare area is not taken to be in the country's usual unit: it may be acres."""


def clean_row(
    best: Mapping[str, Fact],
    *,
    currency: str | None = None,
    country: str | None = None,
    day_first: bool = False,
) -> Row:
    """The row of a page: every fact as its column's type, by the column's kind.

    The text of money, area and date facts stands in `<column>_raw`, also where no value could be
    made of it; a column whose fact says nothing is left out. All money is in the row's
    `currency`: a sum in another one gives no value, nor does a rent given for a price. `sources`
    has the source of each column. `currency` and `country` of the site are used where the page
    itself does not say.

    >>> def fact(column, raw, unit=""):
    ...     return Fact(column, raw, "label:x", 0.9, unit)
    >>> facts = [fact("sold_price", "$1,475,000"), fact("lot_size_sqft", 0.25, "acres"),
    ...          fact("address", "5 Elm St, Boston, MA 02108"), fact("sold_on", "07/29/2022")]
    >>> row = clean_row({f.column: f for f in facts})
    >>> row["sold_price"], row["currency"], row["lot_size_sqft"], str(row["sold_on"])
    (1475000.0, 'USD', 10890.0, '2022-07-29')
    >>> row["address"], row["city"], row["state"], row["zip"], row["country"]
    ('5 Elm St', 'Boston', 'MA', '02108', 'US')
    >>> row["sold_price_raw"], row["sources"]["zip"]
    ('$1,475,000', 'label:x')
    """
    row: Row = {}
    sources: dict[str, str] = {}
    around = _place(best, row, sources, Around(parse_currency(currency), country, day_first))
    around = money_columns(best, row, sources, around)
    for name, fact in best.items():
        column = columns_by_name("houses").get(name)
        if column is None or column.kind == "money" or name in row:
            continue
        put(row, sources, fact, _read(column, fact, around))
    if country and "country" not in row:
        row["country"], sources["country"] = country, "site"
    row["sources"] = sources
    return row


def clean_history(
    events: Iterable[PriceEvent],
    *,
    currency: str | None = None,
    country: str | None = None,
    day_first: bool = False,
) -> list[dict[str, object]]:
    """The price history, oldest first; events without an exact day are left out.

    Events of one day keep the page's order turned round, since pages show the latest first.

    >>> history = [PriceEvent("Jul 29, 2022", "Sold", "$300,000"),
    ...            PriceEvent("soon", "Listed", 1), PriceEvent("2021-05-13", " Listed ", "--")]
    >>> [(str(e["date"]), e["event"], e["price"]) for e in clean_history(history)]
    [('2021-05-13', 'Listed', None), ('2022-07-29', 'Sold', 300000.0)]
    """
    found: list[tuple[date, dict[str, object]]] = []
    for event in events:
        day = parse_date(event.date, day_first=day_first)
        if day is None:
            continue
        money = parse_money(event.price, currency_hint=currency, country=country)
        price = money.amount if money else None
        found.append((day, {"date": day, "event": clean_text(event.event), "price": price}))
    if len(found) > 1 and found[0][0] > found[-1][0]:
        found.reverse()
    return [entry for _, entry in sorted(found, key=lambda one: one[0])]


def _read(column: Column, fact: Fact, around: Around) -> Row:
    """The columns that a fact fills, by the kind of its own."""
    if own := _OWN.get(column.name):
        return {column.name: own(fact, around)}
    reader = _BY_KIND.get(column.kind, _other)
    return reader(column, fact, around)


def _place(best: Mapping[str, Fact], row: Row, sources: dict[str, str], around: Around) -> Around:
    """Fill the address's columns: each by its own fact, else by the address that has it all."""
    said = best.get("country")
    country = (parse_country(said.raw) if said else None) or around.country
    if country is None and (country := _country_of(best)):
        row["country"], sources["country"] = country, best["zip"].source
    fact = best.get("address")
    if fact is None:
        return replace(around, country=country)
    found = split_address(fact.raw, country=country)
    if found == split_address(None) or found.street is None:
        put(row, sources, fact, {"address": clean_text(fact.raw)})
    else:
        put(row, sources, fact, {"address": _without(found.street, best)})
    for name in _WHOLE_ADDRESS:
        if name not in best:
            put(row, sources, fact, {name: getattr(found, name)})
    return replace(around, country=country or found.country)


def _country_of(best: Mapping[str, Fact]) -> str | None:
    """The country of the postal code, where it is of one country only."""
    state, code = best.get("state"), best.get("zip")
    return country_of(str(state.raw) if state else None, str(code.raw)) if code else None


def _without(street: str, best: Mapping[str, Fact]) -> str:
    """The street line without the parts that have facts of their own, at its end."""
    known = {str(best[name].raw).strip() for name in _WHOLE_ADDRESS if name in best}
    parts = street.split(", ")
    while len(parts) > 1 and parts[-1] in known:
        parts.pop()
    return ", ".join(parts)


def _area(column: Column, fact: Fact, around: Around) -> Row:
    found = parse_area(fact.raw, unit_hint=fact.unit) if fact.unit else parse_area(fact.raw)
    if found is None and not unit_name(fact.unit):
        found = _usual(fact, around)
    return {
        column.name: round(found.sqft, 2) if found else None,
        f"{column.name}_raw": _with_unit(fact),
    }


def _usual(fact: Fact, around: Around) -> Area | None:
    """A bare area in the unit that is usual in the country, where it is large enough for that."""
    unit = area_unit_of(around.country)
    found = parse_area(fact.raw, unit_hint=unit) if unit else None
    return found if found and unit and found.value >= _SURE_FROM[unit] else None


def _with_unit(fact: Fact) -> str | None:
    """The text of a fact, with the unit that stood apart from a bare number."""
    text = clean_text(fact.raw)
    bare = text is not None and fact.unit and not any(char.isalpha() for char in text)
    return f"{text} {fact.unit}" if bare else text


def _date(column: Column, fact: Fact, around: Around) -> Row:
    day = parse_date(fact.raw, day_first=around.day_first)
    return {column.name: day, f"{column.name}_raw": clean_text(fact.raw)}


def _count(column: Column, fact: Fact, _: Around) -> Row:
    read = parse_year if column.unit == "year" else parse_count
    return {column.name: read(fact.raw)}


def _score(column: Column, fact: Fact, _: Around) -> Row:
    if column.unit != "miles":
        return {column.name: parse_score(fact.raw)}
    miles = parse_miles(fact.raw, unit_hint=fact.unit or "mi")
    return {column.name: None if miles is None else round(miles, 3)}


def _text(column: Column, fact: Fact, _: Around) -> Row:
    return {column.name: clean_text(fact.raw)}


def _city(raw: object) -> str | None:
    """A town without what stands in brackets behind it, its province or its quarter."""
    text = clean_text(raw)
    return (text.split(" (")[0] or None) if text else None


def _other(column: Column, fact: Fact, _: Around) -> Row:
    """A number as it is; anything that is no number of one piece is not a fact's to fill."""
    text = clean_text(fact.raw)
    try:
        value = float(text) if text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return {}
    if pa.types.is_floating(column.type):
        return {column.name: value}
    return {column.name: int(value)} if pa.types.is_integer(column.type) else {}


_BY_KIND: Final[Mapping[str, Callable[[Column, Fact, Around], Row]]] = MappingProxyType(
    {
        "area": _area,
        "date": _date,
        "count": _count,
        "score": _score,
        "text": _text,
        "category": _text,
    }
)
_OWN: Final[Mapping[str, Callable[[Fact, Around], object]]] = MappingProxyType(
    {
        "home_type": lambda fact, around: parse_home_type(fact.raw, country=around.country),
        "status": lambda fact, _: parse_status(fact.raw),
        "city": lambda fact, _: _city(fact.raw),
        "country": lambda fact, _: parse_country(fact.raw),
        "zip": lambda fact, around: parse_zip(fact.raw, country=around.country),
        "state": lambda fact, around: parse_state(fact.raw, country=around.country),
        "currency": lambda _, around: around.currency,
    }
)
"""Text columns whose values come from a closed list."""
