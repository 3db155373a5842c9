import json
from datetime import UTC, datetime

import pytest

from scraper.extract.house import extract
from scraper.page import Page

HOUSE = {"id": 12345678, "price": 450_000, "bedrooms": 3, "bathrooms": 2, "yearBuilt": 1969}
WORDS = [{"id": n, "text": "a word of the page"} for n in range(40)]
PACKED = json.dumps(HOUSE)


def read(words: list[object], escape: str = '\\"') -> dict[str, object]:
    state = json.dumps({"area": 1, "props": {"words": words}}).replace('\\"', escape)
    body = f"<html><script type='application/json'>{state}</script></html>".encode()
    url = "https://homes.example/h/12345678"
    page = Page(url, url, 200, {}, body, "http", datetime(2024, 5, 1, tzinfo=UTC))
    return {column: fact.raw for column, fact in extract(page).best.items()}


@pytest.mark.parametrize("last", [{"id": 1, "text": HOUSE}, {"id": [HOUSE], "text": ""}, HOUSE])
def test_a_house_among_many_objects_that_are_alike_is_found(last):
    assert read([*WORDS, last])["bedrooms"] == 3
    assert "bedrooms" not in read(WORDS)


@pytest.mark.parametrize("escape", ['\\"', "\\u0022"])
def test_a_house_packed_into_a_text_of_such_an_object_is_found(escape):
    assert read([*WORDS, {"id": 1, "text": PACKED}], escape)["year_built"] == 1969
