"""Every way a crawl can end: its exit code, and the words that say what and what to do."""

from __future__ import annotations

import pytest

from scraper.cli.ending import houses_ending, ids_ending
from scraper.errors import ExitCode

DOWN = "robots.txt cannot be had, so nothing is asked: http://h.example/robots.txt: no answer"


@pytest.mark.parametrize(
    ("stopped", "code", "words"),
    [
        ([], ExitCode.COMPLETE, ["12 IDs in the list"]),
        ([("failed", f"sold: {DOWN}")], ExitCode.INCOMPLETE, [DOWN, "run it again"]),
        ([("denied", "sold: line 2: Disallow: /s")], ExitCode.POLICY, ["line 2", "leave them out"]),
        ([("refused", "sold: HTTP 403")], ExitCode.POLICY, ["HTTP 403", "wait, then run it again"]),
        ([("endless", "days: page 9")], ExitCode.ALARM, ["days: page 9", "LIST_PAGES"]),
    ],
    ids=["complete", "failed", "denied", "refused", "endless"],
)
def test_a_list(stopped: list[tuple[str, str]], code: ExitCode, words: list[str]) -> None:
    ending = ids_ending(12, 20, stopped, True)
    assert ending.code == code
    assert "\n" not in ending.why
    for word in words:
        assert word in ending.why


@pytest.mark.parametrize(
    ("kinds", "decides"),
    [
        (["denied", "failed"], "failed"),
        (["endless", "failed", "refused"], "failed"),
        (["denied", "endless"], "endless"),
        (["denied", "refused", "denied"], "refused"),
        (["denied", "denied"], "denied"),
    ],
)
def test_of_several_lists_the_one_that_leaves_work_decides(kinds: list[str], decides: str) -> None:
    ending = ids_ending(9, 9, [(kind, f"{kind} {n}") for n, kind in enumerate(kinds)], True)
    assert ending.code == ids_ending(9, 9, [(decides, "x")], True).code
    assert f": {kinds.count(decides)} ({decides} {kinds.index(decides)}): " in ending.why


def test_a_list_that_was_stopped_is_not_complete() -> None:
    for stopped in ([], [("denied", "x")]):
        ending = ids_ending(12, 12, stopped, False)
        assert ending.code == ExitCode.INCOMPLETE
        assert ending.why == "stopped before the end of the list: run it again"


def test_a_list_without_a_house_is_an_alarm_also_where_houses_are_known() -> None:
    for known in (0, 12):
        ending = ids_ending(known, 0, [], True)
        assert ending.code == ExitCode.ALARM
        assert "[search] id" in ending.why


def test_lists_that_lead_on_to_what_is_known_are_told() -> None:
    ending = ids_ending(12, 20, [], True, repeating=2)
    assert ending.code == ExitCode.COMPLETE
    assert ending.why == "12 IDs in the list; 2 lists left at a page without a new ID"
    assert "left" not in ids_ending(12, 20, [], True).why


@pytest.mark.parametrize(
    ("states", "code", "words"),
    [
        ({"ok": 20}, ExitCode.COMPLETE, "20 of 20 houses stored"),
        ({"ok": 17, "gone": 1, "denied": 2}, ExitCode.COMPLETE, "stored, 2 denied, 1 gone"),
        ({"ok": 17, "failed": 3}, ExitCode.COMPLETE, "17 of 20 houses stored, 3 failed"),
        ({"ok": 17, "refused": 3}, ExitCode.COMPLETE, "3 refused"),
        ({"ok": 17, "unread": 3}, ExitCode.COMPLETE, "3 unread"),
        ({"ok": 1, "denied": 19}, ExitCode.COMPLETE, "1 of 20 houses stored, 19 denied"),
        ({"ok": 16, "failed": 4}, ExitCode.INCOMPLETE, "4 of 20 houses gave no answer"),
        ({"ok": 16, "refused": 4}, ExitCode.POLICY, "4 of 20 houses were refused"),
        ({"ok": 16, "unread": 4}, ExitCode.ALARM, "4 of 20 houses could not be read"),
        ({"ok": 96, "unread": 4}, ExitCode.COMPLETE, "4 unread"),
        ({"failed": 1}, ExitCode.INCOMPLETE, "1 of 1 houses gave no answer"),
        ({"refused": 1}, ExitCode.POLICY, "1 of 1 houses were refused"),
        ({"unread": 1, "gone": 1}, ExitCode.ALARM, "1 of 2 houses could not be read"),
        ({"failed": 1, "denied": 9}, ExitCode.INCOMPLETE, "1 of 10 houses gave no answer"),
        ({"denied": 9, "gone": 1}, ExitCode.POLICY, "robots.txt denies 9 of 10 houses"),
        ({"gone": 9}, ExitCode.ALARM, "none of 9 houses could be read"),
        ({"ok": 9, "new": 1}, ExitCode.INCOMPLETE, "stopped, 1 of 10 houses left: run it again"),
        ({}, ExitCode.ALARM, "the ID list is empty: run `scrapy crawl ids` first"),
        ({"new": 0, "ok": 0}, ExitCode.ALARM, "the ID list is empty"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_houses(states: dict[str, int], code: ExitCode, words: str) -> None:
    ending = houses_ending(states, True)
    assert (ending.code, words in ending.why) == (code, True), ending


def test_a_crawl_that_was_stopped_is_not_complete_whatever_it_has() -> None:
    for states in ({"ok": 9}, {"ok": 9, "new": 1}, {"failed": 9}):
        ending = houses_ending(states, False)
        assert ending.code == ExitCode.INCOMPLETE
        assert ending.why.startswith("stopped")
        assert ending.why.endswith("run it again")


@pytest.mark.parametrize(
    ("outcome", "todo"),
    [
        ("failed", "is the site up? run it again"),
        ("refused", "wait, then run it again"),
        ("unread", "see housecrawl status"),
        ("denied", ""),
    ],
)
def test_the_commonest_reason_is_told_and_what_to_do(outcome: str, todo: str) -> None:
    ending = houses_ending({outcome: 9}, True, {outcome: DOWN, "gone": "HTTP 404"})
    assert f"({DOWN})" in ending.why
    assert ending.why.endswith(todo)
    assert "HTTP 404" not in ending.why


def test_a_reason_of_a_page_does_not_flood_the_line() -> None:
    assert len(houses_ending({"failed": 9}, True, {"failed": "x" * 9000}).why) < 500
