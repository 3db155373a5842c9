"""`housecrawl new-site` with saved pages, and with what it cannot use: one clear line each."""

import argparse
import tomllib

import pytest

from scraper.cli import new_site
from scraper.errors import HousecrawlError, PolicyError, UsageError
from scraper.sites.load import load_site
from tests.draft.crawling import call
from tests.draft.made import casas, wohnkontor


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Saved pages of the Spanish site, with the comment that browsers leave."""
    folder, site = tmp_path_factory.mktemp("saved"), casas(12)
    site.server._http.server_close()
    home = site.all[0]
    pages = {"list.html": ("/venta/sevilla/", site.list("sevilla", {}))}
    pages["house.html"] = (f"/inmueble/{site.id_of(home)}/", site.house(home))
    for name, (path, text) in pages.items():
        mark = f"<!-- saved from url=(0042)https://casas.example{path} -->\n"
        (folder / name).write_text(mark + text)
        (folder / f"bare-{name}").write_text(text)
    return folder


def start(*words: object):
    parser = argparse.ArgumentParser()
    new_site.arguments(parser)
    return new_site.run(parser.parse_args([str(word) for word in words]))


def one_line(*words: object) -> str:
    with pytest.raises(HousecrawlError) as caught:
        start(*words)
    assert isinstance(caught.value, UsageError)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_saved_pages_give_a_whole_file(saved, tmp_path, capsys) -> None:
    out = tmp_path / "casas.toml"
    assert start(saved / "list.html", saved / "house.html", "--out", out) == 0
    site = load_site(str(out))
    assert site.name == "casas"
    assert site.search.urls == ("https://casas.example/venta/{where}/",)
    assert site.house.url == "https://casas.example/inmueble/{id}/"
    assert "it was not tried" in capsys.readouterr().err
    assert start(saved / "bare-list.html", saved / "bare-house.html",
                 "--url", "https://casas.example/venta/sevilla/",
                 "--url", "https://casas.example/inmueble/piso-en-plaza-1-50000/") == 0  # fmt: skip
    assert tomllib.loads(capsys.readouterr().out)["search"]["where"] == ["sevilla"]


def test_what_cannot_be_used(saved, tmp_path) -> None:
    listing, house = saved / "list.html", saved / "house.html"
    assert "nowhere.html: no such file" in one_line(listing, "nowhere.html")
    assert "--url" in one_line(saved / "bare-list.html", house)
    assert "one for each" in one_line(listing, house, "--url", "https://casas.example/x")
    assert "the same way" in one_line("https://casas.example/s", house)
    assert "none of its" in one_line(house, house, "--url", "https://casas.example/inmueble/a-b-11111/",
                                     "--url", "https://other.example/h/1")  # fmt: skip
    blank = tmp_path / "blank.html"
    blank.write_text(
        "<html><body><p>About us. " + "Nothing to see here. " * 90 + "</p></body></html>"
    )
    addresses = (
        "--url",
        "https://casas.example/venta/x/",
        "--url",
        "https://casas.example/a/11111",
    )
    assert "no house could be read" in one_line(listing, blank, *addresses)
    assert "5 are enough" in one_line(listing, *[house] * 6)
    there = tmp_path / "there.toml"
    there.write_text("mine")
    assert "is there already" in one_line(listing, house, "--out", there)
    assert there.read_text() == "mine"


def test_a_public_site_needs_a_contact() -> None:
    assert "CONTACT" in one_line("https://homes.example/s", "https://homes.example/h/1")


def test_robots_and_missing_pages_end_it(tmp_path) -> None:
    with wohnkontor(6) as site:
        house = f"{site.url}/expose?objekt={site.id_of(site.all[0])}"
        gone = call("scraper.cli.main", "new-site", f"{site.url}/nothing", house, cwd=tmp_path)
        assert gone.returncode == 2
        assert "HTTP 404" in gone.stderr
        site.robots = "User-agent: *\nDisallow: /suche\n"
        site.log.clear()
        page = f"{site.url}/suche?ort=leipzig"
        denied = call("scraper.cli.main", "new-site", page, house, cwd=tmp_path)
        assert denied.returncode == PolicyError.exit_code
        assert len(denied.stderr.strip().splitlines()) == 1
        assert not site.log.requests("/suche")
