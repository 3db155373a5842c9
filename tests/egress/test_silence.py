"""Sites that refuse without a word: pages of nothing, one page for all, lists without houses."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from scraper.demo.bans import Ban
from scraper.demo.server import Answer, Request
from scraper.egress.health import SILENT_IN_A_ROW
from scraper.sites.lists import HouseList
from scraper.sites.split import whole
from spiders.compared import Compared
from tests.egress.crawling import CONCURRENCY, REST, Crawl, site

TWO = ("EGRESS=addresses:127.0.0.2,127.0.0.3", f"EGRESS_REST={REST}",
       "EGRESS_ROTATIONS_PER_HOUR=60")  # fmt: skip
BLANK = b"<html><body><h1>Welcome</h1><p>" + b"Nothing but words. " * 99 + b"</p></body></html>"


@pytest.mark.full
def test_pages_of_nothing_are_asked_for_by_another_address(tmp_path) -> None:
    with site(50, Ban(20, "blank")) as demo:
        crawl = Crawl(demo, tmp_path)
        assert crawl.houses(*TWO) == 0, crawl.said[-3000:]
        crawl.check_all_there()
        assert crawl.report["egress"]["rotations_of_run"] >= 1
        begun = len(demo.bans.begun)
        assert begun >= 2
        # Each is asked for twice: the browser might have brought more.
        assert len(demo.bans.refused) <= begun * 2 * (CONCURRENCY + SILENT_IN_A_ROW)


@pytest.mark.full
def test_the_page_of_one_house_for_all_is_kept_for_none(tmp_path) -> None:
    with site(50, Ban(20, "stale")) as demo:
        crawl = Crawl(demo, tmp_path)
        assert crawl.houses(*TWO) == 0, crawl.said[-3000:]
        assert crawl.report["egress"]["rotations_of_run"] >= 1
        assert "1 Nowhere Lane" not in set(crawl.rows.address)
        demo.bans = None
        assert crawl.run("houses", *TWO) == 0, crawl.said[-3000:]
        crawl.check_all_there()


def asks(compared: Compared, *, pages: int, total: int | None, found: int = 10) -> bool:
    """Whether a page without houses is compared, in a list with so many pages and houses."""
    listed = HouseList("", whole("https://homes.example/list"), total=total)
    listed.pages, listed.found = pages, {str(n) for n in range(found)}
    page = SimpleNamespace(url=f"https://homes.example/list?page={pages + 1}")
    return compared.with_(page, listed, [], None) is not None


def test_a_list_that_shows_all_that_it_names_has_ended() -> None:
    compared = Compared()
    assert not asks(compared, pages=1, total=None)  # nothing to compare with
    compared.read("https://homes.example/list", 10)
    assert asks(compared, pages=1, total=None)
    assert asks(compared, pages=1, total=40)
    assert not asks(compared, pages=1, total=10)
    assert asks(compared, pages=0, total=None, found=0)
    for _ in range(4):
        compared.is_well()
    assert not asks(compared, pages=1, total=40)  # lists end like this here


@pytest.mark.full
def test_a_list_without_houses_is_compared_with_one_that_had_some(tmp_path) -> None:
    with site(120, Ban(6, "blank")) as demo:
        crawl = Crawl(demo, tmp_path)
        assert crawl.run("ids", "EGRESS_PATIENCE=60", *TWO) == 0, crawl.said[-3000:]
        assert demo.bans.begun
        assert crawl.report["states"]["new"] == len(demo.listed)


@pytest.mark.full
def test_what_every_address_is_shown_is_the_site(tmp_path) -> None:
    """The control: where pages of nothing come by a fresh address too, the site has changed."""
    with site(60, None) as demo:
        crawl = Crawl(demo, tmp_path)
        seen: set[str] = set()

        def changed(request: Request) -> Answer | None:
            seen.add(request.path)
            return Answer(BLANK) if len(seen) > 30 else None

        demo.override("/house/*", changed)
        assert crawl.houses(*TWO, "EGRESS_REST=60") == 4, crawl.said[-3000:]
        told = crawl.report["egress"]
        assert [one["refusals"] for one in told["addresses"]] == [1, 0]
        assert "no house could be read" in crawl.said
