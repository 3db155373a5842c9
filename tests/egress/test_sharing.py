"""Crawls on one machine share what they know of their addresses, by one file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from scraper.cli.addresses import wait_for
from scraper.egress.address import Address
from scraper.egress.health import Health
from scraper.egress.memory import FILE, Memory, as_told, read_sites
from scraper.egress.pool import Pool
from scraper.egress.rotations import Rotations

REST, WALL = 10.0, 1_000_000.0
"""`WALL`: what the clock on the wall is ahead of the pools' clock."""


def pool(*names: str, rotations: int = 2) -> Pool:
    made = Pool(REST, 600.0, Rotations(rotations), lambda: 0.0)
    made.add([Health(Address(name)) for name in names])
    return made


def refuse(one: Pool, now: float, times: int = 2) -> None:
    for n in range(times):
        one.refused(one.take(now), f"{now} {n}", now)


def keep(folder: Path, one: Pool, now: float) -> None:
    Memory(folder, "homes").keep(one, now, WALL + now)


def test_what_one_crawl_is_refused_the_other_knows(tmp_path) -> None:
    one, other = pool("a", "b"), pool("a", "b")
    assert other.take(0).address.name == "a"
    refuse(one, 0)
    keep(tmp_path, one, 0)
    keep(tmp_path, other, 1)
    assert [h.resting_until for h in other.all] == [pytest.approx(REST, abs=0.01), float("-inf")]
    assert other.take(1).address.name == "b"
    # Two changes of both together are the whole budget.
    keep(tmp_path, other, 1)
    keep(tmp_path, one, 2)
    assert one.rotations.next(2) > 3000
    assert len(one.rotations.times) == 2


def test_what_a_crawl_wrote_itself_teaches_it_nothing(tmp_path) -> None:
    """The control: kept again and again nothing is counted twice, and no rest grows."""
    one = pool("a", "b", rotations=9)
    refuse(one, 0)
    rests = [h.resting_until for h in one.all]
    for n in range(9):
        keep(tmp_path, one, n * 0.9)
    assert [h.resting_until for h in one.all] == rests
    assert len(one.rotations.times) == 1
    assert one.all[0].generation == pool_like(one).all[0].generation


def pool_like(one: Pool) -> Pool:
    made = pool(*(h.address.name for h in one.all))
    refuse(made, 0)
    return made


def test_an_address_of_another_list_keeps_its_rest(tmp_path) -> None:
    one = pool("a", "b")
    refuse(one, 0)
    keep(tmp_path, one, 0)
    keep(tmp_path, pool("direct"), 1)
    told = {row["address"]: row for row in read_sites(tmp_path / FILE)["homes"]["addresses"]}
    assert told.keys() == {"direct", "a"}  # b rests no more than direct does
    keep(tmp_path, pool("direct"), REST + 1)
    assert [row["address"] for row in read_sites(tmp_path / FILE)["homes"]["addresses"]] == [
        "direct"
    ]


def test_crawls_that_write_at_once_lose_nothing(tmp_path) -> None:
    def work(site: str) -> None:
        for n in range(40):
            Memory(tmp_path, site).keep(pool("a"), n, WALL + n)

    sites = [f"site {n}" for n in range(4)]
    with ThreadPoolExecutor(4) as many:
        list(many.map(work, sites))
    assert sorted(read_sites(tmp_path / FILE)) == sites


def test_a_file_that_is_no_such_file_does_no_harm(tmp_path) -> None:
    for broken in (b"", b"[1]", b'{"homes": 7}', b'{"homes": {"addresses": {"a": 1}}}'):
        (tmp_path / FILE).write_bytes(broken)
        keep(tmp_path, pool("a"), 0)
        assert orjson.loads((tmp_path / FILE).read_bytes())["homes"]["addresses"]


def test_parts_of_a_list_share_the_file_of_their_machine(tmp_path) -> None:
    site = SimpleNamespace(name="homes")
    for n in range(2):
        folder = tmp_path / f"part-{n}-of-2"
        folder.mkdir()
        spider = SimpleNamespace(site=site, folder=folder, part=(n, 2))
        Memory.of(spider).keep(pool("a"), 0, WALL)
    assert [path.parent for path in tmp_path.rglob(FILE)] == [tmp_path]
    Memory.of(SimpleNamespace(site=site, folder=tmp_path, part=None)).keep(pool("a"), 0, WALL)


def test_the_budget_is_a_reason_to_wait_too() -> None:
    one = pool("a", "b", rotations=0)
    refuse(one, 0)
    told = as_told(one, 0, WALL)
    assert "worth trying again after 1970-01-12" in wait_for(told, WALL)
    assert wait_for(told, WALL + REST + 1) == ""
