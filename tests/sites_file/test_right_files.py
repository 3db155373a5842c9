from __future__ import annotations

from pathlib import Path

import pytest

from scraper.errors import ExitCode, UsageError
from scraper.sites.load import builtin_sites, load_site


def test_the_smallest_file_has_the_defaults(write, whole):
    site = load_site(write(whole))

    assert (site.name, site.render.mode) == ("homes", "auto")
    assert site.house.required == ()
    assert site.photos.pattern is None
    assert (site.pace.delay, site.pace.concurrency) == (None, None)


def test_every_built_in_site_loads():
    assert "example" in builtin_sites()
    for name in builtin_sites():
        assert load_site(name).name == name


def test_the_example_uses_every_key():
    site = load_site("example")

    assert site.house.labels == {"Last sold for": "sold_price"}
    assert set(site.house.fields) == {"sold_price", "year_built", "bedrooms"}
    assert site.pace.delay == 0.5
    assert site.pace.concurrency == 4
    assert site.house.day_first is False
    assert (site.house.country, site.house.currency, site.house.language) == ("US", "USD", "en")
    assert site.search.next
    assert site.photos.pattern
    assert (site.terms.licence, site.terms.url) == ("CC-BY-4.0", "https://homes.example/terms")
    assert site.terms.attribution


def test_terms_are_no_reason_to_read_pages_anew(write, whole):
    said = whole + '[terms]\nlicence = "CC0-1.0"\n'
    assert load_site(write(said)).terms.licence == "CC0-1.0"
    assert repr(load_site(write(said))) == repr(load_site(write(whole)))


def test_a_byte_order_mark_is_read_over(write, whole):
    assert load_site(write("\ufeff" + whole)).name == "homes"


def test_search_urls_come_from_the_file_or_the_user(write, whole):
    site = load_site(write(whole))

    assert site.search_urls() == [("north", "https://homes.example/sold/north")]
    assert site.search_urls(["east end", "b", "b", " "]) == [
        ("east end", "https://homes.example/sold/east%20end"),
        ("b", "https://homes.example/sold/b"),
    ]


def test_an_address_without_where_is_one_entry(write, whole):
    site = load_site(write(whole.replace("{where}", "all")))

    assert site.search_urls() == [("all", "https://homes.example/sold/all")]
    with pytest.raises(UsageError, match=r"no address of its \[search\] urls has"):
        site.search_urls(["north"])


def test_where_is_asked_for_when_nobody_named_one(write, whole):
    site = load_site(write(whole.replace('where = ["north"]\n', "")))

    with pytest.raises(UsageError, match="-a where=") as caught:
        site.search_urls(None)
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("house_id", "path"),
    [
        ("12", "12"),
        ("a b", "a%20b"),
        ("a%20b", "a%20b"),
        ("x#y", "x%23y"),
        ("Straße", "Stra%C3%9Fe"),
        ("1\r\nHost: evil", "1%0D%0AHost:%20evil"),
    ],
)
def test_a_house_id_is_escaped_once(write, whole, house_id, path):
    assert load_site(write(whole)).house_url(house_id) == f"https://homes.example/h/{path}"


@pytest.mark.parametrize(
    ("said", "day_first"),
    [
        ("", False),
        ('language = "en"', False),
        ('language = "de"', True),
        ('country = "GB"', True),
        ('country = "US"\nlanguage = "es"', False),
        ('country = "US"\nday_first = true', True),
        ('language = "de"\nday_first = false', False),
    ],
)
def test_how_dates_are_read(write, whole, said, day_first):
    assert load_site(write(f"{whole}{said}\n")).day_first is day_first


def test_a_loopback_host_of_the_file_is_its_own(write, whole):
    text = whole.replace("https://homes.example/h", "http://127.0.0.1:8765/h")
    site = load_site(write(text))

    assert site.own_hosts == {("127.0.0.1", 8765)}
    assert site.is_public

    own = load_site(write(text.replace("https://homes.example", "http://localhost:81")))
    assert own.own_hosts == {("127.0.0.1", 8765), ("localhost", 81)}
    assert not own.is_public


def test_a_public_host_is_nobodys_own(write, whole):
    site = load_site(write(whole))

    assert site.own_hosts == frozenset()
    assert site.is_public


def test_a_public_address_as_digits_is_public(write, whole):
    site = load_site(write(whole.replace("homes.example", "8.8.8.8")))

    assert site.own_hosts == frozenset()


def test_the_hints_carry_what_the_file_says(write, whole):
    hints = load_site(
        write(
            whole
            + 'country = "GB"\n[house.labels]\n"Sold" = "sold_price"\n[photos]\npattern = "/p/"\n'
        )
    ).hints

    assert hints.country == "GB"
    assert dict(hints.labels) == {"Sold": "sold_price"}
    assert hints.photo_pattern == "/p/"


PYTHON = """
class Site:
    name = "odd"
    search = {"urls": ["https://odd.example/l"], "id": "/h/(.+)"}
    house = {"url": "https://odd.example/h/{id}"}

    def house_url(self, house_id):
        return super().house_url(house_id[::-1]) + "?v=2"
"""


def test_a_site_in_python_keeps_its_names_and_its_own_methods(write):
    site = load_site(write(PYTHON, "odd.py"))

    assert site.name == "odd"
    assert site.search_urls() == [("all", "https://odd.example/l")]
    assert site.house_url("12") == "https://odd.example/h/21?v=2"
    assert site.is_public


def test_a_path_below_home_is_found(write, whole, monkeypatch):
    path = Path(write(whole))
    monkeypatch.setenv("HOME", str(path.parent))

    assert load_site("~/homes.toml").name == "homes"
