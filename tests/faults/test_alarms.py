"""Sites that stop giving houses, or give wrong ones: the crawl says so and publishes nothing."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import settings as project_settings
from scraper.dataset import read
from scraper.dataset.publish import publish
from scraper.dataset.version import versions
from scraper.demo import pages, shown
from scraper.demo.model import House
from scraper.demo.server import Answer, Request
from scraper.demo.site import DemoSite
from scraper.house import FoundId
from scraper.ledger.parts import write_ids
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

AT_ONCE = 4
"""Requests under way: as many more pages are asked for while an alarm is on its way."""
UNWATCHED = json.dumps(
    {**project_settings.EXTENSIONS, "scraper.quality.middleware.QualityExtension": None}
)
CHALLENGE = (
    b"<html><head><title>Just a moment...</title></head><body><p>Verify you are human</p>"
    b"<div class='cf-turnstile'></div></body></html>"
)
BLIND = """import spiders.houses, spiders.page
spiders.houses.refusal = spiders.page.refusal = lambda page: None
class Blind(spiders.houses.HousesSpider):
    pass
"""
Change = Callable[[House], House | bytes]
FULL = os.environ.get("FAULTS") == "full"


class Crawl:
    """One dataset of a site, and the commands that fill it."""

    def __init__(self, site: DemoSite, folder: Path) -> None:
        self.site, self.folder, self.place = site, folder, folder / "data"
        self.file = site.site_file(folder)

    def run(self, stage: str, *more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", stage]
        command += ["-a", f"site={self.file}", "-s", f"DATASET={self.place}"]
        command += ["-s", f"CONCURRENT_REQUESTS={AT_ONCE}", "-s", "PHOTO_WORKERS=1", *more]
        env = {**os.environ, "PYTHONPATH": f"{self.folder}:{os.environ.get('PYTHONPATH', '')}"}
        said = subprocess.run(command, cwd=self.folder, capture_output=True, text=True,
                              check=False, timeout=200, env=env)  # fmt: skip
        assert "Traceback" not in said.stderr, said.stderr
        return said

    def list_ids(self, towns: int | None = None) -> None:
        """What stage 1 would bring, of the first towns or of all."""
        with Ledger.open(open_place(str(self.place)), run_id="listing") as ledger:
            for town in self.site.catalogue.towns[:towns]:
                found = (
                    FoundId(one, f"{self.site.url}/house/{one}", town.slug, n)
                    for n, one in enumerate(town.house_ids)
                )
                ledger.add_ids("demo", found)
            write_ids(ledger, open_place(str(self.place)))

    def houses(self, *more: str) -> subprocess.CompletedProcess[str]:
        return self.run("houses", *more)

    @property
    def report(self) -> dict:
        return json.loads((self.place / "run.json").read_text())

    @property
    def columns(self) -> set[str]:
        return {one["column"] for one in self.report["findings"]}

    @property
    def stored(self) -> dict[str, float]:
        rows = read(str(self.place), columns=["house_id", "sold_price"])
        return dict(zip(rows["house_id"], rows["sold_price"], strict=True))

    def published(self) -> int:
        return len(versions(open_place(str(self.place))))

    def equals_truth(self) -> bool:
        truth = self.site.truth
        found = read(str(self.place)).set_index("house_id")
        return set(found.index) == set(truth) and all(
            found.loc[one, "address"] == row["address"]
            and (row["sold_price"] is None or found.loc[one, "sold_price"] == row["sold_price"])
            for one, row in truth.items()
        )


def _site(port: int = 0) -> DemoSite:
    """Plain houses that are sold, so that a crawl takes seconds."""
    site = DemoSite(houses=90, seed=11, port=port)
    plain = {one: _plain(house) for one, house in site.catalogue.houses.items()}
    site.use(replace(site.catalogue, houses=plain))
    return site


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    """A dataset without houses, of a site that is well."""
    with _site() as site:
        yield Crawl(site, tmp_path)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """A dataset with a version, from one town; its site is gone."""
    with _site() as site:
        crawl = Crawl(site, tmp_path_factory.mktemp("first"))
        crawl.list_ids(towns=1)
        assert crawl.houses().returncode == 0
    return crawl


@pytest.fixture
def known(first: Crawl, tmp_path: Path) -> Iterator[Crawl]:
    """A copy of that dataset with all towns in its list, and the site again."""
    shutil.copytree(first.place, tmp_path / "data", ignore=shutil.ignore_patterns("*.lock"))
    with _site(int(first.site.url.rpartition(":")[2])) as site:
        crawl = Crawl(site, tmp_path)
        crawl.list_ids()
        yield crawl


def _plain(house: House) -> House:
    price = house.sold_price or house.listed_price or 300_000.0
    return replace(house, javascript=False, flaky=False, photos=(), embedded="none", gone=0,
                   status="sold", sold_price=price, sold_on=house.sold_on or house.listed_on,
                   listed_price=None, listed_on=None, last_sold_price=None, last_sold_on=None,
                   history=())  # fmt: skip


def after(crawl: Crawl, good: int, change: Change) -> list[str]:
    """From the good-th house page on the site answers something else; the IDs of these."""
    seen: list[str] = []

    def answer(request: Request) -> Answer | None:
        seen.append(request.path)
        if len(seen) <= good:
            return None
        house = crawl.site.catalogue.houses[request.path.rpartition("/")[2]]
        changed = change(house)
        if isinstance(changed, bytes):
            return Answer(changed)
        return Answer(pages.house(changed, [], crawl.site.url, crawl.site.photo_root))

    crawl.site.override("/house/*", answer)
    return seen


def heal(crawl: Crawl) -> None:
    crawl.site.override("/house/*", lambda request: None)
    crawl.site._overrides = ()


def comes_back(crawl: Crawl) -> None:
    """When the site is well again, the same command brings home everything."""
    if FULL:
        heal(crawl)
        assert crawl.houses().returncode == 0
        assert crawl.equals_truth()


def are_of_the_good(crawl: Crawl) -> bool:
    """The rows are those of the 30 good pages; one under way at the alarm may be given back."""
    truth = crawl.site.truth
    right = all(price == truth[one]["sold_price"] for one, price in crawl.stored.items())
    return right and 30 - AT_ONCE <= len(crawl.stored) <= 30


def blank(house: House) -> House:
    return replace(house, sold_price=None)


def renamed(house: House) -> House:
    figure = ("Closing figure", shown.number(house.sold_price or 0.0))
    return replace(house, sold_price=None, more={"The deal": (figure,)})


def test_a_challenge_in_place_of_pages_ends_the_crawl(crawl: Crawl) -> None:
    crawl.list_ids()
    seen = after(crawl, 30, lambda house: CHALLENGE)
    said = crawl.houses("-s", "EGRESS_REST=0.05")
    assert said.returncode == 5, said.stderr
    assert "the site refuses the one address there is" in said.stderr
    assert len(set(seen)) <= 30 + 5 + AT_ONCE
    states = crawl.report["states"]
    assert states["ok"] == len(crawl.stored)
    assert are_of_the_good(crawl)
    assert states["failed"] == states["unread"] == 0
    assert states["new"] + states["refused"] >= len(crawl.site.truth) - 30
    assert crawl.published() == 0
    heal(crawl)  # here in the quick run too
    assert crawl.houses().returncode == 0
    assert crawl.equals_truth()


def test_without_the_rules_of_refusals_it_asks_on(crawl: Crawl) -> None:
    """Negative control: the same challenge, to a crawl that takes it for a page like others."""
    (crawl.folder / "blind.py").write_text(BLIND)
    crawl.file.write_text(crawl.file.read_text() + '\n[render]\nmode = "never"\n')
    crawl.list_ids()
    seen = after(crawl, 30, lambda house: CHALLENGE)
    said = crawl.houses("-s", "SPIDER_MODULES=blind", "-s", f"EXTENSIONS={UNWATCHED}")
    assert said.returncode == 4, said.stderr
    assert len(set(seen)) == 30 + crawl.report["states"]["unread"] > 30 + 5 + AT_ONCE


def test_one_page_for_every_house(crawl: Crawl) -> None:
    crawl.list_ids()
    one = pages.house(
        crawl.site.catalogue.houses[min(crawl.site.truth)],
        [],
        crawl.site.url,
        crawl.site.photo_root,
    )
    seen = after(crawl, 30, lambda house: one)
    said = crawl.houses()
    assert said.returncode == 4, said.stderr
    assert crawl.columns == {"page"}
    assert len(crawl.report["findings"][0]["examples"]) == 3
    assert len(set(seen)) <= 30 + 10 + AT_ONCE  # houses: one may be rendered, too
    assert are_of_the_good(crawl)
    assert crawl.published() == 0
    comes_back(crawl)


def test_pages_without_a_price(crawl: Crawl) -> None:
    crawl.list_ids()
    seen = after(crawl, 30, blank)
    said = crawl.houses()
    assert said.returncode == 4, said.stderr
    assert {"price", "sold_price"} & crawl.columns
    assert "sold_price" in said.stderr or "price" in said.stderr
    assert len(set(seen)) <= 30 + 10 + AT_ONCE  # houses: one may be rendered, too
    assert are_of_the_good(crawl)
    assert crawl.published() == 0
    comes_back(crawl)


@pytest.mark.parametrize("wrong", ["same", pytest.param("blank", marks=pytest.mark.full)])
def test_without_the_watch_such_rows_are_stored(crawl: Crawl, wrong: str) -> None:
    crawl.list_ids()
    one = pages.house(
        crawl.site.catalogue.houses[min(crawl.site.truth)],
        [],
        crawl.site.url,
        crawl.site.photo_root,
    )
    after(crawl, 30, blank if wrong == "blank" else lambda house: one)
    crawl.houses("-s", f"EXTENSIONS={UNWATCHED}", "-a", "part=0/1")
    assert len(crawl.stored) == len(crawl.site.truth)
    assert not crawl.equals_truth()


def test_a_renamed_price_never_reaches_the_dataset(known: Crawl) -> None:
    """The first version comes from one town; the template changes while the rest is read."""
    before = known.stored
    after(known, 25, renamed)
    said = known.houses()
    assert said.returncode == 4, said.stderr
    assert "sold_price" in known.columns | {c.partition(" from ")[0] for c in known.columns}
    assert "sold_price" in said.stderr
    assert known.published() == 1
    assert known.stored == before


def test_without_the_watch_a_renamed_price_is_stored(known: Crawl) -> None:
    after(known, 0, renamed)
    known.houses("-s", f"EXTENSIONS={UNWATCHED}", "-a", "part=0/1")
    version = publish(open_place(str(known.place)))
    assert version is not None
    assert sum(price != price for price in known.stored.values()) > 20


def times_hundred(house: House) -> House:
    return replace(house, sold_price=(house.sold_price or 1.0) * 100)


def in_pounds(house: House) -> bytes:
    page = pages.house(house, [], "http://127.0.0.1", "http://127.0.0.1")
    return page.replace(b"$", "£".encode())


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        (times_hundred, {"price_per_sqft"}),
        pytest.param(in_pounds, {"currency"}, marks=pytest.mark.full),
    ],
    ids=["times-100", "currency"],
)
def test_a_flip_is_not_published(
    known: Crawl, tmp_path: Path, change: Change, columns: set[str]
) -> None:
    crawl, before = known, known.stored
    after(crawl, 0, change)
    crawl.houses("-a", "part=0/1")  # a part of a fleet: nobody publishes yet
    shutil.copytree(crawl.place, tmp_path / "unguarded")
    said = crawl.houses()
    assert said.returncode == 4, said.stderr
    assert columns <= crawl.columns
    assert crawl.published() == 1
    assert crawl.stored == before
    # The control: without the gate the wrong rows are published.
    version = publish(open_place(str(tmp_path / "unguarded")))
    assert version is not None
    assert version.rows > len(before)
    comes_back(crawl)


@pytest.mark.full
def test_a_first_version_has_to_be_plausible(crawl: Crawl) -> None:
    crawl.list_ids()
    after(crawl, 0, times_hundred)
    said = crawl.houses()
    assert said.returncode == 4, said.stderr
    assert crawl.columns == {"price_per_sqft"}
    assert crawl.published() == 0


def test_a_site_as_it_was_raises_no_alarm(known: Crawl) -> None:
    """The control of all alarms."""
    said = known.houses()
    assert said.returncode == 0, said.stderr
    assert known.report["findings"] == []
    assert known.published() == 2
    assert known.equals_truth()
