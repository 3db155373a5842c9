"""Words that stand for a closed list of values, and words that stand for nothing."""

import pytest

from scraper.parse.country import parse_country
from scraper.parse.home_type import parse_home_type
from scraper.parse.regions import parse_state
from scraper.parse.status import parse_status
from scraper.parse.tables import lines
from scraper.parse.text import clean_text
from scraper.schema import HOME_TYPES, STATUSES


@pytest.mark.parametrize(
    ("raw", "home_type"),
    [
        ("SINGLE_FAMILY", "SingleFamily"),
        ("Single Family Home", "SingleFamily"),
        ("SingleFamilyResidence", "SingleFamily"),
        ("TOWNHOUSE", "Townhouse"),
        ("CONDO", "Condo"),
        ("MULTI_FAMILY", "MultiFamily"),
        ("MANUFACTURED", "Manufactured"),
        ("APARTMENT", "Apartment"),
        ("LOT", "VacantLand"),
        ("Mobile/Manufactured", "Manufactured"),
        ("Semi-detached house", "SingleFamily"),
        ("4 bed end of terrace house", "Townhouse"),
        ("Trilocale", "Apartment"),
        ("Maison", "SingleFamily"),
        ("Appartement 3 pièces", "Apartment"),
        ("Doppelhaushälfte", "SingleFamily"),
        ("Ático", "Apartment"),
        ("HOME_TYPE_UNKNOWN", None),
        ("Residential", None),
        ("--", None),
        (None, None),
    ],
)
def test_home_types_go_to_the_categories(raw, home_type):
    assert parse_home_type(raw) == home_type


def test_a_duplex_depends_on_the_country():
    assert parse_home_type("Duplex", country="US") == "MultiFamily"
    assert parse_home_type("Duplex", country="ES") == "Apartment"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("SOLD", "sold"),
        ("RECENTLY_SOLD", "sold"),
        ("FOR_SALE", "for_sale"),
        ("Sold STC", "pending"),
        ("Under contract", "pending"),
        ("Off market", "off_market"),
        ("https://schema.org/InStock", "for_sale"),
        ("À vendre", "for_sale"),
        ("Verkauft", "sold"),
        ("For rent", None),
        ("OTHER", None),
    ],
)
def test_statuses_go_to_the_list(raw, status):
    assert parse_status(raw) == status


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("USA", "US"),
        ("us", "US"),
        ("UK", "GB"),
        ("Deutschland", "DE"),
        ("Pays-Bas", "NL"),
        ("South Africa", "ZA"),
        ("GBR", "GB"),
        ("Atlantis", None),
        (None, None),
    ],
)
def test_countries_go_to_their_codes(raw, code):
    assert parse_country(raw) == code


def test_the_tables_name_only_values_of_the_schema():
    assert {line["type"] for line in lines("home_types")} - {""} == set(HOME_TYPES)
    assert {line["status"] for line in lines("statuses")} - {""} <= set(STATUSES)


@pytest.mark.parametrize(
    "table",
    [
        "area_units",
        "bath_parts",
        "count_words",
        "country_names",
        "country_units",
        "currencies",
        "distance_units",
        "home_types",
        "months",
        "not_money",
        "null_words",
        "postal_codes",
        "price_words",
        "regions",
        "scales",
        "side_units",
        "statuses",
        "street_words",
    ],
)
def test_each_line_of_a_table_is_whole(table):
    for line in lines(table):
        assert None not in line, line
        assert None not in line.values(), line
        assert all(value == value.strip() for value in line.values()), line


@pytest.mark.parametrize(
    "raw", ["--", "N/A", "No data", "None", "", "  ", None, True, float("nan")]
)
def test_words_for_nothing_are_none(raw):
    assert clean_text(raw) is None


def test_text_is_on_one_line_with_plain_blanks():
    assert clean_text(" a\u00a0 b\u200b\n\tc &amp; d ") == "a b c & d"


def test_a_states_short_form_is_not_a_word_for_nothing():
    # `NC` says "non communiqué" in French.
    assert parse_state("NC") == parse_state("North Carolina", country="US") == "NC"
    assert parse_state("nc", country="FR") is None
    assert clean_text("NC") is None
