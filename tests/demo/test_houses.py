from scraper.demo.seeded import Seeded, house
from scraper.schema import HOME_TYPES, SQFT_PER_ACRE, STATUSES


def test_a_seed_gives_the_same_houses_and_another_seed_gives_others():
    assert Seeded(40, 3).catalogue() == Seeded(40, 3).catalogue()
    assert Seeded(40, 3).catalogue().houses.keys() != Seeded(40, 4).catalogue().houses.keys()


def test_a_house_does_not_depend_on_how_many_there_are():
    few, many = Seeded(10).catalogue(), Seeded(200).catalogue()
    assert all(many.houses[one] == house for one, house in few.houses.items())


def test_every_id_is_there_once():
    assert len(Seeded(2000).catalogue().houses) == 2000


def test_the_houses_have_all_that_a_crawl_must_cope_with():
    houses = [*Seeded().catalogue().houses.values()]
    assert {one.status for one in houses} == set(STATUSES) - {"gone"}
    assert {one.home_type for one in houses} >= set(HOME_TYPES) - {"Other"}
    assert {one.markup for one in houses} == {"table", "dl", "list", "pairs"}
    assert {one.embedded for one in houses} == {"none", "json-ld", "next-data"}
    assert sum(one.javascript for one in houses) == 60
    assert {one.gone for one in houses} == {0, 404, 410}
    assert sum(one.flaky for one in houses) == 1
    kinds = {photo.kind for one in houses for photo in one.photos}
    assert kinds == {"jpeg", "turned", "png", "truncated", "missing"}
    assert any(one.bathrooms and one.bathrooms % 1 == 0.5 for one in houses)
    assert any(one.lot_size_sqft and one.lot_size_sqft > SQFT_PER_ACRE for one in houses)
    for column in ("bedrooms", "year_built", "lot_size_sqft", "heating", "tax_assessed_value"):
        assert any(getattr(one, column) is None for one in houses)
    assert any(one.zip.startswith("0") for one in houses)
    assert any(one.status == "sold" and one.sold_price is None for one in houses)


def test_prices_go_with_area_and_town():
    homes = [house(number, 7) for number in range(600)]
    paid = [one for one in homes if one.listed_price and one.living_area_sqft]
    dear = [h.listed_price / h.living_area_sqft for h in paid if h.city == "Alder Point"]
    cheap = [h.listed_price / h.living_area_sqft for h in paid if h.city == "Laurel Gap"]
    assert sorted(dear)[len(dear) // 2] > 3 * sorted(cheap)[len(cheap) // 2]
    large = [h.listed_price for h in paid if h.living_area_sqft > 2500]
    small = [h.listed_price for h in paid if h.living_area_sqft < 1200]
    assert sum(large) / len(large) > 1.5 * sum(small) / len(small)


def test_days_of_a_sale_are_in_order():
    for one in Seeded().catalogue().houses.values():
        days = [event.on for event in one.history]
        assert days == sorted(days, reverse=True)
        if one.sold_on and one.listed_on:
            assert one.listed_on <= one.sold_on
        if one.last_sold_on and one.listed_on:
            assert one.last_sold_on < one.listed_on
