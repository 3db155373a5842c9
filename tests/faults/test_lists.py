"""Lists that never end, links that are traps, houses that are gone or listed twice."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.faults.wire import Wire, listing, packed, page

TRAPS = {
    "display": '<a style="display: none" href="/house/trap-display">x</a>',
    "hidden": '<div hidden><a href="/house/trap-hidden">x</a></div>',
    "nofollow": '<a rel="nofollow" href="/house/trap-nofollow">x</a>',
    "visibility": '<a style="visibility:hidden" href="/house/trap-visibility">x</a>',
    "aria": '<p aria-hidden="true"><a href="/house/trap-aria">x</a></p>',
    "template": '<template><a href="/house/trap-template">x</a></template>',
    "moved": '<a style="position:absolute;left:-9999px" href="/house/trap-moved">x</a>',
    "clear": '<a style="opacity: 0" href="/house/trap-clear">x</a>',
    "clip": '<a style="clip: rect(0,0,0,0)" href="/house/trap-clip">x</a>',
    "size": '<a style="width:0;height:0" href="/house/trap-size">x</a>',
    "noscript": '<noscript><a href="/house/trap-noscript">x</a></noscript>',
    "capitals": '<a rel="NoFollow" href="/house/trap-capitals">x</a>',
    "comment": '<!-- <a href="/house/trap-comment">x</a> -->',
}


def links(*names: object) -> str:
    return "".join(f'<a href="/house/{name}">house {name}</a>' for name in names)


def search(body: str, following: str) -> bytes:
    return page(
        f'<html><body>{body}<a rel="next" href="{following}">Next</a></body></html>'.encode()
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> Iterator[tuple[Wire, Path]]:
    """A crawl of a calendar without an end, a list in a circle and a list with traps."""
    folder, wire = tmp_path_factory.mktemp("lists"), Wire()
    wire.answers["/robots.txt"] = page(
        b"User-agent: *\nDisallow: /house/trap-denied", kind="text/plain"
    )
    for day in range(60):
        wire.answers[f"/list/days?d={day}"] = search(links(1, 2), f"/list/days?d={day + 1}")
    wire.answers["/list/days"] = search(links(1, 2), "/list/days?d=0")
    wire.answers["/list/circle"] = search(links(2, 3), "/list/circle?p=2")
    wire.answers["/list/circle?p=2"] = search(links(4, "gone", "lost"), "/list/circle")
    traps = "".join(TRAPS.values()) + links("trap-denied")
    wire.answers["/list/traps"] = search(links(5, 5) + traps, "/list/traps")
    for n in range(1, 6):
        wire.answers[f"/house/{n}"] = page(listing(n).encode())
    wire.answers["/house/gone"] = page(listing(6).encode(), 404)
    wire.answers["/house/lost"] = packed("identity", b"").replace(b" 200 ", b" 410 ")
    (folder / "lists.toml").write_text(
        f'name = "lists"\n[search]\nurls = ["http://{wire.host}/list/{{where}}"]\n'
        'where = ["days", "circle", "traps"]\nid = "/house/([^/]+)$"\n'
        f'[house]\nurl = "http://{wire.host}/house/{{id}}"\n[render]\nmode = "never"\n'
    )
    for stage in ("ids", "houses"):
        said = crawl(folder, stage)
        assert said.returncode == 0, said.stderr
    yield wire, folder / "data"
    wire.close()


def crawl(folder: Path, stage: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", stage, "-a", "site=lists.toml"]
    command += ["-s", "DATASET=data", "-s", "DOWNLOAD_TIMEOUT=60", *more]
    said = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=200
    )
    assert "Traceback" not in said.stderr
    return said


def table(place: Path, name: str) -> pd.DataFrame:
    return pd.concat(pd.read_parquet(f) for f in sorted((place / "parts" / name).glob("*.parquet")))


def test_a_list_without_an_end_ends_with_the_first_page_that_brings_nothing_new(crawled) -> None:
    wire, place = crawled
    assert [path for _, path in wire.log if path.startswith("/list/days")] == [
        "/list/days",
        "/list/days?d=0",
    ]
    assert len(wire.asked("/list/circle")) == len(wire.asked("/list/circle?p=2")) == 1
    ran = json.loads(next((place / "runs").glob("*-ids.json")).read_text())
    assert ran["stats"]["ids/pages"] == 5
    assert ran["stats"]["ids/new"] == 8
    assert ran["stats"]["ids/listed"] > ran["stats"]["ids/new"]
    assert ran["stats"]["ids/lists/nothing_new"] == 1
    assert ran["stats"]["ids/lists/circle"] == 1
    assert "2 lists left at a page without a new ID" in ran["why"]


def test_a_list_that_makes_up_ids_ends_at_the_limit(tmp_path: Path) -> None:
    """And the control of the tests above: a list that brings new IDs is gone on with."""
    wire = Wire()
    for n in range(40):
        here = "/list" if n == 0 else f"/list?p={n}"
        wire.answers[here] = search(links(n), f"/list?p={n + 1}")
    (tmp_path / "lists.toml").write_text(
        f'name = "lists"\n[search]\nurls = ["http://{wire.host}/list"]\n'
        f'id = "/house/([^/]+)$"\n[house]\nurl = "http://{wire.host}/house/{{id}}"\n'
        '[render]\nmode = "never"\n'
    )
    said = crawl(tmp_path, "ids", "-s", "LIST_PAGES=12")
    wire.close()
    assert said.returncode == 4, said.stderr
    last = said.stderr.splitlines()[-1]
    assert "page number 12" in last
    assert "LIST_PAGES" in last
    assert len([path for _, path in wire.log if path.startswith("/list")]) == 12
    ran = json.loads((tmp_path / "data" / "run.json").read_text())
    assert ran["stats"]["ids/lists/endless"] == 1
    assert ran["states"]["new"] == 12, "what was found is kept"


def test_traps_are_not_followed(crawled) -> None:
    wire, place = crawled
    assert not [path for _, path in wire.log if path.startswith("/house/trap")]
    visits = table(place, "visits").set_index("house_id")
    assert [name for name in visits.index if name.startswith("trap")] == ["trap-denied"]
    assert visits.loc["trap-denied", "outcome"] == "denied"


def test_without_their_marks_the_traps_would_be_followed() -> None:
    """What the marks are for: the same links, seen."""
    from datetime import UTC, datetime

    from scraper.extract.search import house_links
    from scraper.page import Page

    def found(body: str) -> set[str]:
        text = f"<html><body>{body}</body></html>".encode()
        shown = Page("http://h/s", "http://h/s", 200, {}, text, "http", datetime.now(UTC))
        asked = house_links(shown, "/house/([^/]+)$", "all", 0, "http://h/house/{id}")
        return {one.house_id for one in asked}

    assert not found("".join(TRAPS.values()))
    assert found(links("trap-display", "trap-nofollow")) == {"trap-display", "trap-nofollow"}


def test_a_house_that_is_gone_is_a_visit_and_no_row(crawled) -> None:
    _, place = crawled
    visits = table(place, "visits").set_index("house_id")
    assert visits.loc["gone", "reason"] == "HTTP 404"
    assert visits.loc["lost", "reason"] == "HTTP 410"
    assert set(visits.loc[["gone", "lost"], "outcome"]) == {"gone"}
    assert set(table(place, "houses")["house_id"]) == {"1", "2", "3", "4", "5"}


def test_a_house_that_is_listed_twice_is_asked_for_once(crawled) -> None:
    wire, place = crawled
    assert {len(wire.asked(f"/house/{n}")) for n in range(1, 6)} == {1}
    for name in ("houses", "visits"):
        assert not table(place, name).duplicated(["site", "house_id"]).any()


def test_ids_that_are_no_ids_make_two_of_one_house() -> None:
    """The control: the ID alone makes a house one; a pattern that takes in more asks twice."""
    from datetime import UTC, datetime

    from scraper.extract.search import house_links
    from scraper.page import Page

    twice = links("5", "5?from=list").encode()
    shown = Page("http://h/s", "http://h/s", 200, {}, twice, "http", datetime.now(UTC))
    for pattern, ids in (("/house/([0-9]+)", ["5"]), ("/house/(.+)$", ["5", "5?from=list"])):
        found = house_links(shown, pattern, "all", 0, "http://h/house/{id}")
        assert [one.house_id for one in found] == ids
