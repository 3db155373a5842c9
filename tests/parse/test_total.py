"""No parser ever raises, and what the US write comes back as it went in."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.columns import Column
from scraper.facts import Fact, PriceEvent
from scraper.parse.address import split_address
from scraper.parse.area import area_or_reason, parse_area
from scraper.parse.bounds import out_of_bounds
from scraper.parse.country import parse_country
from scraper.parse.counts import parse_count, parse_miles, parse_score, parse_year
from scraper.parse.currency import parse_currency
from scraper.parse.dates import parse_date
from scraper.parse.home_type import parse_home_type
from scraper.parse.money import parse_money
from scraper.parse.regions import parse_state
from scraper.parse.row import clean_history, clean_row
from scraper.parse.status import parse_status
from scraper.parse.text import clean_text
from scraper.schema import TABLES

_WORDS = (
    "$ € £ R$ kr Rs 1 2 0 9 10 1,000 1.5 .5 ½ 1/4 1/0 - \u2013 + / ( ) x \u00d7 , . : ' m² sqft"
    " acres ha ft k M lac Cr to from per month /mo year beds full half Studio May 29 2022 July"
    " 1e999 CA 92648 St Co. Meath SW1A 1AA ٣ 四 ² \u00a0 \u202f \0 \n NaN inf -1"
    " 99999999999999999999 &#x0; USA"
)
_PIECES = st.sampled_from(_WORDS.split(" "))
_TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(_PIECES, max_size=12).map("".join),
    st.lists(_PIECES).map(" ".join),
)
_RAWS = st.one_of(_TEXTS, st.none(), st.booleans(), st.integers(), st.floats(), st.binary())
_PARSERS = [parse_money, parse_area, area_or_reason, parse_date, parse_count, parse_year]
_PARSERS += [parse_score, parse_miles, parse_home_type, parse_status, parse_country, clean_text]
_PARSERS += [split_address, parse_state, parse_currency]


@pytest.mark.parametrize("parser", _PARSERS, ids=lambda parser: parser.__name__)
@settings(max_examples=150, deadline=None)
@given(raw=_RAWS)
def test_a_parser_never_raises(parser, raw):
    parser(raw)


@settings(max_examples=100, deadline=None)
@given(raw=_TEXTS, hint=_TEXTS)
def test_hints_never_make_a_parser_raise(raw, hint):
    parse_money(raw, currency_hint=hint, country=hint)
    parse_area(raw, unit_hint=hint)
    parse_miles(raw, unit_hint=hint)
    split_address(raw, country=hint)
    parse_home_type(raw, country=hint)


_COLUMNS: list[Column] = list(TABLES["houses"])
_FACT = st.builds(
    Fact,
    st.sampled_from([column.name for column in _COLUMNS]),
    st.one_of(_TEXTS, st.integers(), st.floats(), st.booleans()),
    st.just("label:x"),
    st.just(0.5),
    _TEXTS,
)


@settings(max_examples=150, deadline=None)
@given(facts=st.lists(_FACT, max_size=12), country=st.sampled_from([None, "US", "FR", "XX", ""]))
def test_any_facts_give_a_row_that_can_be_judged(facts, country):
    row = clean_row({fact.column: fact for fact in facts}, country=country)
    out_of_bounds(row)
    assert None not in row.values()


@settings(max_examples=50, deadline=None)
@given(events=st.lists(st.builds(PriceEvent, _TEXTS, _TEXTS, _RAWS), max_size=6))
def test_any_history_comes_out_in_order(events):
    days = [entry["date"] for entry in clean_history(events)]
    assert days == sorted(days)


@given(amount=st.integers(1, 999_999_999))
def test_a_us_price_comes_back(amount):
    assert parse_money(f"${amount:,}").amount == amount
    assert parse_money(f"${amount:,}.00").amount == amount
    assert parse_money(f"Sold for ${amount:,}").amount == amount


@given(low=st.integers(1, 10**8), more=st.integers(1, 10**8))
def test_a_us_range_comes_back(low, more):
    money = parse_money(f"${low:,} - ${low + more:,}")
    assert (money.amount, money.high, money.currency) == (low, low + more, "USD")


@given(sqft=st.integers(1, 9_999_999))
def test_a_us_area_comes_back(sqft):
    assert parse_area(f"{sqft:,} sqft").sqft == sqft
    assert parse_area(f"{sqft} Square Feet").sqft == sqft


@given(hundredths=st.integers(1, 10**6))
def test_acres_come_back(hundredths):
    acres = hundredths / 100
    assert parse_area(f"{acres:.2f} Acres").sqft == pytest.approx(acres * 43_560)
    assert parse_area(f"{acres:,.3f} acres").value == pytest.approx(acres)


@given(day=st.dates(date(1700, 1, 1), date(2068, 12, 31)))
def test_a_day_comes_back(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%m/%d/%Y}") == day
    assert parse_date(f"{day:%d/%m/%Y}", day_first=True) == day
    assert parse_date(f"{day:%b} {day.day}, {day.year}") == day
    assert parse_date(f"{day.day} {day:%B} {day.year}") == day


@given(
    number=st.integers(1, 99999),
    zip_code=st.integers(1, 99999),
    state=st.sampled_from(["CA", "MA", "NY", "TX", "OR", "IN", "ME"]),
)
def test_a_us_address_comes_back(number, zip_code, state):
    found = split_address(f"{number} Castle Cir, Beach City, {state} {zip_code:05}")
    assert (found.street, found.city) == (f"{number} Castle Cir", "Beach City")
    assert (found.state, found.zip) == (state, f"{zip_code:05}")
