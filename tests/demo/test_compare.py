import pandas as pd
import pytest

from scraper.demo.compare import compare
from scraper.demo.site import DemoSite


@pytest.fixture
def crawled():
    """A small site, and the tables that a crawl without a fault would bring home."""
    with DemoSite(houses=30) as site:
        houses = [dict(row) for row in site.truth.values()]
        photos = [
            {"house_id": one, "url": url, "image": b"jpeg", "width": 320, "height": 200,
             "original_width": photo.width, "original_height": photo.height}
            for one in site.truth
            for photo, url in zip(
                site.catalogue.houses[one].photos, site.photo_urls(one), strict=True
            )
            if photo.decodable
        ]  # fmt: skip
        yield site, houses, photos


def judged(site, houses, photos):
    return compare(site, pd.DataFrame(houses), pd.DataFrame(photos))


def test_a_crawl_without_a_fault_is_complete(crawled):
    result = judged(*crawled)
    assert result.complete, result.lines()
    assert result.existing == result.stored == len(crawled[1])
    assert result.photos == result.photos_stored == len(crawled[2])
    assert "fields right" in result.lines()[1]


def test_a_missing_a_double_and_an_unwanted_house_are_found(crawled):
    site, houses, photos = crawled
    lost, doubled = houses[0]["house_id"], houses[1]["house_id"]
    denied, gone = min(site.disallowed), min(site.gone)
    rows = [*houses[1:], houses[1], {"house_id": denied}, {"house_id": gone, "status": "sold"}]
    result = judged(site, rows, photos)
    assert (result.missing, result.twice) == ([lost], [doubled])
    assert result.extra == sorted((denied, gone))
    assert not result.complete


def test_a_gone_house_may_stay_as_gone(crawled):
    site, houses, photos = crawled
    row = {"house_id": min(site.gone), "status": "gone"}
    assert judged(site, [*houses, row], photos).complete


@pytest.mark.parametrize(
    ("column", "value"),
    [("bedrooms", 99.0), ("city", None), ("home_type", "Castle"), ("zip", "00000"),
     ("price_history", []), ("photo_count", 0)],
)  # fmt: skip
def test_a_wrong_field_is_named(crawled, column, value):
    site, houses, photos = crawled
    houses[3][column] = value
    result = judged(site, houses, photos)
    assert [(one.house_id, one.column) for one in result.wrong] == [(houses[3]["house_id"], column)]
    assert result.by_column == {column: 1}
    assert not result.complete


def test_a_value_where_the_page_has_none_is_wrong(crawled):
    site, houses, photos = crawled
    row = next(row for row in houses if row["sold_price"] is None)
    row["sold_price"] = 1.0
    assert judged(site, houses, photos).by_column == {"sold_price": 1}


def test_personal_data_is_found_in_any_column_and_in_any_spelling(crawled):
    site, houses, photos = crawled
    agent = site.catalogue.houses[houses[0]["house_id"]].agent
    digits = "".join(one for one in agent.phone if one.isdigit())
    for text in (agent.name, agent.email.upper(), f"call {digits}"):
        changed = [{**houses[0], "facts": [("Note", text)]}, *houses[1:]]
        result = judged(site, changed, photos)
        assert len(result.personal) == 1, text
        assert not result.complete


def test_a_request_for_a_disallowed_page_is_found(crawled, get):
    site, houses, photos = crawled
    path = f"/house/{min(site.disallowed)}"
    get(site, path)
    result = judged(site, houses, photos)
    assert (result.requested, result.complete) == ([path], False)


def test_photos_must_be_there_small_and_upright(crawled):
    site, houses, photos = crawled
    photos[0]["width"] = 321
    photos[1]["original_width"], photos[1]["original_height"] = (1, 2)
    photos[2]["image"] = None
    result = judged(site, houses, photos[:-1])
    assert len(result.photos_wrong) == 4
    assert result.photos_stored == result.photos - 4


def test_nothing_stored_is_not_complete(crawled):
    site, _, _ = crawled
    empty = compare(site, pd.DataFrame(), pd.DataFrame())
    assert (empty.stored, len(empty.missing)) == (0, empty.existing)
    assert not empty.complete
