"""How crawls end that could not do their work, and crawls that share a place."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from scraper.dataset import read
from scraper.demo.server import Answer


def published(here) -> tuple[list[str], int]:
    """What must not change: the versions, and the rows of the newest."""
    names = sorted(one.name for one in Path(here.place, "versions").iterdir())
    return names, len(read(here.place))


def reopen_all(here) -> None:
    """Let every house be visited again, as a lost part does."""
    next((Path(here.place) / "parts").glob("*.json")).unlink()


FULL = os.environ.get("FAULTS") == "full"
BROKEN_DOWN = Answer(b"<html><body><h1>Internal error</h1></body></html>", 500)
NOTHING_ALLOWED = Answer(b"User-agent: *\nDisallow: /")
EMPTY = Answer(b"<html><body><h1>0 homes</h1></body></html>")


NOT_REACHED = ("http://127.0.0.1:", "the host could not be reached", "run it again")
UNHELPFUL = {
    "ids-down": ("ids", "*", None, 3, NOT_REACHED),
    "down": ("houses", "*", None, 3, (*NOT_REACHED, "is the site up?")),
    "unread": ("houses", "/house/*", Answer(b"<html><body><p>soon</p></body></html>"), 4, ()),
}
if FULL:
    UNHELPFUL |= {
        "ids-empty": ("ids", "/search/*", EMPTY, 4, ("[search] id",)),
        "ids-500": ("ids", "/search/*", BROKEN_DOWN, 3, ("HTTP 500",)),
        "ids-denied": ("ids", "/robots.txt", NOTHING_ALLOWED, 5, ("Disallow: /",)),
        "denied": ("houses", "/robots.txt", NOTHING_ALLOWED, 5, ("Disallow: /",)),
        "500": ("houses", "/house/*", BROKEN_DOWN, 3, ("HTTP 500",)),
        "reset": ("houses", "/house/*", Answer(fault="reset"), 3, ("run it again",)),
    }


@pytest.mark.parametrize(
    ("stage", "path", "answer", "code", "words"), UNHELPFUL.values(), ids=UNHELPFUL.keys()
)
def test_a_crawl_without_a_result_never_says_done(good, stage, path, answer, code, words) -> None:
    before = published(good)
    if stage == "houses":
        reopen_all(good)
    if path == "/robots.txt":
        shutil.rmtree(Path(good.place) / "robots")  # as when a day is over
    if answer is None:
        good.site.stop()
    else:
        good.site.override(path, lambda _: answer)
    quick = ("-s", "BACK_OFF=0.05", "-s", "RETRY_TIMES=0", "-s", "BROWSER_DEADLINE=5")
    crawl = good.start(stage, *quick)
    crawl.ended_well(code)
    last = crawl.said.splitlines()[-1]
    assert all(word in last for word in words), last
    assert published(good) == before
    facts = good.facts()
    assert (facts["exit_code"], facts["stage"]) == (code, stage)
    assert facts["why"] in last
    assert sum(facts["states"].values()) == len(good.site.listed)
    if (stage, answer) == ("houses", None):
        rules = len(good.site.disallowed & good.site.listed)
        assert facts["states"]["denied"] <= rules, "a site that is down denies nothing more"


BROKEN = """
import sys
kind = sys.argv.pop(1)
def boom(*args, **more):
    raise ValueError("boom")
import spiders.houses as houses
if kind == "start":
    async def start(self):
        boom()
        yield
    houses.HousesSpider.start = start
elif kind == "callback":
    houses.page_of = boom
elif kind == "pipeline":
    import pipelines.clean
    pipelines.clean.CleanPipeline.process_item = lambda self, item: boom()
elif kind == "dropped":
    import pipelines.validate
    from scrapy.exceptions import DropItem
    def drop(self, item):
        raise DropItem("not today")
    pipelines.validate.ValidatePipeline.process_item = drop
elif kind == "lost":
    import scraper.ledger.middleware as middleware
    middleware.PATIENCE = 1.0
    houses.HousesSpider.parse = lambda self, response: None
elif kind == "constructor":
    houses.HousesSpider.__init__ = boom
from scraper.cli.scrapy import main
main()
"""


RAISES = {"start": 1, "lost": 3, "pipeline": 3}
if FULL:
    RAISES |= {"callback": 3, "dropped": 4, "constructor": 1}


def test_whatever_raises_every_lease_ends_and_the_end_is_honest(crawls) -> None:
    here = crawls(12)
    here.list()
    for kind, code in RAISES.items():
        crawl = here.start("houses", "-s", "ATTEMPTS=1", program=("-c", BROKEN, kind))
        assert crawl.code(60) == code, (kind, crawl.said[-3000:])
        facts = here.facts()
        assert facts["exit_code"] == code
        assert sum(facts["states"].values()) == len(here.site.listed)
        if code != 1:
            # No lease was left behind: each house came to an end.
            assert facts["states"]["new"] == 0
        assert not (Path(here.place) / "versions").exists()
    here.run("houses")
    assert here.sealed("houses") == Counter(set(here.site.truth))


@pytest.mark.full
def test_an_address_that_is_too_long_does_not_hang_the_crawl(crawls) -> None:
    """Scrapy drops requests for such addresses without a word to spider or ledger."""
    here = crawls(12)
    file = Path(here.file)
    file.write_text(file.read_text().replace("/house/{id}", "/house/{id}?" + "x" * 2100))
    here.run("ids")
    crawl = here.start("houses", "-s", "ATTEMPTS=1")
    crawl.code(60)
    assert here.facts()["states"]["new"] == 0


def test_run_json_the_ledger_the_parts_and_the_sites_log_agree(calm) -> None:
    facts, log = calm.facts(), calm.site.log
    states, stats = facts["states"], facts["stats"]
    visits = read(calm.place, table="visits")
    assert {k: v for k, v in states.items() if v} == Counter(visits["outcome"])
    assert states["ok"] == len(read(calm.place)) == len(calm.sealed("houses"))
    assert stats["houses/ok"] == states["ok"]
    assert sum(facts["photos"].values()) == len(read(calm.place, table="photos"))
    # A denied request is counted nowhere but in the gate; Chromium repeats nothing.
    assert stats["asked/house"] == len(log.requests("/house/"))
    assert stats["asked/photo"] == len(log.requests("/photo/"))
    assert {(one["outcome"], one["n"]) for one in facts["reasons"]} >= {
        ("gone", len(set(calm.site.gone) & calm.site.listed))
    }
    ids = read(calm.place, table="ids")
    assert len(ids) == sum(states.values())


@pytest.mark.parametrize("apart", [0.0, 1.5] if FULL else [1.5])
def test_a_second_crawl_of_a_place_is_refused(crawls, apart: float) -> None:
    """Nothing is answered until one of them has ended, so the other one is at work then."""
    here = crawls(60)
    here.list()
    here.site.log.clear()
    refusing = threading.Event()
    here.site.override("/house/*", lambda _: refusing.wait(60) and None)
    one = here.start("houses")
    if apart:
        assert one.until(here.asked)
    two = here.start("houses")
    assert one.until(lambda: two.process.poll() is not None) or one.process.poll() is not None
    refused, works = (two, one) if two.process.poll() is not None else (one, two)
    refusing.set()
    works.ended_well(0)
    assert refused.code() == 3
    assert "is in use by process" in refused.said
    assert len(refused.said.strip().splitlines()) == 1
    here.whole()
    plain = Counter(r.path for r in here.site.log.requests("/house/"))
    assert max(plain.values()) <= 2  # by HTTP, then rendered


@pytest.mark.full
def test_two_processes_share_a_place_by_parts(crawls) -> None:
    here = crawls(40)
    here.list()
    here.site.log.clear()
    one, two = (here.start("houses", "-a", f"part={n}/2") for n in (0, 1))
    one.ended_well(0)
    two.ended_well(0)
    assert not (Path(here.place) / "versions").exists()
    assert set(here.sealed("visits").values()) == {1}
    asked = len(here.site.log.requests("/house/"))
    here.run("houses")
    assert len(here.site.log.requests("/house/")) == asked
    here.whole()


@pytest.mark.full
def test_children_of_an_array_share_a_place_and_a_run_id(crawls, monkeypatch) -> None:
    """Started as engines do it: the same command for all, the part by the environment."""
    here = crawls(40)
    here.list()
    names = ("AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID")
    for index, name in enumerate(names):
        with monkeypatch.context() as patch:
            patch.setenv(name, str(index))
            patch.setenv("HOUSECRAWL_PARTS", "3")
            here.run("houses", "-s", "RUN_ID=night")
    assert set(here.sealed("visits").values()) == {1}
    here.site.log.clear()
    here.run("houses")
    assert here.asked() == set(), "the parts are the whole list"
    here.whole()


def test_the_part_of_a_dead_worker_is_completed_by_its_next_run(crawls) -> None:
    """Two processes at once take a part each, and one is killed: both parts, and none twice."""
    here = crawls(40)
    here.site.behaviour.latency = 0.1
    here.list()
    one, two = (here.start("houses", "-a", f"part={n}/2") for n in (0, 1))
    assert two.until(lambda: len(here.asked()) > 8)
    two.kill()
    one.ended_well(0)
    here.site.behaviour.latency = 0
    here.run("houses", "-a", "part=1/2")
    assert set(here.sealed("houses").values()) == {1}
    here.site.log.clear()
    here.run("houses")
    assert here.asked() == set(), "the parts are the whole list"
    here.whole()


FULL_DISK = """
from scraper.errors import StorageError
from scraper.place.folder import FolderPlace
def write(self, name, data):
    raise StorageError("the disk is full: make room, then run the same command again")
FolderPlace.write = write
from scraper.cli.scrapy import main
main()
"""


@pytest.mark.full
def test_an_ending_that_cannot_be_written_is_not_complete(crawls) -> None:
    here = crawls(12)
    here.list()
    crawl = here.start("houses", program=("-c", FULL_DISK))
    crawl.ended_well(3)
    assert "the disk is full" in crawl.said.splitlines()[-1]
    here.run("houses")
    here.whole()


@pytest.mark.full
def test_s3_that_hangs_does_not_hold_up_a_stop(crawls, s3_place) -> None:
    """The place takes nothing any more: the rows wait in the ledger, exit 3 in time."""
    here = crawls(12, place=s3_place)
    here.run("ids")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        taken: list[socket.socket] = []
        thread = threading.Thread(target=_take, args=(deaf, taken), daemon=True)
        thread.start()
        crawl = here.start("houses", "-s", "STOP_BUDGET=10", program=("-c", REDIRECTED, _url(deaf)))
        victim = sorted(here.site.truth)[4]
        here.site.override(f"/house/{victim}", lambda _: Answer(fault="hang"))
        assert crawl.until(lambda: victim in here.asked())
        at = crawl.send(signal.SIGTERM)
        assert crawl.code(30) == 3
        assert time.monotonic() - at < 10.5
        for one in taken:
            one.close()
    assert "Traceback" not in crawl.said
    here.site._overrides = here.site._overrides[1:]
    here.run("houses")
    here.whole()


# The place answers while the crawl starts, and not from its first house on.
REDIRECTED = """
import os, sys
url = sys.argv.pop(1)
from scraper.ledger.middleware import LedgerExtension
leases = LedgerExtension.leases
def turned(self, site, part):
    os.environ["AWS_ENDPOINT_URL"] = url
    self.place = type(self.place).parse(self.place.url)
    return leases(self, site, part)
LedgerExtension.leases = turned
from scraper.cli.scrapy import main
main()
"""


def _url(server) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def _take(server, taken) -> None:
    while True:
        try:
            taken.append(server.accept()[0])
        except OSError:
            return
