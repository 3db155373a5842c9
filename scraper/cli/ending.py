"""How a crawl ended: its exit code from facts, and one line that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scraper.errors import ExitCode

AGAIN = "run it again"
FEW, FEW_SHARE = 3, 0.05
"""Houses, and share of all, that may end without a row before the whole is not complete."""
WITHOUT = (
    ("failed", ExitCode.INCOMPLETE, f"gave no answer: {AGAIN}"),
    ("refused", ExitCode.POLICY, f"were refused: wait, then {AGAIN}"),
    ("unread", ExitCode.ALARM, "could not be read: has the site changed? see housecrawl status"),
)
"""Outcomes that are not an answer, the exit code where they are many, and what to say."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An exit code and why."""

    code: ExitCode
    why: str


def ids_ending(
    known: int, listed: int, stopped: Sequence[tuple[str, str]], finished: bool, short: int = 0
) -> Ending:
    """How stage 1 ended.

    `known`: IDs in the list; `listed`: links seen in this run; `stopped`: entries of the search
    that were not read to their end, as (kind, what happened); `short`: lists that showed fewer
    houses than the site says they have, which asking again does not change.

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
    lacking = f"; {short} of the lists did not show all their houses" if short else ""
    return Ending(ExitCode.COMPLETE, f"{known} IDs in the list{lacking}")


def houses_ending(states: Mapping[str, int], finished: bool) -> Ending:
    """How stage 2 ended, from the ledger alone.

    `states`: houses of the part by state over all runs, `new` being those without a final one;
    `finished`: whether the crawl came to its own end.

    >>> houses_ending({"ok": 3, "gone": 1}, True).code.name
    'COMPLETE'
    >>> houses_ending({"ok": 3, "new": 1}, True).code.name
    'INCOMPLETE'
    >>> houses_ending({}, True).code.name
    'ALARM'
    """
    total, left, ok = sum(states.values()), states.get("new", 0), states.get("ok", 0)
    if not total:
        return Ending(ExitCode.ALARM, "the ID list is empty: run `scrapy crawl ids` first")
    if left or not finished:
        return Ending(ExitCode.INCOMPLETE, f"stopped, {left} of {total} houses left: {AGAIN}")
    for outcome, code, said in WITHOUT:
        count = states.get(outcome, 0)
        if count and (not ok or count > max(FEW, FEW_SHARE * total)):
            return Ending(code, f"{count} of {total} houses {said}")
    if not ok and states.get("denied", 0):
        return Ending(ExitCode.POLICY, f"robots.txt denies all {total} houses")
    if not ok:
        return Ending(ExitCode.ALARM, f"none of {total} houses could be read")
    return Ending(ExitCode.COMPLETE, f"{ok} of {total} houses stored{_lost(states)}")


def _lost(states: Mapping[str, int]) -> str:
    """What a complete crawl has no row for, in words.

    >>> _lost({"ok": 9, "gone": 1, "failed": 2})
    ', 2 failed, 1 gone'
    """
    names = ("failed", "refused", "unread", "denied", "gone")
    return "".join(f", {states[name]} {name}" for name in names if states.get(name))
