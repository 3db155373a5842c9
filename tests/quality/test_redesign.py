"""A site that is redesigned between two crawls, judged from outside."""

import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from threading import Thread

import pytest

import settings as project_settings
from scraper.dataset import read
from scraper.house import FoundId
from scraper.ledger.parts import write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place
from tests.draft.crawling import call, crawl
from tests.draft.made import Home, WohnKontor, wohnkontor

BEFORE, ALL = 24, 64
AT_ONCE = ("-s", "CONCURRENT_REQUESTS=4")
UNWATCHED = json.dumps(
    {**project_settings.EXTENSIONS, "scraper.quality.middleware.QualityExtension": None}
)


def url_of(site: WohnKontor, home: Home) -> str:
    return f"{site.url}/expose?objekt={site.id_of(home)}"


def list_ids(place: Path, site: WohnKontor, homes: list[Home]) -> None:
    """What stage 1 would bring."""
    with Ledger.open(open_place(str(place)), run_id="listing") as ledger:
        found = [
            FoundId(site.id_of(home), url_of(site, home), "leipzig", n)
            for n, home in enumerate(homes)
        ]
        ledger.add_ids("wohnkontor", found)
        write_ids(ledger, open_place(str(place)))


@pytest.fixture(scope="module")
def redesigned(tmp_path_factory) -> Iterator[tuple[WohnKontor, Path, CompletedProcess[str]]]:
    """A crawl of the site as it was, one after its redesign, and the same without the watch."""
    folder, site = tmp_path_factory.mktemp("redesign"), wohnkontor(ALL)
    with pytest.MonkeyPatch.context() as patch, site:
        patch.setenv("HOUSECRAWL_STATE", str(folder / "state"))
        (folder / "wk.toml").write_text(
            f'name = "wohnkontor"\n[search]\nurls = ["{site.url}/suche?ort=leipzig"]\n'
            "id = 'objekt=(WK[0-9]+)'\n"
            f'[house]\nurl = "{site.url}/expose?objekt={{id}}"\n[render]\nmode = "never"\n'
        )
        list_ids(folder / "data", site, site.all[:BEFORE])
        said = crawl("houses", "wk.toml", *AT_ONCE, cwd=folder)
        assert said.returncode == 0, said.stderr
        list_ids(folder / "data", site, site.all)
        shutil.copytree(folder / "data", folder / "control" / "data")
        shutil.copy(folder / "wk.toml", folder / "control")
        site.redesigned = True
        site.log.clear()
        args = ("houses", "wk.toml", *AT_ONCE)
        control = Thread(
            target=crawl, args=(*args, "-s", f"EXTENSIONS={UNWATCHED}"),
            kwargs={"cwd": folder / "control"},
        )  # fmt: skip
        said = crawl(*args, cwd=folder)
        asked = len(site.log.requests("/expose"))
        control.start()
        control.join()
        (folder / "asked").write_text(str(asked))
        yield site, folder, said


def findings(folder: Path) -> list[dict]:
    return json.loads((folder / "data" / "run.json").read_text())["findings"]


def test_it_ends_within_the_first_pages_with_exit_4_and_names_the_column(redesigned) -> None:
    _, folder, said = redesigned
    assert said.returncode == 4, said.stderr
    assert "price" in said.stderr
    assert {one["column"].split(" ")[0] for one in findings(folder)} >= {"listed_price"}
    assert int((folder / "asked").read_text()) <= 10 + 4 + 4
    assert len(read(str(folder / "data"))) == BEFORE


def test_three_pages_lie_there_to_be_looked_at(redesigned) -> None:
    _, folder, said = redesigned
    pages = [Path(one) for one in findings(folder)[0]["pages"]]
    assert len(pages) == len(set(pages)) == 3
    assert all(str(page) in said.stderr for page in pages)
    for page in pages:
        assert "Jana Roth" not in page.read_text()
        assert "Kaufpreis" not in page.read_text()
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
    checked = call("scraper.cli.main", "check", pages[0], "--site", "wk.toml", cwd=folder)
    assert "Leipzig" in checked.stdout


def test_none_of_it_is_in_the_place(redesigned) -> None:
    _, folder, _ = redesigned
    found = [
        path
        for path in (folder / "data").rglob("*")
        if path.is_file() and b"Jana Roth" in path.read_bytes()
    ]
    assert found == []
    alarms = folder / "state" / "alarms"
    assert [len(list(place.iterdir())) for place in alarms.iterdir()] == [1]


def test_without_the_watch_the_night_is_spent(redesigned) -> None:
    site, folder, _ = redesigned
    asked = len(site.log.requests("/expose")) - int((folder / "asked").read_text())
    assert asked == ALL - BEFORE
    assert len(list((folder / "state" / "alarms").iterdir())) == 1
