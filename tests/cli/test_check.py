"""`housecrawl check` on saved pages."""

from __future__ import annotations

import argparse
import json

import pytest

from scraper.cli import check
from scraper.errors import ExitCode, InputFileError, SiteFileError

HOUSE = (
    "<html><body><h1>12 Oak St, Salem, OR 97301</h1><span class='status'>For sale</span>"
    "<div class='price'>$450,000</div><dl><dt>Bedrooms</dt><dd>3</dd><dt>Lot size</dt>"
    "<dd>0.25 Acres</dd><dt>Year built</dt><dd>1988</dd></dl></body></html>"
)
SITE = """
name = "homefind"
[search]
urls = ["https://homes.example/sold"]
id = '/h/([0-9]+)'
[house]
url = "https://homes.example/h/{id}"
required = ["heating"]
[house.labels]
"Warmth" = "heating"
"""


@pytest.fixture
def run(capsysbinary):
    """Run the command; its exit code and what it printed."""

    def start(*words):
        parser = argparse.ArgumentParser()
        check.arguments(parser)
        code = check.run(parser.parse_args([str(word) for word in words]))
        return code, capsysbinary.readouterr().out.decode()

    return start


@pytest.fixture
def saved(tmp_path):
    """A saved page."""

    def save(text, name="page.html", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return save


def test_json_has_its_keys_in_order(run, saved):
    code, out = run(saved(HOUSE), "--json")
    answer = json.loads(out)
    assert code is ExitCode.COMPLETE
    assert list(answer) == ["kind", "row", "sources", "missing", "confidence", "others"]
    assert answer["kind"] == "house"
    assert answer["missing"] == []
    assert answer["row"]["listed_price"] == 450000
    assert answer["row"]["lot_size_sqft"] == 10890
    assert answer["row"]["zip"] == "97301"
    assert answer["sources"]["bedrooms"] == "label:Bedrooms"


def test_for_people(run, saved):
    code, out = run(saved(HOUSE))
    assert code is ExitCode.COMPLETE
    assert out.splitlines()[0] == "house"
    assert any("bedrooms" in line and "label:Bedrooms" in line for line in out.splitlines())


def test_what_is_missing(run, saved):
    page = saved("<h1>12 Oak St, Salem, OR 97301</h1><p>Bedrooms: 3</p><p>Bathrooms: 2</p>")
    answer = json.loads(run(page, "--json")[1])
    assert "listed_price" in answer["missing"]
    assert "address" not in answer["missing"]


def test_a_site_file_adds_its_words_and_what_it_requires(run, saved):
    site = saved(SITE, "homefind.toml")
    answer = json.loads(run(saved(HOUSE), "--site", site, "--json")[1])
    assert answer["missing"] == ["heating"]
    warm = saved(HOUSE.replace("</dl>", "<dt>Warmth</dt><dd>Gas</dd></dl>"))
    answer = json.loads(run(warm, "--site", site, "--json")[1])
    assert (answer["row"]["heating"], answer["missing"]) == ("Gas", [])


def test_a_search_page(run, saved):
    cards = "".join(
        f"<a href='https://h.example/h/{n}-elm/99887{n}'><b>$29{n},000</b></a>" for n in range(8)
    )
    answer = json.loads(run(saved(cards), "--url", "https://h.example/sold", "--json")[1])
    assert answer["kind"] == "search"


def test_a_page_in_another_encoding(run, saved):
    text = (
        "<meta charset='iso-8859-1'><h1>1 Calle Niño, Málaga</h1><p>Baños: 2</p><p>Precio: 9 €</p>"
    )
    page = saved(text.replace("€", "&euro;"), encoding="iso-8859-1")
    answer = json.loads(run(page, "--json")[1])
    assert answer["row"]["bathrooms"] == 2


@pytest.mark.parametrize("name", ["none.html", "."])
def test_a_file_that_cannot_be_read(run, tmp_path, name):
    with pytest.raises(InputFileError) as caught:
        run(tmp_path / name)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "\n" not in str(caught.value)


def test_a_site_that_is_not_there(run, saved):
    with pytest.raises(SiteFileError):
        run(saved(HOUSE), "--site", "nowhere.toml")
