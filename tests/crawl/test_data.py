"""Houses read from the page's own data requests: the rows of the browser, without it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from scraper.dataset import read
from scraper.house import FoundId
from scraper.ledger.store import Ledger
from scraper.place.open import open_place
from tests.erasure.traces import in_folder, traces

HOW_SURE = ["sources", "confidence", "disputed"]
"""What may be that of a like house, where the data do not tell it."""
WHERE_FROM = ["fetch_mode", "body_sha256", "fetched_at", "run_id", "first_seen", "last_seen"]


def _scripted():
    import importlib.util

    path = Path(__file__).with_name("scripted.py")
    spec = importlib.util.spec_from_file_location("tests_crawl_scripted", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.Scripted


Scripted = _scripted()


@dataclass
class Crawl:
    site: Scripted
    place: Path
    said: str
    code: int

    @property
    def houses(self) -> pd.DataFrame:
        return read(str(self.place)).set_index("house_id").sort_index()

    @property
    def stats(self) -> dict[str, int]:
        return json.loads((self.place / "run.json").read_text())["stats"]

    @property
    def shown(self) -> list[tuple[float, str]]:
        """When a browser asked for which house's page."""
        return [
            (one.time, one.path.rpartition("/")[2])
            for one in self.site.server.log.requests("/house/")
            if one.headers.get("sec-fetch-mode") == "navigate"
        ]

    @property
    def before_learned(self) -> int:
        """Pages that were rendered before the first house was read from its data alone."""
        shown = {house for _, house in self.shown}
        plain = [
            one.time
            for one in self.site.server.log.requests("/api/")
            if "sec-fetch-mode" not in one.headers and re.search(r"\d{9}", one.path)[0] not in shown
        ]
        return sum(when < min(plain) for when, _ in self.shown)


def crawl(kind: str, folder: Path, mode: str = "auto", *more: str) -> Crawl:
    place = folder / "data"
    with Scripted(kind, count=50) as site:
        file = site.site_file(folder, mode)
        root = f"http://{site.server.host}"
        ids = (FoundId(one, f"{root}/house/{one}", "all", n) for n, one in enumerate(site.ids))
        with Ledger.open(open_place(str(place)), run_id="list") as ledger:
            ledger.add_ids("rows", ids)
        return again(site, file, place, *more)


def again(site: Scripted, file: Path, place: Path, *more: str) -> Crawl:
    command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
    command += ["-a", f"site={file}", "-s", f"DATASET={place}", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=250)
    assert "Traceback" not in done.stderr, done.stderr
    return Crawl(site, place, done.stderr, done.returncode)


CRAWLS = {
    "browser": ("plain", "always"),
    "plain": ("plain", "auto"),
    "own-token": ("own-token", "auto"),
    "random": ("random", "auto"),
    "moves": ("moves", "auto"),
    "lies": ("lies", "auto", "-s", "DATA_RECHECK=3"),
    "robots": ("robots", "auto"),
}


@pytest.fixture(scope="module")
def crawls(tmp_path_factory) -> Callable[[str], Crawl]:
    """Crawls by name, two at once, each done once."""
    with ThreadPoolExecutor(2) as threads:
        done = {
            name: threads.submit(crawl, kind, tmp_path_factory.mktemp(name), *more)
            for name, (kind, *more) in CRAWLS.items()
        }
        yield lambda name: done[name].result()


def same_rows(one: Crawl, other: Crawl) -> None:
    assert len(one.houses) == len(other.houses) == 50
    ours, theirs = (tidy(table) for table in (one.houses, other.houses))
    unlike = {
        name: (ours[name][differs].iloc[0], theirs[name][differs].iloc[0])
        for name in ours
        if (differs := ours[name] != theirs[name]).any()
    }
    assert unlike == {}


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Without where the rows come from, and without the port of the test's server."""
    left_out = {*WHERE_FROM, *HOW_SURE}
    kept = table.drop(columns=[name for name in table if name in left_out])
    return kept.map(lambda value: re.sub(r"127\.0\.0\.1:\d+", "site", str(value)))


def test_rows_by_data_are_the_rows_of_the_browser(crawls) -> None:
    plain, browser = crawls("plain"), crawls("browser")
    assert set(browser.houses["fetch_mode"]) == {"browser"}
    assert (plain.houses["fetch_mode"] == "data").sum() >= 25
    same_rows(plain, browser)
    assert plain.code == browser.code == 0


def test_few_pages_are_rendered_before_it_is_learned(crawls) -> None:
    assert 0 < crawls("plain").before_learned <= 12
    assert 0 < crawls("own-token").before_learned <= 12
    assert "houses are read from their data" in crawls("plain").said
    assert crawls("plain").stats["data/learned"] == 1


def test_a_word_of_the_page_in_the_address(crawls) -> None:
    own = crawls("own-token")
    assert (own.houses["fetch_mode"] == "data").sum() >= 25
    same_rows(own, crawls("browser"))


def test_an_address_that_cannot_be_known_is_left_to_the_browser(crawls) -> None:
    found = crawls("random")
    assert set(found.houses["fetch_mode"]) == {"browser"}
    assert "is not known before it is asked for" in found.said
    same_rows(found, crawls("browser"))


def test_data_that_move_are_learned_again(crawls) -> None:
    found = crawls("moves")
    assert re.search("the data no longer do .*HTTP 404.*learned again", found.said)
    assert found.said.count("houses are read from their data") >= 1
    same_rows(found, crawls("browser"))


def test_data_that_no_longer_agree_are_found_out_and_their_rows_taken_back(crawls) -> None:
    """They still look right: only a page that is rendered all the same tells."""
    found = crawls("lies")
    assert re.search("the data no longer do .*living_area_sqft.*learned again", found.said)
    truth = crawls("browser").houses["living_area_sqft"]
    ours = found.houses["living_area_sqft"]
    assert (ours == truth[ours.index]).all()


def test_data_that_robots_txt_disallows_are_never_asked_for(crawls) -> None:
    found = crawls("robots")
    assert found.site.server.log.requests("/api/") == []
    assert found.shown


def test_no_agent_of_the_data_is_in_what_was_learned_or_read(crawls) -> None:
    found = crawls("plain")
    agents = [one["agent"] for one in found.site.houses.values()]
    marks = {str(one[name]) for one in agents for name in ("name", "phone", "mail")}
    assert (found.place / "ways" / "rows.json").exists()
    assert traces([*in_folder(found.place), ("what it said", found.said.encode())], marks) == {}
    data = json.dumps(list(found.site.houses.values())).encode()
    assert traces([("the control: the data themselves", data)], marks)


def test_the_next_run_starts_with_what_was_learned(crawls, tmp_path) -> None:
    learned = crawls("plain").place / "ways" / "rows.json"
    assert str(json.loads(learned.read_text())["phase"]) == "data"
    place = tmp_path / "data"
    with Scripted("plain", count=50) as site:
        file = site.site_file(tmp_path)
        root, old = f"http://{site.server.host}", json.loads(learned.read_text())
        ids = (FoundId(one, f"{root}/house/{one}", "all", n) for n, one in enumerate(site.ids))
        with Ledger.open(open_place(str(place)), run_id="list") as ledger:
            ledger.add_ids("rows", ids)
        text = re.sub(r"127\.0\.0\.1:\d+", site.server.host, json.dumps(old))
        (place / "ways").mkdir()
        (place / "ways" / "rows.json").write_text(text)
        found = again(site, file, place)
    assert found.stats["data/read"] >= 30
    assert len(found.shown) <= 18
    first = site.server.log.requests("/api/")[0]
    assert "sec-fetch-mode" not in first.headers


@pytest.mark.full
@pytest.mark.parametrize(("kind", "data"), [("token", True), ("post", False)])
def test_more_kinds_of_requests(tmp_path, crawls, kind: str, data: bool) -> None:
    found = crawl(kind, tmp_path)
    assert ("data" in set(found.houses["fetch_mode"])) == data
    same_rows(found, crawls("browser"))
