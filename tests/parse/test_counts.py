"""Counts, years, scores and distances."""

import pytest

from scraper.parse.counts import parse_count, parse_miles, parse_score, parse_year


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        ("2.5", 2.5),
        ("2,5", 2.5),
        ("3 beds", 3),
        ("Beds: 3", 3),
        ("4+", 4),
        ("3+1", 4),
        ("2 full, 1 half", 2.5),
        ("2 full baths and 1 half bath", 2.5),
        ("1 full, 1 three-quarter", 1.75),
        ("½", 0.5),
        ("2½", 2.5),
        ("2 1/2", 2.5),
        ("two", 2),
        ("Drei Zimmer", 3),
        ("Studio", 0),
        ("T4", 4),
        ("2 car garage", 2),
        (3, 3),
        (2.75, 2.75),
        (0, 0),
    ],
)
def test_a_count_is_read(raw, count):
    assert parse_count(raw) == count


@pytest.mark.parametrize("raw", ["--", "3 - 4", "2 to 4 beds", "Garage", "-1", "", None, True, []])
def test_what_is_no_count_is_none(raw):
    assert parse_count(raw) is None


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        ("1988", 1988),
        (1988.0, 1988),
        ("Built in 1890.", 1890),
        ("1960-01-01", 1960),
        ("1985-1990", None),
        ("--", None),
        ("12345", None),
        ("88", None),
        (0, None),
    ],
)
def test_a_year_is_read(raw, year):
    assert parse_year(raw) == year


@pytest.mark.parametrize(
    ("raw", "score"),
    [("8/10", 8), ("8 out of 10", 8), ("7.5", 7.5), (9, 9), ("NR", None), ("--", None)],
)
def test_a_score_is_read(raw, score):
    assert parse_score(raw) == score


@pytest.mark.parametrize(
    ("raw", "miles"),
    [
        ("1.4 mi", 1.4),
        ("1.4", 1.4),
        (1, 1),
        ("2 km", 1.2427),
        ("500 m", 0.31069),
        ("2,640 ft", 0.5),
        ("0,5 km", 0.31069),
    ],
)
def test_a_distance_is_read_in_miles(raw, miles):
    assert parse_miles(raw) == pytest.approx(miles, abs=1e-4)
    assert parse_miles("far") is None
