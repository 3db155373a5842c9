"""The ID list: what a listing adds, and which part a house belongs to."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest


def test_a_listing_adds_what_is_new_and_counts_what_is_known(opened, made):
    ledger = opened()
    assert ledger.add_ids("homes", made.found(30)).new == 30
    added = ledger.add_ids("homes", made.found(30, start=20))
    assert (added.new, added.known) == (20, 10)
    assert ledger.counts().new == 50


def test_a_repeat_within_one_listing_is_one_house(opened, made):
    ledger = opened()
    added = ledger.add_ids("homes", [*made.found(3), *made.found(3)])
    assert (added.new, added.known, ledger.counts().total) == (3, 3, 3)


def test_sites_have_their_own_houses_of_the_same_id(opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(3))
    assert ledger.add_ids("nests", made.found(2)).new == 2
    assert (ledger.counts("homes").total, ledger.counts("nests").total) == (3, 2)
    assert {lease.site for lease in ledger.lease("nests", 9)} == {"nests"}


def test_the_first_listing_keeps_its_place_and_the_last_one_its_url_and_time(place, opened, made):
    from scraper.ledger.snapshot import ids_table

    times = iter([made.NOW, made.NOW, made.NOW + timedelta(days=1)])
    ledger = opened(clock=lambda: next(times))
    [first] = made.found(1)
    ledger.add_ids("homes", [first])
    ledger.add_ids("homes", [replace(first, url="https://new.example/h/0", where="b", position=9)])
    [row] = next(iter(ids_table(ledger))).to_pylist()
    assert (row["where"], row["position"]) == (first.where, first.position)
    assert row["url"] == "https://new.example/h/0"
    assert row["last_seen"] - row["first_seen"] == timedelta(days=1)
    assert row["state"] == "new"


def test_a_clock_that_goes_back_takes_no_listing_back(opened, made):
    times = iter([made.NOW, made.NOW, made.NOW - timedelta(days=1)])
    ledger = opened(clock=lambda: next(times))
    ledger.add_ids("homes", made.found(1))
    ledger.add_ids("homes", made.found(1))
    [lease] = ledger.lease("homes", 1)
    assert lease.last_seen == made.NOW
    assert lease.first_seen == made.NOW - timedelta(days=1)


def test_what_was_added_before_a_fault_stays(opened, made):
    def listing():
        yield from made.found(10_000)
        raise ConnectionResetError

    ledger = opened()
    with pytest.raises(ConnectionResetError):
        ledger.add_ids("homes", listing())
    assert ledger.counts().new == 10_000


def test_parts_are_disjoint_and_together_the_whole_list(opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(500))
    parts = [ledger.lease("homes", 500, part=(i, 7)) for i in range(7)]
    ids = [lease.house_id for part in parts for lease in part]
    assert len(ids) == len(set(ids)) == 500
    assert all(40 < len(part) < 110 for part in parts)


def test_more_ids_move_no_house_to_another_part(opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(300))
    before = {lease.house_id for lease in ledger.lease("homes", 900, part=(2, 5))}
    ledger.close()
    ledger = opened("S")
    ledger.add_ids("homes", made.found(300, start=300))
    after = {lease.house_id for lease in ledger.lease("homes", 900, part=(2, 5))}
    assert before == {house_id for house_id in after if int(house_id) < 300}


def test_fifty_thousand_ids_take_seconds_and_leasing_from_them_no_time(opened, made):
    ledger = opened()
    started = time.process_time()
    assert ledger.add_ids("homes", made.found(50_000)).new == 50_000
    assert time.process_time() - started < 5
    started = time.process_time()
    for _ in range(100):
        assert len(ledger.lease("homes", 8, part=(3, 100))) in range(9)
        ledger.counts("homes")
    assert time.process_time() - started < 1
