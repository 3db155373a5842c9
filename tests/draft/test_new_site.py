"""Drafted site files, untouched by hand, crawl: every fact equals the site's truth."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from threading import Thread

import pandas as pd
import pytest

from scraper.dataset import read
from scraper.demo.compare import compare
from scraper.demo.site import DemoSite
from scraper.sites.load import load_site
from tests.draft.crawling import call, crawl
from tests.draft.made import MadeSite, casas, wohnkontor


@dataclass
class Drafted:
    """A site, the file that was drafted for it, and what a crawl with it brought."""

    site: MadeSite | DemoSite
    folder: Path
    pages: list[str]
    said: list[CompletedProcess[str]] = field(default_factory=list)

    def run(self) -> None:
        out = ("--out", "site.toml")
        self.said.append(call("scraper.cli.main", "new-site", *self.pages, *out, cwd=self.folder))
        for stage in ("ids", "houses"):
            self.said.append(crawl(stage, "site.toml", cwd=self.folder))

    @property
    def text(self) -> str:
        return (self.folder / "site.toml").read_text()

    @property
    def houses(self) -> pd.DataFrame:
        assert [one.returncode for one in self.said] == [0, 0, 0], self.said
        return read(str(self.folder / "data")).set_index("house_id")


@pytest.fixture(scope="module")
def drafted(tmp_path_factory) -> Iterator[dict[str, Drafted]]:
    """Three sites, each drafted and crawled."""
    with ExitStack() as stack:
        spanish, german = stack.enter_context(casas(16)), stack.enter_context(wohnkontor(20))
        demo = stack.enter_context(DemoSite(houses=60, seed=4))
        some, more = spanish.cities["sevilla"], german.all
        town = demo.catalogue.towns[0]
        known = [one for one in town.house_ids if one in demo.truth]
        pages = {
            "spanish": (spanish, [f"{spanish.url}/venta/sevilla/"]
                        + [f"{spanish.url}/inmueble/{spanish.id_of(some[n])}/" for n in (0, 5)]),
            "german": (german, [f"{german.url}/suche?ort=leipzig"]
                       + [f"{german.url}/expose?quelle=liste&objekt={german.id_of(more[n])}"
                          for n in (1, 4)]),
            "demo": (demo, [f"{demo.url}/search/{town.slug}"]
                     + [f"{demo.url}/house/{one}" for one in known[:2]]),
        }  # fmt: skip
        found = {
            name: Drafted(site, tmp_path_factory.mktemp(name), urls)
            for name, (site, urls) in pages.items()
        }
        threads = [Thread(target=one.run) for one in found.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield found


@pytest.mark.parametrize("name", ["spanish", "german"])
def test_every_fact_of_every_house_is_the_truth(drafted, name: str) -> None:
    one = drafted[name]
    houses, site = one.houses, one.site
    listed = site.cities["sevilla"] if name == "spanish" else site.all
    assert sorted(houses.index) == sorted(site.id_of(home) for home in listed)
    for home in listed:
        row = houses.loc[site.id_of(home)]
        wrong = {k: (v, row[k]) for k, v in home.truth.items() if row[k] != v}
        assert not wrong
        assert row["photo_count"] == 2


def test_the_demo_site_s_town_is_the_truth(drafted) -> None:
    one = drafted["demo"]
    place, town = str(one.folder / "data"), one.site.catalogue.towns[0]
    houses = read(place)
    wanted = set(town.house_ids) & set(one.site.truth)
    assert set(houses["house_id"]) == wanted
    # Its name is the crawl's own, everything else is the site's.
    houses["site"] = "demo"
    found = compare(one.site, houses, read(place, table="photos"))
    assert found.wrong == []
    assert found.personal == []
    assert one.site.log.requests("/private") == []


def test_the_file_has_what_a_site_needs(drafted) -> None:
    spanish = load_site(str(drafted["spanish"].folder / "site.toml"))
    assert spanish.search.where == ("sevilla",)
    assert spanish.search.urls[0].endswith("/venta/{where}/")
    assert (spanish.house.country, spanish.house.currency, spanish.house.language) == (
        "ES", "EUR", "es",
    )  # fmt: skip
    german = load_site(str(drafted["german"].folder / "site.toml"))
    assert german.search.where == ("leipzig",)
    assert german.house.url.endswith("/expose?objekt={id}")
    demo = load_site(str(drafted["demo"].folder / "site.toml"))
    assert demo.search.id == "/house/([0-9]+)"
    assert demo.render.mode == "auto"


def test_it_says_what_it_is_unsure_of(drafted) -> None:
    spanish, demo = drafted["spanish"], drafted["demo"]
    assert "the ID holds words of the address" in spanish.text
    assert "the ID holds words of the address" in spanish.said[0].stderr
    assert '# The page also links to: ["cadiz"]' in spanish.text
    assert '# "Hausgeist" = "..."  # seen: freundlich' in drafted["german"].text
    assert "1 of 2 house pages needed a browser" in demo.text
    for text in (spanish.text, drafted["german"].text):
        assert "Ruiz" not in text
        assert "Roth" not in text


def test_it_asks_through_the_gate_and_for_little(drafted) -> None:
    site = drafted["german"].site
    paths = [request.path for request in site.log.requests()]
    assert paths[0] == "/robots.txt"
    until = paths.index("/robots.txt", 1)
    asked = [path for path in paths[:until] if path.startswith(("/suche", "/expose"))]
    assert len(asked) == len(set(asked)) == 1 + 2 + 1  # the search, two houses, the short address
