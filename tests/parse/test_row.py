"""Facts of a page as the typed columns of the table."""

from datetime import date

import pyarrow as pa
import pytest

from scraper.facts import PriceEvent
from scraper.parse.row import clean_history, clean_row
from scraper.schema import arrow_schema


def test_each_column_gets_its_type(facts_of):
    row = clean_row(
        facts_of(
            sold_price="$1,475,000",
            sold_on="Jul 29, 2022",
            living_area_sqft="2,298 sqft",
            lot_size_sqft="0.25 Acres",
            bathrooms="2 full, 1 half",
            year_built="1988",
            latitude="33.68005",
            photo_count="39",
            home_type="TOWNHOUSE",
            status="RECENTLY_SOLD",
            high_school="Beach High",
            high_school_score="9/10",
            high_school_distance="1.4 mi",
            heating="--",
        )
    )
    assert row["sold_price"] == 1_475_000
    assert row["currency"] == "USD"
    assert row["sold_on"] == date(2022, 7, 29)
    assert row["living_area_sqft"] == 2298
    assert row["lot_size_sqft"] == 10_890
    assert row["bathrooms"] == 2.5
    assert row["year_built"] == 1988
    assert row["latitude"] == 33.68005
    assert row["photo_count"] == 39
    assert (row["home_type"], row["status"]) == ("Townhouse", "sold")
    assert (row["high_school_score"], row["high_school_distance"]) == (9.0, 1.4)
    assert "heating" not in row


def test_the_row_fits_the_table(facts_of):
    row = clean_row(facts_of(sold_price="$1", sold_on="2022-07-29", year_built=1988, bedrooms=3))
    row["sources"] = list(row["sources"].items())
    table = pa.Table.from_pylist([row], schema=arrow_schema("houses"))
    assert table.to_pylist()[0]["sold_on"] == date(2022, 7, 29)


def test_the_text_stands_beside_the_value_even_where_there_is_none(facts_of):
    row = clean_row(facts_of(sold_price="ask us", sold_on="soon", lot_size_sqft=(0.25, "acres")))
    assert row["sold_price_raw"] == "ask us"
    assert row["sold_on_raw"] == "soon"
    assert row["lot_size_sqft_raw"] == "0.25 acres"
    assert not {"sold_price", "sold_on"} & row.keys()


def test_each_value_names_its_source(facts_of):
    row = clean_row(facts_of(address="1 Elm Cir, Salem, MA 01970", bedrooms="3", rooms="none"))
    assert row["sources"]["zip"] == "label:address"
    assert row["sources"]["bedrooms"] == "label:bedrooms"
    assert "rooms" not in row["sources"]


def test_a_whole_address_fills_what_has_no_fact_of_its_own(facts_of):
    row = clean_row(facts_of(address="1 Elm Cir, Salem, MA 01970", city="North Salem"))
    assert row["address"] == "1 Elm Cir"
    assert (row["city"], row["state"], row["zip"]) == ("North Salem", "MA", "01970")


def test_parts_of_the_address_keep_leading_zeros_and_short_forms(facts_of):
    row = clean_row(facts_of(address="1 Elm Cir", state="Massachusetts", zip="01970"))
    assert (row["address"], row["state"], row["zip"]) == ("1 Elm Cir", "MA", "01970")


def test_a_range_fills_both_ends(facts_of):
    row = clean_row(facts_of(listed_price="$470,000 - $500,000"), country="AU")
    assert (row["listed_price"], row["listed_price_max"]) == (470_000, 500_000)
    assert (row["price_kind"], row["currency"]) == ("range", "AUD")


def test_a_price_on_request_is_a_kind_without_a_price(facts_of):
    row = clean_row(facts_of(listed_price="Price on request"))
    assert row["price_kind"] == "on_request"
    assert "listed_price" not in row


def test_a_rent_is_no_price(facts_of):
    row = clean_row(facts_of(listed_price="$2,300/mo", sold_price="$300,000"))
    assert "listed_price" not in row
    assert row["sold_price"] == 300_000


@pytest.mark.parametrize(
    ("column", "raw", "amount"),
    [
        ("hoa_monthly", "$540/mo", 540),
        ("hoa_monthly", "$1,200 a year", 100),
        ("annual_tax_amount", "$6,582", 6582),
        ("annual_tax_amount", "$500/month", 6000),
    ],
)
def test_what_is_paid_again_is_brought_to_the_columns_period(facts_of, column, raw, amount):
    assert clean_row(facts_of(**{column: raw}))[column] == amount


def test_money_in_another_currency_is_left_out(facts_of):
    row = clean_row(facts_of(sold_price="€ 200.000", tax_assessed_value="$150,000"))
    assert (row["currency"], row["sold_price"]) == ("EUR", 200_000)
    assert "tax_assessed_value" not in row
    assert row["tax_assessed_value_raw"] == "$150,000"


@pytest.mark.parametrize(
    ("facts", "hints", "currency"),
    [
        ({"sold_price": 1000}, {}, None),
        ({"sold_price": 1000}, {"country": "ZA"}, "ZAR"),
        ({"sold_price": 1000}, {"country": "ZA", "currency": "EUR"}, "EUR"),
        ({"sold_price": 1000, "currency": "GBP"}, {"country": "ZA", "currency": "EUR"}, "GBP"),
        ({"sold_price": (1000, "CHF"), "currency": "GBP"}, {}, "CHF"),
        ({"sold_price": "$1,000", "country": "Canada"}, {}, "CAD"),
        ({"bedrooms": 3}, {"country": "ZA"}, None),
    ],
)
def test_the_currency_is_the_nearest_that_is_said(facts_of, facts, hints, currency):
    assert clean_row(facts_of(**facts), **hints).get("currency") == currency


@pytest.mark.parametrize(
    ("raw", "country", "sqft"),
    [
        (("120", "m2"), None, 1291.67),
        ("120", "FR", 1291.67),
        ("1,575", "US", 1575),
        ("0.25", "US", None),
        ("1,575", "GB", None),
        ("1,575", None, None),
        (("1,575", "EUR"), None, None),
    ],
)
def test_a_bare_area_needs_a_unit_or_a_country_with_one(facts_of, raw, country, sqft):
    assert clean_row(facts_of(lot_size_sqft=raw), country=country).get("lot_size_sqft") == sqft


def test_the_sites_order_of_day_and_month_is_used(facts_of):
    assert clean_row(facts_of(sold_on="03/04/2022"), day_first=True)["sold_on"] == date(2022, 4, 3)


def test_a_fact_of_no_column_is_left_out(facts_of):
    row = clean_row(facts_of(swimming_pool="yes"))
    assert row == {"sources": {}}


def test_the_history_is_oldest_first():
    events = [
        PriceEvent("7/29/2022", "Sold", "$300,000"),
        PriceEvent("7/12/2022", "Pending sale", 310000),
        PriceEvent("7/12/2022", "Price change", 310000),
        PriceEvent("someday", "Listed", "$320,000"),
        PriceEvent("5/13/2022", "Listed for sale", None),
    ]
    history = clean_history(events)
    assert [entry["event"] for entry in history] == [
        "Listed for sale",
        "Price change",
        "Pending sale",
        "Sold",
    ]
    assert [entry["price"] for entry in history] == [None, 310_000, 310_000, 300_000]
