"""The plan of a crawl: the course's own figures, ours beside them, and what decides the hours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scraper.cli.main import main
from scraper.fleet.plan import Work, plan
from scraper.fleet.prices import prices
from scraper.fleet.ways import ways

MILLION = 1_000_000


def course_plan(machines: int = 100):
    return plan(ways()["course"].work(MILLION, 0), prices().machines["course"], machines, prices())


def test_the_course_s_table_comes_out() -> None:
    made = course_plan()
    assert round(made.hours, 1) == 8.3
    assert 16.6 <= made.compute < 16.7


def test_more_machines_save_hours_and_no_dollars() -> None:
    assert course_plan(200).hours == pytest.approx(course_plan(100).hours / 2)
    assert course_plan(200).compute == pytest.approx(course_plan(100).compute)


@pytest.mark.parametrize(("way", "most"), [("browser", 1.0), ("data", 0.15), ("http", 0.15)])
def test_a_million_houses_by_our_ways(way: str, most: float) -> None:
    work, machine = ways()[way].work(MILLION, 0), prices().machines["t3-small"]
    assert work.cpu_hours / machine.vcpu * machine.hour < most
    assert plan(work, machine, 1, prices()).compute < most


def test_a_machine_runs_a_crawl_a_processor_but_the_course_one() -> None:
    machine = prices().machines["t3-small"]
    for name, crawls in (("http", 2), ("course", 1)):
        waits = replace(ways()[name].work(MILLION, 0), cpu_seconds=0.0)
        hours = plan(waits, machine, 1, prices()).hours
        assert hours == pytest.approx(MILLION * waits.wait_seconds / waits.at_once / crawls / 3600)


def test_the_pace_of_the_site_decides_where_it_is_slowest() -> None:
    work, machine = ways()["http"].work(3600, 0), prices().machines["t3-small"]
    made = plan(work, machine, 50, prices(), per_second=1)
    assert made.bound_by == "pace"
    assert made.hours == pytest.approx(1)
    assert plan(work, machine, 50, prices()).bound_by != "pace"


def test_photos_are_requests_too() -> None:
    with_photos, without = ways()["http"].work(100, 20), ways()["http"].work(100, 0)
    assert with_photos.requests == 21 * without.requests
    assert with_photos.cpu_hours > without.cpu_hours


def test_a_machine_that_never_rests_pays_for_its_credits() -> None:
    busy = Work(MILLION, cpu_seconds=1, wait_seconds=0)
    machine = prices().machines["t3-small"]
    assert plan(busy, machine, 1, prices()).surplus > 0
    assert plan(busy, replace(machine, baseline=1.0), 1, prices()).surplus == 0


def test_a_run_s_own_figures_take_the_place_of_ours(tmp_path: Path, capsys) -> None:
    run = {
        "stage": "houses",
        "cpu_seconds": 70.0,
        "stats": {"houses/mode/http": 1000, "houses/mode/browser": 3},
    }
    (tmp_path / "housecrawl.json").write_text('{"format": 1}')
    (tmp_path / "run.json").write_text(json.dumps(run))
    assert main(["plan", "--houses", "1000", "--measured", str(tmp_path)]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "seconds a page" in line)
    assert line.split()[-1] == f"{70 / 1003:.3g}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--houses", "5", "--machine", "abacus"], "t3-small"),
        (["--houses", "5", "--measured", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_planned_is_said_in_a_line(arguments, said, capsys, tmp_path) -> None:
    assert main(["plan", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_place_without_a_run_has_nothing_to_measure(tmp_path: Path, capsys) -> None:
    (tmp_path / "housecrawl.json").write_text('{"format": 1}')
    assert main(["plan", "--houses", "5", "--measured", str(tmp_path)]) == 2
    assert "run.json" in capsys.readouterr().err
