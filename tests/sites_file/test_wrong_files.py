"""Every wrong file gets one line: where it is, what was found, what was expected."""

from __future__ import annotations

import pytest

from scraper.errors import ExitCode, SiteFileError
from scraper.sites.load import load_site


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SiteFileError, match=r"none\.toml: no such file"):
        load_site(str(tmp_path / "none.toml"))


def test_a_folder_and_a_foreign_ending_are_refused(tmp_path):
    (tmp_path / "d.toml").mkdir()
    with pytest.raises(SiteFileError, match="cannot be read"):
        load_site(str(tmp_path / "d.toml"))
    with pytest.raises(SiteFileError, match=r"ends in \.toml or \.py"):
        load_site(str(tmp_path / "d.yaml"))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(SiteFileError) as caught:
        load_site("exampel")

    assert 'no site "exampel": the built-in ones are ' in str(caught.value)
    assert 'did you mean "example"?' in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("name", ["", "..", "example.toml.bak", "load", "EXAMPLE\0"])
def test_no_odd_name_is_a_site(name):
    with pytest.raises(SiteFileError, match="no site"):
        load_site(name)


def test_a_file_that_is_not_text_says_the_line(tmp_path):
    (tmp_path / "b.toml").write_bytes(b'name = "a"\nx = "\xff"\n')
    with pytest.raises(SiteFileError, match=r"b\.toml line 2: not UTF-8"):
        load_site(str(tmp_path / "b.toml"))


def test_a_huge_file_is_not_read(tmp_path):
    (tmp_path / "b.toml").write_bytes(b"#" * (1 << 20) + b"#")
    with pytest.raises(SiteFileError, match="larger than 1 MiB"):
        load_site(str(tmp_path / "b.toml"))


CHANGES = [
    ("name =", "name = = ", "homes.toml line 1: not TOML: "),
    ('url = "https', 'url = "x', '"url": found "x://homes.example/h/{id}", expected an absolute'),
    ("[house]", "[house", "homes.toml line 8: not TOML: "),
    ('name = "homes"\n', "", 'homes.toml: the key "name" is missing'),
    ('name = "homes"', "name = 3", 'line 1: "name": found the number 3, expected a text'),
    ('name = "homes"', 'name = "a/b"', 'line 1: "name": found "a/b", expected letters'),
    ('name = "homes"', 'name = " "', 'line 1: "name": found an empty text'),
    ("[search]", "[serach]", 'line 3: "serach": not a key of a site file; did you mean "search"?'),
    ("[house]", "[[house]]", '"house": found a list, expected a table: [house]'),
    ("where =", "wheer =", 'line 5: [search] "wheer": not a key of a site file; did you mean "wh'),
    ('["north"]', '"north"', 'line 5: [search] "where": found the text "north", expected a list'),
    ('["north"]', "[1]", 'line 5: [search] "where": found the number 1, expected a text'),
    ("id    =", "# id =", 'line 3: "search": the key "id" is missing'),
    ("url =", "# url =", 'line 8: "house": the key "url" is missing'),
    ("'/h/([0-9]+)'", "'/h/([0-9]+'", "missing ), unterminated subpattern at position 3"),
    ("'/h/([0-9]+)'", "'/h/[0-9]+'", "line 6: [search] \"id\": found '/h/[0-9]+' without a group"),
    ("'/h/([0-9]+)'", "'/h/(?:[0-9]+)'", "without a group"),
    ("/h/{id}", "/h/", 'line 9: [house] "url": found "https://homes.example/h/", expected'),
    ("/h/{id}", "/h/{ID}", 'found {ID} in "https://homes.example/h/{ID}", expected only {id}'),
    ("homes.example/h/{id}", "{id}.homes.example/", "expected {id} behind the host, not in it"),
    ("{where}", "{town}", 'line 4: [search] "urls": found {town}'),
    ('["https://homes.example/sold/{where}"]', "[]", "found an empty list"),
    ("https://homes.example/h", "file:///etc/passwd", "expected an absolute address"),
    ("https://homes.example/h", "https://homes.example:port/h", "expected an address: Port"),
    ("https://homes.example/h", "https://[::1/h", "expected an address: Invalid IPv6"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_a_wrong_line_is_named(error_of, whole, old, new, expected):
    assert old in whole
    assert expected in error_of(whole.replace(old, new, 1))


ADDITIONS = [
    ('required = ["livin_area_sqft"]', 'line 10: [house] "required": found "livin_area_sqft"'),
    ('required = ["site"]', "which the crawl itself writes"),
    ('country = "USA"', "expected a country as ISO 3166-1"),
    ('country = "us"', "expected a country as ISO 3166-1"),
    ('currency = "dollar"', "expected a currency as ISO 4217"),
    ('currency = "XXZ"', "expected a currency as ISO 4217"),
    ('language = "english"', "expected a language as ISO 639-1"),
    ('day_first = "yes"', 'found the text "yes", expected true or false'),
    ('labels = "a"', '[house] "labels": found the text "a", expected a table'),
    ('[house.labels]\n"Sold for" = "sold_prise"', 'did you mean "sold_price"?'),
    ('[house.labels]\n"Sold for" = 3', "found the number 3, expected a text"),
    ('[house.fields]\nprise = "b"', 'line 11: [house.fields] "prise"'),
    ('[house.fields]\nsold_price = "b[["', "found 'b[[', expected a CSS selector"),
    ('[house.fields]\nsold_price = "b::txt"', "expected a CSS selector"),
    ('[house.fields]\nsold_price = "b:nope(1)"', "expected a CSS selector"),
    ('[house.fields]\nsold_price = "//b["', "found '//b[', expected an XPath"),
    ('[house.fields]\nsold_price = "json:a..b"', "found 'json:a..b', expected a JMESPath"),
    ('[house.fields]\nsold_price = "json:"', "expected a JMESPath"),
    ("[photos]\npattern = '['", 'line 11: [photos] "pattern"'),
    ('[render]\nmode = "somtimes"', 'found "somtimes", expected auto, never, always or data'),
    ('[render]\nmode = "alway"', 'did you mean "always"?'),
    ("[render]\nmode = true", "found true, expected a text"),
    ("[pace]\ndelay = -1", 'line 11: [pace] "delay": found -1, expected seconds, 0 or more'),
    ("[pace]\ndelay = nan", "expected seconds, 0 or more"),
    ("[pace]\ndelay = inf", "expected seconds, 0 or more"),
    ("[pace]\ndelay = true", "found true, expected seconds"),
    ("[pace]\nconcurrency = 0", "found 0, expected 1 or more"),
    ("[pace]\nconcurrency = 1.5", "found the number 1.5, expected a whole number"),
    ('[terms]\nurl = "terms"', 'line 11: [terms] "url": found "terms", expected an absolute'),
    ("[terms]\nlicence = 4", "found the number 4, expected a text"),
    ("[pace]\nretries = 3", 'not a key of a site file; known: concurrency, delay'),
    ("[house]\nurl = 'x'", "not TOML: Cannot declare"),
    ("[pace]\ndelay = 2026-01-01", "found a date, expected seconds"),
]  # fmt: skip


@pytest.mark.parametrize(("addition", "expected"), ADDITIONS)
def test_a_wrong_key_is_named(error_of, whole, addition, expected):
    assert expected in error_of(whole + addition + "\n")


RIGHT = [
    'required = ["photo_urls", "price_history"]',
    '[house.fields]\nsold_price = "#price b::text"',
    '[house.fields]\nsold_price = "a::attr(href)"',
    "[house.fields]\nsold_price = \"//b[re:test(., 'x')]\"",
    '[house.fields]\nsold_price = "json:a.b[0].c"',
    "[pace]\ndelay = 0",
    '[render]\nmode = "never"',
]


@pytest.mark.parametrize("addition", RIGHT)
def test_what_is_right_is_not_refused(write, whole, addition):
    assert load_site(write(whole + addition + "\n")).name == "homes"


PYTHON = [
    ("class Place: ...", "no class Site in it"),
    ("class Site:\n  x = (", "line 2: not Python"),
    ("x = 1\nx = 1 / 0", "line 2: ZeroDivisionError"),
    ("class Site:\n  name = 'a'", 'the key "house" is missing'),
    ("class Site:\n  name = 'a'\n  search = []\n  house = {}", '"search": found a list'),
]


@pytest.mark.parametrize(("code", "expected"), PYTHON)
def test_a_wrong_python_file_is_one_line(tmp_path, code, expected):
    (tmp_path / "s.py").write_text(code)
    with pytest.raises(SiteFileError) as caught:
        load_site(str(tmp_path / "s.py"))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ('by = "price"', '"by": found the text "price", expected a list'),
        ("pages = 0", '"pages": found 0, expected 1 or more'),
        ("limit = 5", '"limit" is no key of it'),
        ('by = [{ add = "t={value}" }]', "needs values"),
        ('by = [{ add = "t={kind}", values = ["a"] }]', "expected {value} in it"),
        ('by = [{ add = "from={low}", range = [0, 9] }]', "{low} and {high} in it"),
        ('by = [{ add = "a={low}&b={high}", range = [9, 0] }]', "the lower amount first"),
        ('by = [{ add = "a={low}&b={high}", range = ["x", 9] }]', "whole amounts"),
        ('by = [{ values = ["a"] }]', 'the key "add" is missing'),
    ],
)
def test_a_wrong_split(error_of, whole, split, said):
    message = error_of(whole.replace("[house]", f"[search.split]\n{split}\n\n[house]"))
    assert message.startswith("homes.toml")
    assert said in message
