"""Bans by source address: every house arrives, by other addresses or after a while."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from scraper.cli.main import main
from scraper.dataset import read
from scraper.demo.bans import Ban
from tests.egress.crawling import CONCURRENCY, REST, Crawl, site

FAST = (f"EGRESS_REST={REST}", "EGRESS_ROTATIONS_PER_HOUR=60")
SOURCES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
LOCAL = f"EGRESS=addresses:{','.join(SOURCES)}"


@pytest.mark.parametrize("refusing", ["challenge", pytest.param("403", marks=pytest.mark.full)])
def test_all_houses_arrive_by_several_addresses(tmp_path, refusing, capsys) -> None:
    with site(55, Ban(12, refusing)) as demo:
        crawl = Crawl(demo, tmp_path)
        assert crawl.houses(LOCAL, *FAST) == 0, crawl.said[-3000:]
        crawl.check_all_there()
        crawl.check_pace()
        assert max(crawl.wasted()) <= 1
        assert len(demo.bans.begun) >= 3
        visits = read(str(tmp_path / "data"), table="visits")
        clients = {one.client[0] for one in demo.log.requests()}
        assert set(visits[visits.outcome == "ok"].address) <= clients == {*SOURCES}
        told = crawl.report["egress"]
        assert sum(one["refusals"] for one in told["addresses"]) > 0
        assert crawl.report["stats"]["egress/rotations"] == told["rotations_of_run"] > 0
        assert main(["status", str(tmp_path / "data")]) == 0
        assert all(name in capsys.readouterr().out for name in SOURCES[:1])


def test_retry_after_is_obeyed_by_all_addresses(tmp_path) -> None:
    with site(30, Ban(15, "429", 2.0)) as demo:
        crawl = Crawl(demo, tmp_path)
        assert crawl.houses(LOCAL, *FAST) == 0, crawl.said[-3000:]
        crawl.check_all_there()
        assert max(crawl.wasted()) <= 1
        assert demo.bans.begun
        asked = [one.time for one in demo.log.requests()]
        for began, _ in demo.bans.begun:
            # Nothing but what was in flight; a site without Retry-After sees sixty in that time.
            assert len([t for t in asked if began - 0.01 <= t < began + 2.0]) <= CONCURRENCY + 1


def test_one_address_ends_with_5_and_nothing_is_lost(tmp_path, capsys) -> None:
    with site(30, Ban(12, "challenge")) as demo:
        crawl = Crawl(demo, tmp_path)
        assert crawl.houses("EGRESS_REST=0.3") == 5, crawl.said[-3000:]
        assert "the site refuses the one address there is" in crawl.said
        report = crawl.report
        states, (address,) = report["states"], report["egress"]["addresses"]
        assert states["new"] + states["ok"] + states["denied"] == sum(states.values())
        assert states["new"] > 0 < states["ok"]
        # In flight, one to be sure, and one after each rest.
        assert address["refusals"] <= CONCURRENCY + 1 + 3
        assert main(["status", str(tmp_path / "data"), "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["addresses"]["demo"]["addresses"][0]["refusals"] == address["refusals"]
        resting(tmp_path / "data", time.time())
        demo.bans = None
        assert crawl.run("houses") == 0, crawl.said[-3000:]
        crawl.check_all_there()


@pytest.mark.full
def test_a_run_that_starts_too_early_asks_for_nothing(tmp_path, capsys) -> None:
    with site(30, Ban(12, "challenge")) as demo:
        crawl = Crawl(demo, tmp_path)
        assert crawl.houses("EGRESS_PATIENCE=0") == 5, crawl.said[-3000:]
        resting(tmp_path / "data", time.time() + 3600)
        before = len(demo.log.requests())
        assert crawl.run("houses") == 5, crawl.said[-3000:]
        assert len(demo.log.requests()) == before
        assert main(["status", str(tmp_path / "data")]) == 0
        assert "the site refuses; worth trying again after" in capsys.readouterr().out


def resting(place: Path, until: float) -> None:
    """Let every address rest until then, as a longer rest would."""
    kept = next(place.rglob("egress.json"))
    told = json.loads(kept.read_text())
    for one in told["demo"]["addresses"]:
        one["resting_until"] = until
    told["demo"]["try_again"] = until
    kept.write_text(json.dumps(told))


def test_by_ipv6_and_without_bans_nothing_is_refused(tmp_path, loopback_6) -> None:
    """The control of all above: a crawl of the same kind, and its address is never left."""
    with site(12, None, host=loopback_6) as demo:
        crawl = Crawl(demo, tmp_path)
        # An address that cannot reach the site is passed over: that is no rotation.
        code = crawl.houses(f"EGRESS=addresses:127.0.0.2,{loopback_6}", *FAST)
        assert code == 0, crawl.said[-3000:]
        crawl.check_all_there()
        assert {one.client[0] for one in demo.log.requests()} == {loopback_6}
        assert crawl.report["egress"]["rotations_of_run"] == 0
        assert not demo.bans
