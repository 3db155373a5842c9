import json
import re
from datetime import date

import pytest
from parsel import Selector

from scraper.demo.site import DemoSite


def any_house(site, **wanted):
    return next(
        one
        for one in site.catalogue.houses.values()
        if not one.gone and all(getattr(one, name) == value for name, value in wanted.items())
    )


def shown(selector, markup):
    """Labels and values of a page, read without the code that crawls."""
    if markup == "table":
        rows = selector.css("table.pairs tr")
        return {row.css("th::text").get(): row.css("td::text").get() for row in rows}
    if markup == "dl":
        facts = selector.css(".facts")
        return dict(
            zip(facts.css("dt::text").getall(), facts.css("dd::text").getall(), strict=True)
        )
    if markup == "list":
        return dict(line.split(": ", 1) for line in selector.css(".facts li::text").getall())
    facts = selector.css(".fact")
    return {f.css(".fact-label::text").get(): f.css(".fact-value::text").get() for f in facts}


LABELS = {
    "table": ("Year built", "Total interior livable area", "Lot size"),
    "dl": ("Built in", "Living area", "Lot size"),
    "list": ("Year built", "Interior area", "Lot size"),
    "pairs": ("Year built", "Living area", "Lot"),
}


def area(text):
    value, unit = text.replace(",", "").split()
    return float(value) * (43_560 if unit == "Acres" else 1)


@pytest.mark.parametrize("markup", ["table", "dl", "list", "pairs"])
def test_every_value_can_be_had_back_from_the_labels(site, get, markup):
    houses = [
        one
        for one in site.catalogue.houses.values()
        if one.markup == markup and not (one.javascript or one.gone or one.flaky)
    ]
    assert houses
    for house in houses:
        facts = shown(Selector(get(site, f"/house/{house.house_id}").text), markup)
        built, living, lot = (facts.get(label, "--") for label in LABELS[markup])
        assert built == ("--" if house.year_built is None else str(house.year_built))
        if house.living_area_sqft is not None:
            assert area(living) == house.living_area_sqft
        if house.lot_size_sqft is not None:
            assert area(lot) == pytest.approx(house.lot_size_sqft)
        else:
            assert lot == "--"


def test_a_sold_house_says_so_as_portals_do(site, get):
    house = next(
        one
        for one in site.catalogue.houses.values()
        if one.status == "sold" and one.sold_price and not one.javascript and not one.gone
    )
    page = Selector(get(site, f"/house/{house.house_id}").text)
    said = page.css(".headline::text").get()
    day, price = re.fullmatch(r"Sold on (\d\d/\d\d/\d\d) for \$([\d,]+)", said).groups()
    month, day_, year = (int(part) for part in day.split("/"))
    assert date(2000 + year, month, day_) == house.sold_on
    assert float(price.replace(",", "")) == house.sold_price
    truth = site.truth.get(house.house_id)
    assert truth is None or (truth["sold_price"], truth["sold_on"]) == (
        house.sold_price,
        house.sold_on,
    )


def test_traps_stand_on_the_page(site, get):
    house = any_house(site, markup="table", javascript=False)
    page = Selector(get(site, f"/house/{house.house_id}").text)
    similar = page.css(".similar .card-price::text").getall()
    assert len(similar) == 3
    worth = page.css(".worth p span::text").getall()
    assert worth == ["Homestead estimate", "Estimated payment", "Rent estimate"]
    assert all(private in page.get() for private in house.private)


def test_a_javascript_page_has_no_fact_and_its_data_has_all(site, get):
    house = any_house(site, javascript=True)
    html = get(site, f"/house/{house.house_id}").text
    for value in (house.street, house.city, house.zip, "bd", "sqft", "$"):
        assert value not in html
    data = json.loads(get(site, f"/api/house/{house.house_id}").body)
    assert data["view"]["address"].startswith(house.street)
    assert data["property"]["homeType"]
    assert len(data["view"]["photos"]) == len(house.photos)


def test_structured_data_is_where_it_should_be_and_nowhere_else(site, get):
    for embedded, marker in (("json-ld", "application/ld+json"), ("next-data", "__NEXT_DATA__")):
        house = any_house(site, embedded=embedded, javascript=False, flaky=False)
        other = any_house(site, embedded="none", javascript=False, flaky=False)
        assert marker in get(site, f"/house/{house.house_id}").text
        assert marker not in get(site, f"/house/{other.house_id}").text


def test_search_pages_list_every_house_and_end_in_every_way(get):
    with DemoSite(per_page=5) as site:
        seen = {town.slug: _walk(site, get, town.slug) for town in site.catalogue.towns}
        for town in site.catalogue.towns:
            assert list(dict.fromkeys(seen[town.slug])) == list(town.house_ids)
        assert {town.ending for town in site.catalogue.towns} == {
            "link",
            "head",
            "pager",
            "endless",
        }
        endless = next(town for town in site.catalogue.towns if town.ending == "endless")
        last = -(-len(endless.house_ids) // 5)
        ours = get(site, f"/search/{endless.slug}?page={last}")
        far = get(site, f"/search/{endless.slug}?page={last + 50}")
        assert _ids(ours) == _ids(far)
        assert 'rel="next"' in far.text
        assert get(site, f"/search/{site.catalogue.towns[0].slug}?page=99").status == 404
        assert get(site, "/search/nowhere").status == 404


def _ids(got):
    return re.findall(r'<a href="/house/(\d+)"', got.text)


def _walk(site, get, slug):
    found, path, seen = [], f"/search/{slug}", set()
    while path and path not in seen:
        seen.add(path)
        page = get(site, path)
        new = [one for one in _ids(page) if one not in found]
        if not new:
            break
        found += new
        selector = Selector(page.text)
        links = selector.css(
            "a[rel=next]::attr(href), link[rel=next]::attr(href), a.next::attr(href)"
        )
        path = links.get()
    return found
