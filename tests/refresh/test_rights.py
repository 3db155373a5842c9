"""A page that is as it was, but comes with a reservation now."""

from __future__ import annotations

from typing import Any
from urllib.request import urlopen

import pytest

from scraper.dataset import read
from scraper.demo.server import Answer
from tests.refresh.commands import ALL_DUE

pytestmark = pytest.mark.full

NO = {"X-Robots-Tag": "noai"}


@pytest.fixture(scope="module")
def visits(following: Any) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Three houses that do not change, and how the visits of a refresh to them ended."""
    houses = list(following.site.truth)[:3]
    first, second, _ = (f"{following.site.url}/house/{one}" for one in houses)
    with urlopen(second) as answer:
        body = answer.read()
    same = {first: Answer(b"", 304, headers=NO), second: Answer(body, headers=NO)}
    for url, answer in same.items():
        following.site.override(url.removeprefix(following.site.url), lambda _, it=answer: it)
    step = following.refresh(*ALL_DUE)
    assert step.code == 0, step.said
    found = read(following.place, "visits").sort_values("fetched_at").groupby("house_id").last()
    return houses, {one: (row["outcome"], row["reason"]) for one, row in found.iterrows()}


@pytest.mark.parametrize("number", [0, 1])
def test_it_is_denied_whether_its_body_came_again_or_not(visits: Any, number: int) -> None:
    houses, ended = visits
    assert ended[houses[number]][0] == "denied"
    assert "noai" in ended[houses[number]][1]


def test_without_the_header_it_is_unchanged(visits: Any) -> None:
    """The control."""
    houses, ended = visits
    assert ended[houses[2]] == ("ok", "unchanged")
