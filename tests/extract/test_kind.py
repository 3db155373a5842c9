"""House, search page, or neither."""

from __future__ import annotations

from scraper.extract.house import extract
from scraper.extract.kind import missing, page_kind

CARDS = "".join(
    f"<li><a href='/h/{n}-elm-rd/99887{n}'><b>$29{n},000</b> 5 bd</a></li>" for n in range(8)
)
HOUSE = (
    "<h1>12 Oak St, Salem, OR 97301</h1><div class='price'>$450,000</div><dl><dt>Bedrooms</dt>"
    "<dd>3</dd><dt>Living area</dt><dd>1,450 sqft</dd><dt>Year built</dt><dd>1988</dd></dl>"
)


def kind_of(page):
    return page_kind(page, extract(page))


def test_a_house(page_of):
    assert kind_of(page_of(HOUSE)) == "house"


def test_a_house_with_similar_homes_is_a_house(page_of):
    assert kind_of(page_of(f"{HOUSE}<h2>Similar homes</h2><ul>{CARDS}</ul>")) == "house"


def test_a_list(page_of):
    assert (
        kind_of(page_of(f"<h1>Homes in Salem</h1><ul>{CARDS}</ul>", "https://homes.example/sold"))
        == "search"
    )


def test_neither(page_of):
    assert kind_of(page_of("<h1>About us</h1><p>We sell houses.</p>")) == "unknown"


def test_what_a_row_lacks():
    assert missing({"address": "12 Oak St", "living_area_sqft": 1.0}) == []
    assert missing({"living_area_sqft": 1.0}) == ["address"]
    assert missing({"city": "Goya", "living_area_sqft": 1.0}) == []
    assert "sold_price" in missing({"address": "12 Oak St"})
    assert missing({"address": "12 Oak St", "sold_price": 1.0}, ["year_built"]) == ["year_built"]
    assert missing({"year_built": 1988}, ["year_built", "bedrooms"]) == []
