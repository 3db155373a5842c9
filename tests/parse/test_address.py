"""Addresses in one line, split by the rules of the country's post."""

import pytest

from scraper.parse.address import Address, parse_zip, split_address
from scraper.parse.regions import parse_state


def test_an_address_is_split(case):
    names = ("street", "city", "state", "zip", "county", "is_in")
    expected = Address(*(case[name] or None for name in names))
    assert split_address(case["text"], country=case["country"] or None) == expected


test_an_address_is_split.corpus = "address.tsv"


def test_lines_are_parts():
    found = split_address("1 Elm Cir\nSalem, MA 01970-1234")
    assert (found.street, found.city, found.zip) == ("1 Elm Cir", "Salem", "01970-1234")


@pytest.mark.parametrize("raw", ["", "--", None, 5.5, "x" * 400])
def test_no_address_has_no_city(raw):
    assert split_address(raw).city is None


def test_a_zip_gets_back_the_zero_that_a_number_lost():
    assert split_address("1 Elm Cir, Salem, MA 1970").zip == "01970"
    assert parse_zip(1970.0, country="US") == "01970"
    assert parse_zip("6000", country="AU") == "6000"
    assert split_address("1 High St, Perth WA 6000").country == "AU"


def test_states_become_short_forms():
    assert parse_state("New York") == "NY"
    assert parse_state("Victoria", country="AU") == "VIC"
    assert parse_state("Bavaria", country="DE") == "Bavaria"
