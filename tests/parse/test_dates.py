"""Days as portals and feeds write them."""

from datetime import date

import pytest

from scraper.parse.dates import parse_date

DAY = date(2022, 7, 29)


@pytest.mark.parametrize(
    "raw",
    [
        "2022-07-29",
        "2022-07-29T23:59:59+02:00",
        "2022-07-29 10:00:00",
        "20220729",
        1659052800,
        1659052800000,
        "1659052800000",
        "Jul 29, 2022",
        "July 29th, 2022",
        "Friday, July 29, 2022",
        "Sold on Jul 29, 2022",
        "29 July 2022",
        "29th of July 2022",
        "29-Jul-2022",
        "29-Jul-22",
        "07/29/2022",
        "7/29/22",
        "29/07/2022",
        "29.07.2022",
        "2022/07/29",
        "29 de julio de 2022",
        "29 juillet 2022",
        "29 luglio 2022",
        "29. Juli 2022",
        "29 de julho de 2022",
        "29 juli 2022",
        "29 июля 2022",
    ],
)
def test_a_day_is_read_as_it_is_written(raw):
    assert parse_date(raw) == DAY


@pytest.mark.parametrize(
    "raw",
    [
        "2022",
        "July 2022",
        "2022-07",
        "today",
        "3 days ago",
        "Yesterday",
        "last week",
        "--",
        "",
        "02/30/2022",
        "2022-13-01",
        "built 2022, 3 beds",
        "May 2022 2 beds",
        None,
        True,
        "0",
        0,
    ],
)
def test_what_is_no_exact_day_is_none(raw):
    assert parse_date(raw) is None


def test_the_site_says_which_comes_first():
    assert parse_date("03/04/2022") == date(2022, 3, 4)
    assert parse_date("03/04/2022", day_first=True) == date(2022, 4, 3)
    assert parse_date("03.04.2022") == date(2022, 4, 3)


def test_days_before_1970_are_read_from_milliseconds():
    assert parse_date(-93_304_800_000) == date(1967, 1, 17)
