"""Five weeks with all that happens to a site: what is published is its truth, and nothing else is.

A plain week; a redesign, recovered from the archive; prices a hundred times too high; euros; and a
week that hides the prices at first and shows them later.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scraper.dataset.version import versions
from scraper.place.folder import FolderPlace
from tests.refresh.commands import ALL_DUE, BEFORE, KEPT, MENDED
from tests.refresh.truth import OBSERVED, changes, same_rows, told

pytestmark = [pytest.mark.full, pytest.mark.timeout(1200)]

SEEN = {1: 0, 2: 1, 3: 2, 4: 5}
"""Version to the week that it shows."""
STEPS = {2: "plain", 3: "mended", 4: "shown"}
"""Version to the step that published it."""
BAD = {
    "redesign": ("living_area_sqft", {"jump"}),
    "hundredfold": ("price_per_sqft", {"median"}),
    "currency": ("currency", {"currency"}),
    "hidden": ("price", {"fill"}),
}
"""What is wrong with the pages, to the column and the checks that have to say so."""


@pytest.fixture(scope="module")
def weeks(following: Any) -> dict[str, Any]:
    """The steps by name; the truth of each week; who is gone when its lists were read."""
    site, file = following.site, following.folder / "demo.toml"
    plain, steps = file.read_text(), {}
    steps |= {"truths": [site.truth], "gone": [set()], "happened": [], "kept": {}, "findings": {}}

    def week(look: str, name: str) -> None:
        steps["happened"].append(following.pass_week())
        steps["truths"].append(site.truth)
        steps["gone"].append(set(following.expected_gone))
        site.behaviour.look = look
        before = following.state()
        steps[name] = following.refresh(*ALL_DUE, *KEPT)
        if look:
            steps["kept"][look] = following.state() == before
            said = json.loads((Path(following.place) / "run.json").read_text())
            steps["findings"][look] = said["findings"]
        site.behaviour.look = ""

    steps["first"] = following.do("versions", following.place)
    file.write_text(plain + BEFORE)
    week("", "plain")
    week("redesign", "redesign")
    file.write_text(plain + MENDED)
    steps["mended"] = following.again(*KEPT)
    week("hundredfold", "hundredfold")
    week("currency", "currency")
    week("hidden", "hidden")
    # The watch ended the week's visits: the same refresh goes on, and reads no list again.
    steps["shown"] = following.refresh(*ALL_DUE, *KEPT)
    return steps


def test_all_of_it_happened_in_five_weeks(weeks: dict[str, Any]) -> None:
    assert len(weeks["happened"]) == 5
    for week in weeks["happened"]:
        assert all((week.new, week.sold, week.repriced, week.gone, week.unlisted))


@pytest.mark.parametrize("number", STEPS)
def test_each_version_is_what_the_site_was(weeks: dict[str, Any], number: int) -> None:
    step, known = weeks[STEPS[number]], _known(weeks, number)
    assert step.code == 0, step.said
    assert step.version == number
    assert not same_rows(step.rows, weeks["truths"][SEEN[number]])
    assert set(step.rows.index) == known
    assert _marked(step) == weeks["gone"][SEEN[number]] & known
    assert step.rows["address"].notna().all()


@pytest.mark.parametrize("look", BAD)
def test_a_bad_week_is_refused_with_its_reason(weeks: dict[str, Any], look: str) -> None:
    (column, checks), step = BAD[look], weeks[look]
    before = {"redesign": "plain"}.get(look, "mended")
    assert step.code == 4, step.said
    assert column in step.said.splitlines()[-1]
    assert {one["check"] for one in weeks["findings"][look] if one["column"] == column} & checks
    assert weeks["kept"][look]
    assert step.version == weeks[before].version
    assert step.rows.equals(weeks[before].rows)
    assert step.history.equals(weeks[before].history)


def test_the_mended_site_file_needs_no_request(weeks: dict[str, Any]) -> None:
    assert not weeks["mended"].asked
    # The control: the week that was refused did ask for the pages.
    assert weeks["redesign"].asked["house 200"] >= len(weeks["redesign"].truth) - 1


def test_the_versions_say_what_was_new_and_what_changed(
    weeks: dict[str, Any], following: Any
) -> None:
    known = versions(FolderPlace(Path(following.place)))
    assert [one.number for one in known] == [*SEEN]
    assert all(one.accepted is None for one in known)
    for before, after in pairwise(known):
        was, now = (weeks["truths"][SEEN[one.number]] for one in (before, after))
        assert after.new == len(now.keys() - _known(weeks, before.number))
        expected = Counter(column for _, column, _, _ in changes([was, now]))
        marked = _marked(weeks[STEPS[after.number]]) - _marked(
            weeks[STEPS.get(before.number, "first")]
        )
        expected["status"] += len(marked & _known(weeks, before.number))
        assert {one: after.changed_columns.get(one, 0) for one in OBSERVED} == expected
        assert not {"living_area_sqft", "currency", "address"} & after.changed_columns.keys()


def test_the_history_is_what_was_seen_and_nothing_else(weeks: dict[str, Any]) -> None:
    history, seen = weeks["shown"].history, [weeks["truths"][week] for week in SEEN.values()]
    assert told(history) == changes(seen)
    assert changes(seen)
    assert set(history[history["new"] == "gone"]["house_id"]) == _marked(weeks["shown"])


def _known(weeks: dict[str, Any], number: int) -> set[str]:
    """The houses that a version has: those that were seen by then, none is deleted."""
    return set().union(*(weeks["truths"][SEEN[one]] for one in range(1, number + 1)))


def _marked(step: Any) -> set[str]:
    return set(step.rows.index[step.rows["status"] == "gone"])
