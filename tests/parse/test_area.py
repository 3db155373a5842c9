"""Areas as portals write them, in square feet."""

import pytest

from scraper.parse.area import area_or_reason, parse_area


def test_an_area_is_read_as_it_is_written(case):
    area = parse_area(case["raw"], unit_hint=case["hint"] or None)
    assert area is not None
    assert area.sqft == pytest.approx(float(case["sqft"]))
    assert area.high == (pytest.approx(float(case["high"])) if case["high"] else None)
    assert area.unit == case["unit"]


test_an_area_is_read_as_it_is_written.corpus = "area.tsv"


def test_what_is_no_area_is_none_with_a_reason(case):
    assert parse_area(case["raw"]) is None
    assert area_or_reason(case["raw"]) == case["reason"]


test_what_is_no_area_is_none_with_a_reason.corpus = "no_area.tsv"


def test_a_unit_of_the_text_beats_the_hint():
    assert parse_area("2 acres", unit_hint="sqft").sqft == 87120


def test_a_hint_that_is_no_unit_is_none():
    assert parse_area("2298", unit_hint="EUR") is None
