"""Three weeks of a site that changes: versions, history and marks equal its truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.refresh.commands import ALL_DUE

pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]

OBSERVED = ("status", "listed_price", "sold_price")


@pytest.fixture(scope="module")
def weeks(following: Any) -> dict[str, Any]:
    """What each week's refresh did, then one that compares nothing, one that does, one early."""
    steps: dict[str, Any] = {"happened": [], "weeks": [], "truths": [following.site.truth]}
    for _ in range(3):
        steps["happened"].append(following.pass_week())
        steps["weeks"].append(following.refresh(*ALL_DUE))
        steps["truths"].append(following.site.truth)
    following.expected_gone |= following.unlisted
    steps["settled"] = following.refresh(*ALL_DUE, "-s", "REFRESH_COMPARE=False")
    steps["same"] = following.refresh(*ALL_DUE)
    steps["early"] = following.refresh()
    steps["facts"] = json.loads((Path(following.place) / "run.json").read_text())
    steps["unlooked"] = following.pass_week(), following.refresh("-s", "REFRESH_LISTED=False")
    steps["looked"] = following.pass_week(), following.refresh()
    steps["why"] = json.loads((Path(following.place) / "run.json").read_text())["refresh"]["due"]
    return steps


def test_each_week_is_one_version_with_the_rows_of_the_site(weeks: dict[str, Any]) -> None:
    for number, step in enumerate(weeks["weeks"]):
        assert step.code == 0, step.said
        assert step.version == number + 2
        for house_id, truth in step.truth.items():
            row = step.rows.loc[house_id]
            for column in OBSERVED:
                assert _same(row[column], truth[column]), (number, house_id, column)


def test_what_is_gone_is_marked_and_keeps_its_row(weeks: dict[str, Any]) -> None:
    for step in [*weeks["weeks"], weeks["settled"]]:
        marked = set(step.rows.index[step.rows["status"] == "gone"])
        assert marked == step.gone
        assert step.rows.loc[sorted(marked), "address"].notna().all()


def test_the_history_is_what_happened_in_those_weeks(weeks: dict[str, Any]) -> None:
    history = weeks["settled"].history
    told = {(row.house_id, row.column, row.old, row.new) for row in history.itertuples()}
    expected = set()
    for before, after in zip(weeks["truths"], weeks["truths"][1:], strict=False):
        for house_id in before.keys() & after.keys():
            expected |= {
                (house_id, column, _text(before[house_id][column]), _text(after[house_id][column]))
                for column in OBSERVED
                if before[house_id][column] != after[house_id][column]
            }
    last = weeks["weeks"][-1].gone | weeks["settled"].gone
    gone = {one for one in told if one[3] == "gone"}
    assert {one[0] for one in gone} == last
    observed = {tuple(map(_nothing, one)) for one in told - gone if one[1] in OBSERVED}
    assert observed == expected
    assert expected


def test_twice_without_a_change_makes_no_version(weeks: dict[str, Any]) -> None:
    settled, same = weeks["settled"], weeks["same"]
    assert same.code == 0, same.said
    assert same.version == settled.version
    assert "no new version" in same.said
    assert same.asked["house 200"] == 0
    assert same.asked["house 304"] == len(same.truth)


def test_shortly_after_a_refresh_only_the_lists_are_asked_for(weeks: dict[str, Any]) -> None:
    early = weeks["early"]
    assert early.code == 0, early.said
    assert not [kind for kind in early.asked if kind.startswith("house")]
    assert early.asked["search 200"] == sum(early.asked.values()) - _files(early.asked)


def test_what_the_lists_show_another_price_of_is_visited_at_once(weeks: dict[str, Any]) -> None:
    week, step = weeks["looked"]
    changed = week.repriced | week.sold
    assert step.code == 0, step.said
    assert weeks["why"]["changed"] == len(changed)
    assert "active" not in weeks["why"]
    for house_id in changed:
        for column in OBSERVED:
            assert _same(step.rows.loc[house_id, column], step.truth[house_id][column])


def test_without_looking_at_the_lists_it_is_found_later(weeks: dict[str, Any]) -> None:
    """The control: nothing else knows of them so early."""
    week, step = weeks["unlooked"]
    assert step.code == 0, step.said
    stale = [
        house_id
        for house_id in week.repriced | week.sold
        if not _same(step.rows.loc[house_id, "status"], step.truth[house_id]["status"])
        or not _same(step.rows.loc[house_id, "listed_price"], step.truth[house_id]["listed_price"])
    ]
    assert set(stale) == week.repriced | week.sold


def test_without_comparing_every_page_is_read_again(weeks: dict[str, Any]) -> None:
    """The control: it is the comparing that saves pages and rows."""
    blind = weeks["settled"]
    assert blind.asked["house 200"] == len(blind.truth)
    assert blind.asked["house 304"] == 0
    assert all(step.asked["house 304"] for step in weeks["weeks"])
    rewritten = blind.rows["run_id"] != weeks["weeks"][-1].rows["run_id"].reindex(blind.rows.index)
    assert rewritten.sum() == len(blind.truth)


def test_a_refresh_says_what_it_visited(weeks: dict[str, Any]) -> None:
    said = weeks["facts"]["refresh"]
    assert said == {"due": {}, "gone": 0, "left": 0, "without": {}}


def _files(asked: Any) -> int:
    return sum(n for kind, n in asked.items() if kind.split()[0] in FILES)


FILES = ("robots.txt", "ai.txt", ".well-known")


def _same(found: object, true: object) -> bool:
    return found == true or (pd.isna(found) and true is None)


def _text(value: object) -> str | None:
    """A value as the history writes it."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else str(value)
    return None if value is None else str(value)


def _nothing(value: object) -> object:
    return None if isinstance(value, float) and pd.isna(value) else value
