"""Whole pages, built the ways that portals of many countries build theirs: every fact of the row.

Each page of `portals/` begins with a comment: its address, and the row that it must give. A null
is a fact that the page seems to have and has not.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.extract.house import extract
from scraper.page import Page
from scraper.parse.area import parse_area
from scraper.parse.row import clean_row

PAGES = sorted(Path(__file__).with_name("portals").glob("*.html"))


def row_of(text, url):
    page = Page(url, url, 200, {}, text.encode(), "http", datetime(2024, 5, 1, tzinfo=UTC))
    return clean_row(extract(page).best)


def differing(wanted, row):
    """Column to what was found and what was wanted, where both differ."""
    found = {}
    for column, value in wanted.items():
        got = row.get(column)
        if column.endswith("_sqft") and isinstance(value, str):
            same = got is not None and abs(parse_area(value).sqft / got - 1) < 1e-3
        elif isinstance(value, float) and isinstance(got, float):
            same = abs(value - got) <= 1e-3 * abs(value)
        elif column.endswith("_on") and got is not None:
            same = str(got) == value
        else:
            same = got == value
        if not same:
            found[column] = (got, value)
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_gives_its_row(path):
    comment, _, body = path.read_text("utf-8").partition("-->\n")
    case = json.loads(comment.removeprefix("<!--"))
    assert differing(case["row"], row_of(body, case["url"])) == {}
