"""Weeks of a site: what it shows is published, and what it shows wrong never is."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scraper.dataset.version import versions
from scraper.place.folder import FolderPlace
from tests.refresh.commands import ALL_DUE, BEFORE, KEPT, MENDED
from tests.refresh.truth import changes, same_rows, told

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def weeks(following: Any) -> dict[str, Any]:
    """The steps by name; the truth of each week that is over; who is gone by then."""
    site, file = following.site, following.folder / "demo.toml"
    plain = file.read_text()
    steps: dict[str, Any] = {"truths": [site.truth], "gone": [set()]}

    def pass_week() -> None:
        following.pass_week()
        steps["truths"].append(site.truth)
        steps["gone"].append(set(following.expected_gone))

    steps["first"] = following.do("versions", following.place)
    file.write_text(plain + BEFORE)
    pass_week()
    site.behaviour.look = "redesign"
    steps["redesign"] = following.refresh(*ALL_DUE, *KEPT)
    steps["found"] = json.loads((Path(following.place) / "run.json").read_text())["findings"]
    file.write_text(plain + MENDED)
    steps["mended"] = following.again(*KEPT)

    pass_week()
    site.behaviour.look = "hundredfold"
    steps["hundredfold"] = following.refresh(*ALL_DUE, *KEPT)
    site.behaviour.look = ""
    pass_week()
    steps["last"] = following.refresh(*ALL_DUE, *KEPT)
    return steps


@pytest.mark.parametrize(("step", "number"), [("mended", 1), ("last", 3)])
def test_each_version_is_what_the_site_was(weeks: dict[str, Any], step: str, number: int) -> None:
    done, truth = weeks[step], weeks["truths"][number]
    assert done.code == 0, done.said
    assert not same_rows(done.rows, truth)
    assert set(done.rows.index[done.rows["status"] == "gone"]) == weeks["gone"][number]
    assert done.rows["address"].notna().all()


def test_the_versions_are_the_good_weeks_and_no_other(
    weeks: dict[str, Any], following: Any
) -> None:
    known = versions(FolderPlace(Path(following.place)))
    assert [one.number for one in known] == [1, 2, 3]
    assert [weeks[one].version for one in ("mended", "last")] == [2, 3]
    new = [len(after.keys() - before.keys()) for before, after in pairwise(weeks["truths"])]
    assert [one.new for one in known[1:]] == [new[0], new[1] + new[2]]
    assert all(one.accepted is None for one in known)


@pytest.mark.parametrize(
    ("step", "column", "version"),
    [("redesign", "living_area_sqft", 1), ("hundredfold", "price_per_sqft", 2)],
)
def test_a_bad_week_is_refused_with_its_reason(
    weeks: dict[str, Any], step: str, column: str, version: int
) -> None:
    done = weeks[step]
    assert done.code == 4, done.said
    assert column in done.said.splitlines()[-1]
    assert done.version == version
    before = weeks["first" if step == "redesign" else "mended"]
    assert done.rows.equals(before.rows)
    assert done.history.equals(before.history)


def test_houses_and_pages_to_look_at_are_named(weeks: dict[str, Any]) -> None:
    first = weeks["found"][0]
    assert len(first["pages"]) == 3
    assert all("Footprint" in Path(page).read_text() for page in first["pages"])
    assert all("/house/" in url for url in first["examples"])


def test_the_mended_site_file_needs_no_request(weeks: dict[str, Any]) -> None:
    assert not weeks["mended"].asked
    # The control: the week that was refused did ask for the pages.
    assert weeks["redesign"].asked["house 200"] >= len(weeks["redesign"].truth) - 1


def test_the_history_is_what_happened_and_nothing_else(weeks: dict[str, Any]) -> None:
    truths = weeks["truths"]
    # Nobody could see what the third week showed.
    seen = [*truths[:2], truths[3]]
    assert told(weeks["last"].history) == changes(seen)
    assert changes(seen)
