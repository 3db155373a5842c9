"""Embedded JSON, JSON-LD, microdata, RDFa, OpenGraph, and the site file's own places."""

from __future__ import annotations

import json
import time

import pytest

from scraper.extract.hints import Hints
from scraper.extract.objects import _are_mute

HOUSE = {
    "id": 9912345,
    "price": 450000,
    "bedrooms": 3,
    "bathrooms": 2.5,
    "livingArea": 1450,
    "livingAreaUnits": "Square Feet",
    "yearBuilt": 1988,
    "homeType": "SINGLE_FAMILY",
    "address": {"streetAddress": "12 Oak St", "city": "Salem", "state": "OR", "zipcode": "97301"},
    "latitude": 44.9,
    "longitude": -123.03,
}
OTHER = {**HOUSE, "id": 555, "price": 99000, "bedrooms": 9, "address": {"streetAddress": "1 X"}}
STATE = {"props": {"data": {"listing": HOUSE, "otherStuff": [OTHER, OTHER]}}}
TEXT = json.dumps(STATE)
PACKED = {
    "application/json": f'<script id="__NEXT_DATA__" type="application/json">{TEXT}</script>',
    "assigned": f"<script>window.__STATE__ = {TEXT};</script>",
    "assigned, more code": f"<script>var a=1; window.S = {TEXT}; console.log('x');</script>",
    "bare keys": "<script>var listing = {id: 9912345, price: 450000, bedrooms: 3, bathrooms: 2.5,"
    " livingArea: 1450, livingAreaUnits: 'Square Feet', yearBuilt: 1988, address: {streetAddress:"
    " '12 Oak St', city: 'Salem', state: 'OR', zipcode: '97301'}};</script>",
    "JSON.parse": f"<script>window.S = JSON.parse({json.dumps(TEXT)});</script>",
    "string in JSON": '<script type="application/json">'
    + json.dumps({"cache": {"q1": TEXT}})
    + "</script>",
    "pushed stream": f"<script>self.__f.push([1,{json.dumps('a1:' + TEXT)}])</script>",
}


@pytest.mark.parametrize("name", PACKED)
def test_json_is_found_however_it_is_packed(read, name):
    best = read(PACKED[name]).best
    raw = {column: fact.raw for column, fact in best.items()}
    assert (raw["listed_price"], raw["bedrooms"], raw["bathrooms"]) == (450000, 3, 2.5)
    assert (raw["address"], raw["city"], raw["state"], raw["zip"]) == (
        "12 Oak St",
        "Salem",
        "OR",
        "97301",
    )
    assert (raw["living_area_sqft"], best["living_area_sqft"].unit) == (1450, "Square Feet")
    assert best["bedrooms"].source.startswith("embedded:")


def test_the_object_with_the_pages_id_wins_over_a_fuller_one(read):
    fuller = {**OTHER, "lotSize": 5000, "heating": "Gas", "cooling": "Central"}
    state = {"first": fuller, "second": HOUSE}
    best = read(f'<script type="application/json">{json.dumps(state)}</script>').best
    assert best["listed_price"].raw == 450000


def test_one_of_several_houses_in_a_list_is_not_this_house(values):
    state = {"results": [OTHER, {**OTHER, "id": 556}]}
    found = values(f'<script type="application/json">{json.dumps(state)}</script>')
    assert "listed_price" not in found


def test_broken_json_breaks_nothing(values):
    body = (
        '<script type="application/json">{"price": 1, </script><script>window.X = {price: </script>'
    )
    assert values(body + "<p>Bedrooms: 3</p>")["bedrooms"] == "3"


JSON_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "BreadcrumbList", "itemListElement": []},
        {
            "@type": ["RealEstateListing", "Product"],
            "url": "https://homes.example/h/12-oak-st/9912345",
            "image": ["https://i.example/p/1.jpg", {"contentUrl": "https://i.example/p/2.jpg"}],
            "offers": {"@type": "Offer", "price": "450000", "priceCurrency": "USD"},
            "about": {
                "@type": "SingleFamilyResidence",
                "numberOfBedrooms": 3,
                "floorSize": {"@type": "QuantitativeValue", "value": 135, "unitCode": "MTK"},
                "address": {"@type": "PostalAddress", "streetAddress": "12 Oak St"},
                "geo": {"latitude": 44.9, "longitude": -123.03},
            },
            "additionalProperty": [
                {"@type": "PropertyValue", "name": "Year built", "value": "1988"}
            ],
        },
    ],
}


def test_json_ld(read):
    extraction = read(f'<script type="application/ld+json">{json.dumps(JSON_LD)}</script>')
    raw = {column: fact.raw for column, fact in extraction.best.items()}
    assert (raw["listed_price"], raw["currency"], raw["bedrooms"]) == ("450000", "USD", 3)
    assert (raw["address"], raw["latitude"], raw["year_built"]) == ("12 Oak St", 44.9, "1988")
    assert extraction.best["living_area_sqft"].unit == "MTK"
    assert extraction.photo_urls == ("https://i.example/p/1.jpg", "https://i.example/p/2.jpg")


def test_json_ld_of_another_house_is_left_out(values):
    other = {
        "@type": "House",
        "url": "https://homes.example/h/7-elm/1234567",
        "numberOfBedrooms": 9,
    }
    own = {
        "@type": "House",
        "url": "https://homes.example/h/12-oak-st/9912345",
        "numberOfBedrooms": 3,
    }
    body = f'<script type="application/ld+json">{json.dumps([other, own])}</script>'
    assert values(body)["bedrooms"] == "3"


def test_microdata(values):
    found = values(
        '<div itemscope itemtype="https://schema.org/House"><span itemprop="numberOfRooms">6</span>'
        '<div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">'
        '<span itemprop="streetAddress">12 Oak St</span></div><div itemprop="offers" itemscope>'
        '<meta itemprop="price" content="450000"><meta itemprop="priceCurrency" content="USD">'
        "</div></div>"
    )
    assert (found["address"], found["listed_price"], found["rooms"]) == ("12 Oak St", "450000", "6")


def test_rdfa_lite(values):
    found = values(
        '<div vocab="https://schema.org/" typeof="House"><span property="numberOfBedrooms">3</span>'
        '<div property="address" typeof="PostalAddress"><b property="streetAddress">12 Oak St</b>'
        "</div></div>"
    )
    assert (found["address"], found["bedrooms"]) == ("12 Oak St", "3")


def test_the_head(values):
    head = (
        '<meta property="place:location:latitude" content="44.9">'
        '<meta property="place:location:longitude" content="-123.03">'
        '<meta property="og:title" content="12 Oak St, Salem, OR 97301">'
        '<meta property="product:price:amount" content="450000">'
    )
    found = values("<p></p>", head=head)
    assert (found["latitude"], found["longitude"], found["listed_price"]) == (
        "44.9",
        "-123.03",
        "450000",
    )
    assert (found["city"], found["state"], found["zip"]) == ("Salem", "OR", "97301")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("#fig b::text", "$451,000"),
        ("#fig b", "$451,000"),
        ("//div[@id='fig']/b/text()", "$451,000"),
        ("//div[@id='fig']", "Now $451,000"),
        ("json:props.data.listing.price", "450000"),
    ],
)
def test_the_site_files_place_wins(read, place, value):
    own = "<div id='fig'>Now <b>$451,000</b></div><p>List price: $470,000</p>"
    body = own + PACKED["application/json"]
    best = read(body, hints=Hints(fields={"listed_price": place})).best
    assert str(best["listed_price"].raw) == value
    assert best["listed_price"].source == f"site:{place}"


@pytest.mark.parametrize("place", ["#none::text", "//none", "json:none", "json:a[", "::::"])
def test_a_place_that_is_not_there_gives_way(values, place):
    found = values("<p>List price: $470,000</p>", hints=Hints(fields={"listed_price": place}))
    assert found["listed_price"] == "$470,000"


def test_layers_that_agree_beat_one_that_does_not(values):
    body = (
        "<p>Year built: 1990</p>"
        '<script type="application/ld+json">{"@type": "House", "yearBuilt": 1988}</script>'
        '<div itemscope itemtype="https://schema.org/House"><i itemprop="yearBuilt">1988</i></div>'
    )
    assert values(body)["year_built"] == "1988"


@pytest.mark.parametrize(
    "body", ["", "\x00\x01", "<", "<html>", "{}", "<p>" * 3000 + "x", "\ufffd"]
)
def test_any_page_can_be_read(page_of, read, body):
    assert read(body).best is not None


def test_the_postal_code_beside_the_pages_position_is_the_houses(values):
    place = {"latitude": 51.36, "longitude": 1.13, "postcode": "CT9 9ZZ"}
    script = f'<script type="application/json">{json.dumps({"map": {"centre": place}})}</script>'
    assert values(f"<h1>Mill Lane, Elmbury CT9</h1>{script}")["zip"] == "CT9 9ZZ"


def test_of_two_positions_none_gives_a_postal_code(values):
    places = [{"latitude": 51.3 + n, "longitude": 1.1, "postcode": f"CT{n} 9ZZ"} for n in (1, 2)]
    state = {"here": places[0], "there": places[1]}
    script = f'<script type="application/json">{json.dumps(state)}</script>'
    assert "zip" not in values(f"<h1>Mill Lane, Elmbury</h1>{script}")


def test_a_house_among_thousands_of_other_objects_is_found_wherever_it_stands(read):
    words = [{"id": n, "key": f"label.{n}", "text": "short"} for n in range(300)]
    house = {"bedrooms": 3, "yearBuilt": 1950, "price": 300_000}
    for state in ({"words": words, "house": house}, {"words": words, "deep": [[house]]}):
        script = f'<script type="application/json">{json.dumps(state)}</script>'

        assert read(script).best["year_built"].raw == 1950, state


def test_a_place_and_an_address_of_two_keys_are_no_mute_objects():
    keys = ("id", "text"), ("latitude", "longitude"), ("street", "number", "price"), ("price", "id")

    assert [_are_mute(one) for one in keys] == [True, False, False, True]


@pytest.mark.parametrize(
    "word", ["price:1;bed:2;\n", '"price":1,"bed":2,\n', '({"price:1;bed:2;\n']
)
def test_a_program_of_a_hundred_thousand_words_is_searched_once(read, word):
    began = time.process_time()
    read(f"<script>f({word * (600_000 // len(word))})</script>")

    assert time.process_time() - began < 5
