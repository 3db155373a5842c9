"""The simulated fleet: nothing gets lost in it, and without accidents it is what the plan says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.fleet import World, simulate
from scraper.fleet.plan import plan
from scraper.fleet.prices import prices
from scraper.fleet.ways import ways

HOUSES = 100_000
CALM = World(
    ways()["http"].work(HOUSES, 20),
    workers=20,
    hazard=0.0,
    ban_pages=1e12,
    spread=0.0,
    stragglers=0.0,
    boot=0.0,
    part_start=0.0,
    id_seconds=0.0,
)
ROUGH = replace(
    CALM, hazard=2.0, ban_pages=50_000, spread=0.2, stragglers=0.1, boot=60.0, noticed=0.5
)


def test_without_accidents_it_is_the_plan() -> None:
    (told,) = simulate(CALM, [1])
    made = plan(CALM.work, prices().machines[CALM.machine], CALM.workers, prices())
    assert told.hours == pytest.approx(made.hours, rel=1e-3)
    assert told.dollars == pytest.approx(made.once, rel=0.05)
    assert (told.repeated, told.bans, told.interruptions) == (0, 0, 0)


def test_every_house_is_visited_once_whatever_happens() -> None:
    (told,) = simulate(ROUGH, [1])
    assert min(told.interruptions, told.bans, told.repeated) > 0
    assert told.visited == HOUSES
    assert told.hours > simulate(CALM, [1])[0].hours


def test_the_same_seed_tells_the_same() -> None:
    assert simulate(ROUGH, [3]) == simulate(ROUGH, [3]) != simulate(ROUGH, [4])
