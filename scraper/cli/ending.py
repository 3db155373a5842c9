"""How a crawl ended: its exit code from facts, and one line that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scraper.errors import ExitCode

AGAIN = "run it again"
FEW, FEW_SHARE = 3, 0.05
"""Houses, and share of all, that may end without a row before the whole is not complete."""
WITHOUT = (
    ("failed", ExitCode.INCOMPLETE, "gave no answer", f"is the site up? {AGAIN}"),
    ("refused", ExitCode.POLICY, "were refused", f"wait, then {AGAIN}"),
    ("unread", ExitCode.ALARM, "could not be read", "has the site changed? see housecrawl status"),
)
"""Outcomes that are not an answer, the exit code where they are many, and what to say and to do."""
LISTS = (
    ("failed", ExitCode.INCOMPLETE, "not read to the end", AGAIN),
    ("endless", ExitCode.ALARM, "without an end", "raise LIST_PAGES where a list is that long"),
    ("deep", ExitCode.ALARM, "not read", "name the sitemaps of the houses under [search] urls"),
    ("refused", ExitCode.POLICY, "refused", f"wait, then {AGAIN}"),
    ("denied", ExitCode.POLICY, "that may not be read", "leave them out"),
)
"""The same for the lists of stage 1, the one that decides first."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An exit code and why."""

    code: ExitCode
    why: str


def ids_ending(
    known: int,
    listed: int,
    stopped: Sequence[tuple[str, str]],
    finished: bool,
    *,
    short: int = 0,
    repeating: int = 0,
) -> Ending:
    """How stage 1 ended.

    `known`: IDs in the list; `listed`: links seen in this run; `stopped`: entries of the search
    that were not read to their end, as (kind, what happened); `short`: lists that showed fewer
    houses than the site says they have, which asking again does not change; `repeating`: lists
    that led on to pages without a new ID, and were left there.

    >>> ids_ending(12, 12, [], True).code.name
    'COMPLETE'
    >>> ids_ending(0, 0, [("denied", "sold: /s: robots.txt")], True).code.name
    'POLICY'
    """
    if not finished:
        return Ending(ExitCode.INCOMPLETE, f"stopped before the end of the list: {AGAIN}")
    for kind, code, what, todo in LISTS:
        of_kind = [said for one, said in stopped if one == kind]
        if of_kind:
            return Ending(code, f"lists {what}: {len(of_kind)} ({of_kind[0]}): {todo}")
    if not listed:
        return Ending(ExitCode.ALARM, "the search pages show no house: check [search] id and urls")
    lacking = f"; {short} of the lists did not show all their houses" if short else ""
    left = f"; {repeating} lists left at a page without a new ID" if repeating else ""
    return Ending(ExitCode.COMPLETE, f"{known} IDs in the list{lacking}{left}")


def houses_ending(
    states: Mapping[str, int], finished: bool, reasons: Mapping[str, str] | None = None
) -> Ending:
    """How stage 2 ended, from the ledger alone.

    `states`: houses of the part by state over all runs, `new` being those without a final one;
    `finished`: whether the crawl came to its own end; `reasons`: why, by outcome, the commonest.

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
    why = {outcome: f" ({reason[:400]})" for outcome, reason in (reasons or {}).items()}
    for outcome, code, what, todo in WITHOUT:
        count = states.get(outcome, 0)
        if count and (not ok or count > max(FEW, FEW_SHARE * total)):
            return Ending(code, f"{count} of {total} houses {what}{why.get(outcome, '')}: {todo}")
    if not ok and (denied := states.get("denied", 0)):
        said = f"robots.txt denies {denied} of {total} houses{why.get('denied', '')}"
        return Ending(ExitCode.POLICY, said)
    if not ok:
        return Ending(ExitCode.ALARM, f"none of {total} houses could be read")
    return Ending(ExitCode.COMPLETE, f"{ok} of {total} houses stored{_lost(states)}")


def again_ending(states: Mapping[str, int], pages: Mapping[str, int], finished: bool) -> Ending:
    """How a run ended that read kept pages again.

    `pages`: kept pages by what became of them: read, same, changed, unread, left.

    >>> again_ending({"ok": 3}, {"read": 3, "same": 2, "changed": 1}, True).code.name
    'COMPLETE'
    >>> again_ending({"ok": 3}, {}, True).code.name
    'ALARM'
    """
    read, unread, left = pages.get("read", 0), pages.get("unread", 0), states.get("new", 0)
    if not finished:
        return Ending(ExitCode.INCOMPLETE, f"stopped before the last kept page: {AGAIN}")
    if not read and not pages.get("left"):
        return Ending(ExitCode.ALARM, "the archive has no page of this site: was ARCHIVE set then?")
    if unread and (unread == read or unread > max(FEW, FEW_SHARE * read)):
        return Ending(ExitCode.ALARM, f"{unread} of {read} kept pages give no house: mend the site "
                      "file, see housecrawl check")  # fmt: skip
    said = f"{read} kept pages read again, {pages.get('changed', 0)} rows changed"
    if left:
        return Ending(ExitCode.INCOMPLETE, f"{said}; {left} houses wait for a visit: crawl them")
    return Ending(ExitCode.COMPLETE, said)


def refresh_ending(
    refresh: Mapping[str, Any], finished: bool, reasons: Mapping[str, str] | None = None
) -> Ending:
    """How the visits of a refresh ended; houses without an answer keep their rows.

    `refresh`: what was `due` by why, houses `left`, and those of this run `without` an answer.

    >>> refresh_ending({"due": {}, "left": 0, "without": {}}, True).why
    'no house was due'
    >>> refresh_ending({"due": {"new": 9}, "left": 2, "without": {}}, True).code.name
    'INCOMPLETE'
    >>> refresh_ending({"due": {"new": 9}, "left": 0, "without": {"unread": 8}}, True).code.name
    'ALARM'
    """
    total, left = sum(refresh["due"].values()), refresh["left"]
    if left or not finished:
        return Ending(ExitCode.INCOMPLETE, f"stopped, {left} of {total} houses left: {AGAIN}")
    why = {outcome: f" ({reason[:400]})" for outcome, reason in (reasons or {}).items()}
    for outcome, code, what, todo in WITHOUT:
        count = refresh["without"].get(outcome, 0)
        if count > max(FEW, FEW_SHARE * total):
            return Ending(code, f"{count} of {total} houses {what}{why.get(outcome, '')}: {todo}")
    if not total:
        return Ending(ExitCode.COMPLETE, "no house was due")
    said = ", ".join(f"{n} {why_}" for why_, n in refresh["due"].items())
    return Ending(ExitCode.COMPLETE, f"{total} houses visited ({said}){_lost(refresh['without'])}")


def _lost(states: Mapping[str, int]) -> str:
    """What a complete crawl has no row for, in words.

    >>> _lost({"ok": 9, "gone": 1, "failed": 2})
    ', 2 failed, 1 gone'
    """
    names = ("failed", "refused", "unread", "denied", "gone")
    return "".join(f", {states[name]} {name}" for name in names if states.get(name))
