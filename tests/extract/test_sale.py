"""Sold, asked, sold before."""

from __future__ import annotations

import pytest

H1 = "<h1>12 Oak St, Salem, OR 97301</h1>"
HISTORY = (
    "<section><h2>Price history</h2><table><tr><th>Date</th><th>Event</th><th>Price</th></tr>"
    "<tr><td>5/1/2022</td><td>Listed for sale</td><td>$1,400,000 -2%</td></tr>"
    "<tr><td>9/4/2020</td><td>Sold</td><td>$189,900 <span>$120/sqft</span></td></tr>"
    "<tr><td>2/2/1999</td><td>Sold</td><td>$90,000</td></tr></table></section>"
)


def test_the_sentence_of_a_sold_page(values):
    found = values(f"{H1}<p>Sold on 07/29/22 for $1,475,000</p>")
    assert (found["sold_price"], found["sold_on"], found["status"]) == (
        "$1,475,000",
        "07/29/22",
        "sold",
    )
    assert "listed_price" not in found


def test_the_sentence_of_an_earlier_sale(values):
    found = values(
        f"{H1}<span class='status'>For sale</span><b class='price'>$265,000</b>"
        "<p>Last sold: $189,900 on 9/4/2020</p>"
    )
    assert (found["listed_price"], found["status"]) == ("$265,000", "for_sale")
    assert (found["last_sold_price"], found["last_sold_on"]) == ("$189,900", "9/4/2020")
    assert "sold_price" not in found


@pytest.mark.parametrize("status", ["SOLD", "Sold", "Closed"])
def test_the_plain_price_of_a_sold_page_is_what_it_was_sold_for(values, status):
    found = values(f"{H1}<dl><dt>Status</dt><dd>{status}</dd><dt>Price</dt><dd>$450,000</dd></dl>")
    assert found["sold_price"] == "$450,000"
    assert "listed_price" not in found


@pytest.mark.parametrize("status", ["For sale", "Active", "Pending", "Sold STC"])
def test_the_plain_price_of_an_open_sale_is_asked(values, status):
    found = values(f"{H1}<dl><dt>Status</dt><dd>{status}</dd><dt>Price</dt><dd>$450,000</dd></dl>")
    assert found["listed_price"] == "$450,000"
    assert "sold_price" not in found


def test_off_market_the_plain_price_is_an_estimate(values):
    found = values(
        f"{H1}<span class='status'>Off market</span><b class='price'>$612,000</b>"
        "<dl><dt>Last sold</dt><dd>$316,000 on 2/9/2019</dd></dl>"
    )
    assert "listed_price" not in found
    assert "sold_price" not in found
    assert (found["last_sold_price"], found["last_sold_on"]) == ("$316,000", "2/9/2019")


def test_history_gives_the_earlier_sale_of_an_open_one(read):
    extraction = read(
        f"{H1}<span class='status'>For sale</span><b class='price'>$1,400,000</b>{HISTORY}"
    )
    assert [(e.date, e.event, e.price) for e in extraction.price_history] == [
        ("5/1/2022", "Listed for sale", "$1,400,000"),
        ("9/4/2020", "Sold", "$189,900"),
        ("2/2/1999", "Sold", "$90,000"),
    ]
    best = extraction.best
    assert best["listed_price"].raw == "$1,400,000"
    assert (best["last_sold_price"].raw, best["last_sold_on"].raw) == ("$189,900", "9/4/2020")
    assert best["listed_on"].raw == "5/1/2022"


def test_history_gives_the_sale_of_a_sold_page(read):
    best = read(f"{H1}<span class='status'>Sold</span>{HISTORY}").best
    assert (best["sold_price"].raw, best["sold_on"].raw) == ("$189,900", "9/4/2020")


def test_history_gives_the_listing_that_led_to_a_sale(read):
    rows = (
        ("7/29/2022", "Sold", "$1,475,000"),
        ("6/1/2022", "Price change", "$1,450,000"),
        ("5/1/2022", "Listed for sale", "$1,400,000"),
        ("9/4/2020", "Sold", "$189,900"),
    )
    body = "".join(f"<tr><td>{d}</td><td>{e}</td><td>{p}</td></tr>" for d, e, p in rows)
    table = f"<table><tr><th>Date</th><th>Event</th><th>Price</th></tr>{body}</table>"
    sold = "<p>Sold on 07/29/22 for $1,475,000</p>"
    best = read(f"{H1}{sold}<section><h2>Price history</h2>{table}</section>").best
    assert (best["listed_price"].raw, best["listed_on"].raw) == ("$1,400,000", "5/1/2022")
    assert (best["last_sold_price"].raw, best["last_sold_on"].raw) == ("$189,900", "9/4/2020")


def test_a_sale_entered_twice_is_no_earlier_sale(read):
    second = "<tr><td>8/20/2020</td><td>Sold</td><td>$189,900</td></tr>"
    page = f"{H1}<span class='status'>Sold</span>{HISTORY}".replace(
        "<tr><td>2/2", f"{second}<tr><td>2/2"
    )
    best = read(page).best
    assert (best["last_sold_price"].raw, best["last_sold_on"].raw) == ("$90,000", "2/2/1999")
    assert "listed_price" not in best


def test_what_was_asked_is_no_undisclosed_price(values):
    found = values(
        f"{H1}<span class='badge'>Sold</span><p class='headline'>Sold on 07/29/22</p>"
        "<dl><dt>List price</dt><dd>$598,000</dd><dt>Price per sqft</dt><dd>$248</dd></dl>"
    )
    assert (found["status"], found["listed_price"]) == ("sold", "$598,000")
    assert "sold_price" not in found


def test_the_currency_of_a_page_whose_only_sums_are_of_the_past(values):
    assert values(f"{H1}<span class='badge'>Off market</span>{HISTORY}")["currency"] == "$"


def test_history_as_a_list(read):
    items = [
        ("Jul 29, 2022", "Sold", "$1,475,000"),
        ("May 1, 2022", "Listed for sale", "$1,400,000"),
    ]
    body = "".join(f"<li><b>{d}</b><span>{e}</span><i>{p}</i></li>" for d, e, p in items)
    extraction = read(f"{H1}<section><h2>Price history</h2><ul>{body}</ul></section>")
    assert [(e.date, e.event, e.price) for e in extraction.price_history] == items


def test_taxes_of_the_newest_year(values):
    body = (
        "<h2>Tax history</h2><table><tr><th>Year</th><th>Property taxes</th><th>Tax assessment</th>"
        "</tr><tr><td>2023</td><td>$6,582</td><td>$563,931</td></tr>"
        "<tr><td>2022</td><td>$6,000</td><td>$500,000</td></tr></table>"
    )
    found = values(H1 + body)
    assert (found["tax_assessed_value"], found["annual_tax_amount"]) == ("$563,931", "$6,582")
    assert "sold_price" not in found


def test_a_losing_price_is_kept_among_the_others(read):
    extraction = read(f"{H1}<p>List price: $450,000</p><div class='price'>$455,000</div>")
    assert extraction.best["listed_price"].raw == "$450,000"
    assert [fact.raw for fact in extraction.others["listed_price"]] == ["$455,000"]


def test_a_sale_that_is_named_off_market_is_a_sale(values):
    found = values(
        f"{H1}<span class='badge'>Off market</span><p>Sold on 08/09/83 for $100,150</p>"
        "<p>Zestimate: $612,000</p>"
    )
    assert (found["status"], found["sold_price"], found["sold_on"]) == (
        "off_market",
        "$100,150",
        "08/09/83",
    )


@pytest.mark.parametrize("event", ["Listed for rent", "Rented"])
def test_a_rent_of_the_history_is_no_listing(read, event):
    rows = f"<tr><td>7/4/2020</td><td>{event}</td><td>$2,200</td></tr>"
    best = read(f"{H1}<p>For sale</p>{HISTORY.replace('<tr><td>5/1', rows + '<tr><td>5/1')}").best
    assert best["listed_price"].raw == "$1,400,000"
