"""What the report says, against figures computed from the same tables in another way."""

from __future__ import annotations

import re
from datetime import date
from html import escape

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from scraper.report.build import build
from scraper.schema import TABLES

SECTIONS = [
    "prices", "places", "links", "model", "houses", "suspects", "doubles", "columns", "crawl",
    "card",
]  # fmt: skip


def page(tables, **more):
    return build(tables.houses, tables.photos, tables.visits, title="Made-up houses", **more)


def tree(text):
    return lxml_html.document_fromstring(text.encode())


def text_of(element):
    return " ".join(" ".join(element.itertext()).split())


def figure(document, key):
    return text_of(document.get_element_by_id(f"figure-{key}").find("dd"))


def test_sections_are_there_in_order_and_linked(tables):
    document = tree(page(tables(80)))
    assert [section.get("id") for section in document.iter("section")] == SECTIONS
    assert document.xpath("//nav//a/@href") == [f"#{key}" for key in SECTIONS]
    assert document.findtext(".//h1") == document.findtext(".//title") == "Made-up houses"


def test_headline_figures_equal_the_tables(tables):
    made = tables(80)
    document = tree(page(made))
    median = made.houses["sold_price"].median()
    assert figure(document, "houses") == "80"
    assert figure(document, "photos") == str(made.photos["image"].notna().sum())
    assert figure(document, "towns") == str(made.houses["city"].nunique())
    assert f"${median:,.0f}" in text_of(document.get_element_by_id("figure-price"))
    rate = (made.houses["sold_price"] / made.houses["living_area_sqft"]).median()
    assert figure(document, "rate") == f"${rate:,.0f}"


def test_the_period_is_that_of_the_sales(tables):
    made = tables(80)
    first, last = made.houses["sold_on"].dropna().min(), made.houses["sold_on"].dropna().max()
    said = tree(page(made)).xpath("string(//p[@class='period'])")
    assert said == f"Houses sold {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def test_every_column_stands_under_a_theme_with_its_fill_rate(tables):
    made = tables(80)
    document = tree(page(made))
    raw = {f"{c.name}_raw" for c in TABLES["houses"] if c.has_raw}
    shown = {i.get("id") for i in document.xpath("//section[@id='columns']//li")}
    assert shown == {f"column-{c.name}" for c in TABLES["houses"] if c.name not in raw}
    assert "Other" not in document.xpath("//section[@id='columns']//h3/text()")
    for column in ("zip", "sold_on", "living_area_sqft", "heating"):
        item = document.get_element_by_id(f"column-{column}")
        percent = 100 * made.houses[column].notna().mean()
        assert float(text_of(item.find_class("rate")[0]).split()[0]) == pytest.approx(
            percent, abs=0.05
        )


def test_units_and_meanings_come_from_the_schema(tables):
    item = text_of(tree(page(tables(3))).get_element_by_id("column-lot_size_sqft"))
    assert "square feet" in item
    assert "Area of the land." in item


def test_types_ways_and_outcomes_are_counted(tables):
    made = tables(80)
    bars = {}
    for item in tree(page(made)).xpath("//ul[@class='bars']/li"):
        name, _, count = (text_of(part) for part in item)
        bars[name] = int(count)
    assert bars["Single family"] == (made.houses["home_type"] == "SingleFamily").sum()
    assert bars["browser"] == (made.houses["fetch_mode"] == "browser").sum()
    assert bars["not allowed by robots.txt"] == (made.visits["outcome"] == "denied").sum()


def test_reasons_of_visits_are_listed_without_the_good_ones(tables):
    reasons = tree(page(tables(80))).xpath("//section[@id='crawl']//ul[@class='reasons']/li")
    assert sorted(text_of(item) for item in reasons) == [
        "16 404 gone from the site",
        "16 Disallow: /p/ not allowed by robots.txt",
        "16 timeout failed",
    ]


def test_the_histogram_counts_every_priced_house_once(tables):
    tips = tree(page(tables(80))).xpath("//div[@class='hist']//b/@data-tip")
    assert sum(int(tip.rsplit(" ", 1)[1]) for tip in tips) == 80


def test_sample_houses_have_facts_and_photos_in_the_page(tables):
    cards = tree(page(tables(80))).xpath("//article")
    assert len(cards) == 24
    sources = [image.get("src") for card in cards for image in card.iter("img")]
    assert len(sources) > 24
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert all(image.get("alt") for card in cards for image in card.iter("img"))


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("arrow", [False, True])
def test_small_datasets_give_a_whole_page(tables, count, arrow):
    document = tree(page(tables(count, arrow=arrow)))
    assert figure(document, "houses") == str(count)
    assert len(document.xpath("//article")) == count
    assert "nan" not in re.sub(r"data:[^\"]*", "", lxml_html.tostring(document).decode()).lower()


def test_both_kinds_of_frames_give_the_same_page(tables):
    assert page(tables(40)) == page(tables(40, arrow=True))


def test_without_sold_prices_the_listed_ones_serve_and_this_is_said(tables):
    made = tables(40)
    made.houses["sold_price"] = None
    document = tree(page(made))
    median = made.houses["listed_price"].median()
    assert "median listed price" in text_of(document.get_element_by_id("figure-price"))
    assert f"${median:,.0f}" in text_of(document.get_element_by_id("figure-price"))
    assert "No house has a sold price" in text_of(document.get_element_by_id("prices"))


def test_without_any_price_nothing_is_invented(tables):
    made = tables(40)
    made.houses[["sold_price", "listed_price", "last_sold_price"]] = None
    document = tree(page(made))
    assert "No house of this dataset has a price." in text_of(document)
    assert not document.find_class("hist")


def test_prices_in_other_currencies_are_left_out_and_named(tables):
    made = tables(40)
    made.houses.loc[:4, "currency"] = "EUR"
    made.houses.loc[:4, "sold_price"] = 9e8
    said = text_of(tree(page(made)).get_element_by_id("prices"))
    assert "5 with a price in another currency are left out" in said
    assert "$900M" not in said


def test_what_pages_said_stays_text(tables):
    made = tables(3)
    bad = "</style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for column in ("description", "address", "city", "zip", "site", "home_type", "fetch_mode"):
        made.houses[column] = bad
    made.visits["reason"] = bad
    made.houses["url"] = "javascript:alert(1)"
    text = build(made.houses, made.photos, made.visits, title=bad, run={bad: bad})
    document = tree(text)
    assert len(list(document.iter("script"))) == 1
    assert not document.xpath("//*[@onerror]")
    assert not document.xpath("//a[starts-with(@href, 'javascript')]")
    assert escape("<script>alert(1)</script>") in text
    assert bad not in text


def test_nothing_is_loaded_from_anywhere(tables):
    document = tree(page(tables(80)))
    loaded = document.xpath("//*[not(self::a)]/@href | //@src | //@srcset | //@data | //@action")
    assert loaded
    assert all(address.startswith("data:") for address in loaded)
    style = "".join(document.xpath("//style/text()")) + "".join(document.xpath("//@style"))
    assert "url(" not in style
    assert "@import" not in style
    policy = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_many_big_photos_stay_within_bounds(tables, drawn, from_rows):
    made = tables(80)
    image = drawn(1, side=2000) + b"\0" * 200_000
    rows = [
        {"site": "made-up", "house_id": f"h{house}", "position": place, "image": image}
        for house in range(40)
        for place in range(6)
    ]
    text = build(made.houses, from_rows("photos", rows), made.visits, title="Big")
    assert len(text) < 3_000_000
    assert len(list(tree(text).iter("img"))) > 24


def test_photos_that_are_no_pictures_are_passed_over(tables):
    made = tables(20)
    made.photos["image"] = b"not a picture"
    document = tree(page(made))
    assert not list(document.iter("img"))
    assert len(document.find_class("none")) == 20


def test_suspects_are_the_odd_houses_only(tables):
    made = tables(80)
    assert "Nothing odd was found" in text_of(tree(page(made)).get_element_by_id("suspects"))
    made.houses.loc[5, "sold_price"] = made.houses.loc[5, "living_area_sqft"] * 60_000
    made.houses.loc[9, "latitude"] = 123.0
    row = made.houses["living_area_sqft"].notna()
    late = made.houses[row].index[20]
    made.houses.loc[late, ["year_built", "sold_on"]] = [2019, date(1999, 5, 1)]
    said = [text_of(item) for item in tree(page(made)).xpath("//ol[@class='suspects']/li")]
    assert len(said) == 3
    assert "latitude is 123, out of -90 to 90" in said[0]
    assert "$60,000 per sqft" in said[1]
    assert "sold in 1999, built in 2019" in said[2]
    pictured = [len(list(item.iter("img"))) for item in tree(page(made)).xpath("//ol/li")]
    assert pictured[:2] == [1, 1], "houses 9 and 5 have photos"


def test_a_simple_model_is_tried_and_what_it_goes_by_is_told(tables):
    made = tables(300)
    said = tree(page(made)).get_element_by_id("model")
    assert "learned from others only" in text_of(said)
    assert said.xpath(".//ul[@class='bars']/li/span[@class='name']/text()")[0] == "living_area_sqft"
    off = float(said.xpath(".//dd/text()")[0].removesuffix(" %"))
    assert off < 40
    mixed = made.houses["sold_price"].sample(frac=1, random_state=1).to_numpy()
    made.houses["sold_price"] = mixed
    worse = tree(page(made)).get_element_by_id("model").xpath(".//dd/text()")[0]
    assert float(worse.removesuffix(" %")) > off + 10, "the control: prices of other houses"
    few = text_of(tree(page(tables(80))).get_element_by_id("model"))
    assert "It takes 200 houses" in few


def test_a_price_that_the_model_does_not_understand_is_a_suspect_once(tables):
    made = tables(300)
    row = int(made.houses[made.houses["living_area_sqft"].notna()].index[7])
    made.houses.loc[row, "sold_price"] *= 40
    made.houses.loc[row, "address"] = "40 Odd St"
    said = [text_of(one) for one in tree(page(made)).xpath("//ol[@class='suspects']/li")]
    assert "40 Odd St" in said[0]
    assert "times higher than usual in" in said[0]
    assert "where a model of the others expects about" in said[0]
    assert sum("40 Odd St" in one for one in said) == 1


def test_a_house_under_two_ids_and_a_photo_of_several_houses(tables):
    made = tables(40)
    nothing = text_of(tree(page(made)).get_element_by_id("doubles"))
    assert nothing.count("0 found") == 2
    again = made.houses[made.houses["living_area_sqft"].notna()].iloc[[3]].copy()
    again[["address", "zip", "house_id"]] = ["5 Elm St", "90001", "again"]
    made.houses.loc[again.index[0], ["address", "zip"]] = ["5 Elm St", "90001"]
    made.houses = pd.concat([made.houses, again], ignore_index=True)
    made.photos["sha256"] = [f"{n:064x}" for n in range(len(made.photos))]
    one_of_each = made.photos.drop_duplicates("house_id").index[:3]
    made.photos.loc[one_of_each, "sha256"] = "a" * 64
    said = tree(page(made)).get_element_by_id("doubles")
    assert "1 found again 5 Elm St the same as" in text_of(said)
    assert "1 found 3 houses" in text_of(said)
    assert len(list(said.iter("img"))) == 1


def test_columns_that_drifted_stand_first_and_luck_is_told_from_it(tables):
    made = tables(400)
    before = made.houses.iloc[:250].copy()
    section = tree(page(made, compared=before, since="version 1")).get_element_by_id("drift")
    assert "The 150 houses that were not in version 1" in text_of(section)
    assert not section.xpath(".//li[not(contains(@class, 'rest'))]"), "the control: nothing drifted"
    made.houses.loc[250:, "year_built"] += 80
    section = tree(page(made, compared=before)).get_element_by_id("drift")
    moved = section.xpath(".//li[not(contains(@class, 'rest'))]/span[@class='name']/text()")
    assert moved == ["year_built"]


def test_changes_are_counted_house_by_house(tables):
    made = tables(40)
    before = made.houses.iloc[5:].copy()
    before.loc[10:12, "sold_price"] = 1.0
    before["zip"] = None
    document = tree(page(made, compared=before))
    assert [one.get("id") for one in document.iter("section")][:2] == ["changes", "drift"]
    said = text_of(document.get_element_by_id("changes"))
    assert "new 5 no longer there 0 in both 35" in said
    assert "3 sold_price" in said
    assert "zip" in said
    moved = made.houses.loc[10, "sold_price"]
    assert f"$1 → ${moved:,.0f}" in said
    assert f"{100 * (moved - 1):+.1f} %" in said


def test_the_run_and_the_sites_stand_on_the_data_card(tables):
    run = {"run_id": "r1", "states": {"ok": 70}, "stats": {"downloader/x": 1, "photos/ok": 9}}
    said = text_of(tree(page(tables(40), run=run)).get_element_by_id("card"))
    assert "made-up (40)" in said
    assert "states: ok 70" in said
    assert "photos/ok 9" in said
    assert "downloader/x" not in said


ODD = [None, float("nan"), float("inf"), -5.0, 0.0, 1e-3, 1.0, 7.0, 4e5, 1e12]
NUMBERS = ("sold_price", "listed_price", "living_area_sqft", "lot_size_sqft", "latitude",
           "longitude", "bedrooms", "tax_assessed_value")  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from(ODD)] * len(NUMBERS)), min_size=1, max_size=12))
def test_no_value_is_too_odd(rows):
    houses = pd.DataFrame(rows, columns=list(NUMBERS)).assign(
        home_type="Condo", zip="90001", city="Alder Point", url="http://[", final_url="http://["
    )
    document = tree(build(houses, pd.DataFrame(), pd.DataFrame(), title="Odd"))
    assert figure(document, "houses") == str(len(rows))
    places = [
        float(at) for at in re.findall(r"left:([-\d.]+)%", lxml_html.tostring(document).decode())
    ]
    assert all(0 <= at <= 100 for at in places)


def test_the_same_tables_give_the_same_page(tables):
    assert page(tables(40)) == page(tables(40))
