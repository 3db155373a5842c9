"""How a crawl ended: its exit code from facts, and one line that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scraper.errors import ExitCode

UNREAD_SHARE = 0.2
"""Share of the houses answered in a run that may be unreadable before it is an alarm."""
UNREAD_FLOOR = 5
"""Unreadable houses below which no share is an alarm."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An exit code and why."""

    code: ExitCode
    why: str


def ids_ending(
    known: int, listed: int, stopped: Sequence[tuple[str, str]], finished: bool
) -> Ending:
    """How stage 1 ended.

    `known`: IDs in the list; `listed`: links seen in this run; `stopped`: entries of the search
    that were not read to their end, as (kind, what happened).

    >>> ids_ending(12, 12, [], True).code.name
    'COMPLETE'
    >>> ids_ending(0, 0, [("denied", "sold: /s: robots.txt")], True).code.name
    'POLICY'
    """
    if not finished:
        return Ending(ExitCode.INCOMPLETE, "stopped before the end of the list: run it again")
    kinds = {kind for kind, _ in stopped}
    if stopped and kinds <= {"denied", "refused"}:
        return Ending(
            ExitCode.POLICY, f"{len(stopped)} of the lists may not be read: {stopped[0][1]}"
        )
    if stopped:
        return Ending(
            ExitCode.INCOMPLETE, f"{len(stopped)} lists not read to the end: {stopped[0][1]}"
        )
    if not listed:
        return Ending(ExitCode.ALARM, "the search pages show no house: check [search] id and urls")
    return Ending(ExitCode.COMPLETE, f"{known} IDs in the list")


def houses_ending(states: Mapping[str, int], run: Mapping[str, int], finished: bool) -> Ending:
    """How stage 2 ended.

    `states`: houses of the part by state over all runs, `new` being those without a final one;
    `run`: outcomes of this run.

    >>> houses_ending({"ok": 3, "gone": 1}, {"ok": 3, "gone": 1}, True).code.name
    'COMPLETE'
    >>> houses_ending({"ok": 3, "new": 1}, {"ok": 3, "failed": 1}, True).code.name
    'INCOMPLETE'
    >>> houses_ending({}, {}, True).code.name
    'ALARM'
    """
    total, left, ok = sum(states.values()), states.get("new", 0), states.get("ok", 0)
    if not total:
        return Ending(ExitCode.ALARM, "the ID list is empty: run `scrapy crawl ids` first")
    if not finished:
        return Ending(
            ExitCode.INCOMPLETE, f"stopped with {left} of {total} houses left: run it again"
        )
    if alarm := _unread(run):
        return Ending(ExitCode.ALARM, alarm)
    if run.get("refused", 0) > run.get("ok", 0):
        return Ending(
            ExitCode.POLICY, f"the site refused {run['refused']} houses: wait, then again"
        )
    if left:
        return Ending(
            ExitCode.INCOMPLETE, f"{left} of {total} houses have no answer yet: run it again"
        )
    if not ok and states.get("denied", 0):
        return Ending(ExitCode.POLICY, f"robots.txt denies the houses ({states['denied']})")
    if not ok:
        return Ending(ExitCode.ALARM, f"none of {total} houses could be read")
    return Ending(ExitCode.COMPLETE, f"{ok} of {total} houses stored")


def _unread(run: Mapping[str, int]) -> str:
    unread, answered = run.get("unread", 0), run.get("unread", 0) + run.get("ok", 0)
    if unread < UNREAD_FLOOR and run.get("ok", 0):
        return ""
    if unread and unread >= UNREAD_SHARE * answered:
        return f"{unread} of {answered} pages could not be read: has the site changed?"
    return ""
