"""A site that shows five pages of a list at most: every house is found, or the gap is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

from scraper.sites.lists import Lists, list_lines
from scraper.sites.split import Split, Way
from tests.draft.crawling import call, crawl, ran
from tests.draft.made import CasasDelSur, casas, plain

TYPES = '{ add = "tipo={value}", values = ["casa", "piso", "atico"] }'
PRICES = '{ add = "desde={low}&hasta={high}", range = [0, 2_000_000] }'


@dataclass
class Listed:
    """One stage 1, and what it left."""

    site: CasasDelSur
    folder: Path
    split: str

    def run(self) -> None:
        (self.folder / "casas.toml").write_text(
            f'name = "casas"\n[search]\nurls = ["{self.site.url}/venta/{{where}}/"]\n'
            'where = ["sevilla", "cadiz"]\n'
            f"id = '/inmueble/([^/?#]*-[0-9]+)'\n{self.split}\n"
            f'[house]\nurl = "{self.site.url}/inmueble/{{id}}/"\n[render]\nmode = "never"\n'
        )
        self.said = crawl("ids", "casas.toml", cwd=self.folder)

    @property
    def ids(self) -> list[str]:
        return list(pd.read_parquet(self.folder / "data" / "ids.parquet")["house_id"])

    @property
    def search(self) -> dict:
        return ran(self.folder, "ids")["search"]


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Iterator[tuple[Listed, Listed]]:
    """The same capped site, listed with a split and without."""
    with casas(120, cap=5) as one, casas(120, cap=5) as other:
        split = f"[search.split]\nby = [{TYPES}, {PRICES}]"
        found = (
            Listed(one, tmp_path_factory.mktemp("with"), split),
            Listed(other, tmp_path_factory.mktemp("without"), ""),
        )
        threads = [Thread(target=listed.run) for listed in found]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield found


def test_all_ids_are_found_each_once(both) -> None:
    listed, _ = both
    assert listed.said.returncode == 0, listed.said.stderr
    assert sorted(listed.ids) == sorted(listed.site.truth)


def test_the_parts_are_proven_against_the_total(both) -> None:
    listed, _ = both
    sevilla = next(one for one in listed.search["told"] if one["where"] == "sevilla")
    assert sevilla["total"] == sevilla["found"] == sevilla["sum_of_parts"] == 120
    assert sevilla["parts"] > 3
    assert sevilla["cut_off"] == []
    assert listed.search["short"] == 0
    assert listed.search["total"] == listed.search["found"] == 160
    said = call("scraper.cli.main", "status", "data", cwd=listed.folder).stdout
    assert "160 houses of 160 that the site names" in said
    assert "sevilla: 120 of 120 houses" in said


def test_a_list_below_the_cap_is_not_divided(both) -> None:
    listed, _ = both
    assert "cadiz" not in {one["where"] for one in listed.search["told"]}
    assert not [r for r in listed.site.log.requests("/venta/cadiz/") if "tipo" in r.path]


def test_no_page_is_asked_for_twice(both) -> None:
    listed, _ = both
    paths = [request.path for request in listed.site.log.requests("/venta/")]
    assert len(paths) == len(set(paths))


def test_without_a_split_ids_are_missing_and_it_says_so(both) -> None:
    _, listed = both
    assert listed.said.returncode == 0, listed.said.stderr
    missing = set(listed.site.truth) - set(listed.ids)
    assert len(missing) == 120 - 5 * 8
    assert listed.search["short"] == 1
    assert listed.search["told"][0]["cut_off"][0]["total"] == 120
    assert "sevilla: 40 of 120 houses" in listed.said.stderr
    assert "[search.split]" in listed.said.stderr
    assert "did not show all their houses" in listed.said.stderr
    status = call("scraper.cli.main", "status", "data", cwd=listed.folder).stdout
    assert "sevilla: 40 of 120 houses" in status


def lists(split: Split, *pages: tuple[list[int], int | None]) -> Lists:
    """A list of one entry with these pages, read to its end."""
    found = Lists(split)
    top = found.begin("town", "https://a.example/s")
    for ids, total in pages:
        found.read(top, map(str, ids), total and _total(total))
    found.ended(top)
    return found


def _total(count: int):
    from scraper.extract.total import Total

    return Total(count)


def test_a_site_without_totals_is_divided_by_its_page_limit() -> None:
    ways = (Way("t={value}", ("a", "b")),)
    full = lists(Split(ways, pages=2), ([1, 2], None), ([3, 4], None))
    assert [one.url for one in full.tops[0].parts] == [
        "https://a.example/s?t=a",
        "https://a.example/s?t=b",
    ]
    assert not lists(Split(ways, pages=3), ([1, 2], None), ([3, 4], None)).tops[0].parts


def test_what_cannot_be_divided_any_more_is_named() -> None:
    found = lists(Split((Way("p={low}-{high}", range=(0, 1)),)), ([1, 2], 40))
    for part in found.tops[0].parts:
        found.read(part, ["1", "2"], _total(20))
        assert found.ended(part) == []
    facts = found.facts()["told"][0]
    assert facts["found"] == 2
    assert facts["sum_of_parts"] == 40
    assert [one["url"] for one in facts["cut_off"]] == [
        "https://a.example/s?p=0-0",
        "https://a.example/s?p=1-1",
    ]
    assert "cut off by the site" in list_lines(found.facts())[0]


@pytest.mark.parametrize("total", [500, 517, None])
def test_a_site_that_takes_no_notice_is_not_divided_for_ever(total: int | None) -> None:
    split = Split((Way("min={low}&max={high}"),), pages=None if total else 1)
    found = Lists(split)
    left, asked = [found.begin("town", "https://a.example/s")], 0
    while left and asked < 1000:
        one = left.pop(0)
        asked += 1
        ids = ["1", "2"] if total != 517 else [str(asked)]  # in another order each time
        found.read(one, ids, total and _total(total))
        left += found.ended(one)
    assert asked < 100
    assert "takes no notice" in list_lines(found.facts())[0]


def test_houses_that_are_all_in_one_part_are_divided_on() -> None:
    split = Split((Way("min={low}&max={high}", range=(0, 1023)),))
    found = Lists(split)
    left = [found.begin("town", "https://a.example/s")]
    prices = range(40)
    while left:
        one = left.pop(0)
        low, high = one.part.band or (0, 1023)
        some = [str(price) for price in prices if low <= price <= high]
        found.read(one, some[:10], _total(len(some)))
        left += found.ended(one)
    assert len(found.tops[0].all_found) == len(prices)
    assert found.facts()["short"] == 0


def test_one_sold_house_divides_no_list() -> None:
    ways = (Way("t={value}", ("a", "b")),)
    assert not lists(Split(ways), (list(range(99)), 100)).tops[0].parts


def test_the_filters_of_the_made_site_work() -> None:
    """What the tests above lean on."""
    site = casas(120, cap=5)
    kinds = {plain(home.kind) for home in site.all}
    assert kinds == {"casa", "piso", "atico"}
    site.server._http.server_close()
