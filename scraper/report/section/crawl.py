"""How the pages were read, and how the visits ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from scraper.report.chart.bars import Count, bars
from scraper.report.section.section import Section
from scraper.report.shown import number, size
from scraper.report.subject import Subject
from scraper.report.values import known, numbers, texts

_MODES = {
    "http": "plain request",
    "data": "the page's data address",
    "browser": "browser",
}
_OUTCOMES = {
    "ok": "read and stored",
    "gone": "gone from the site",
    "denied": "not allowed by robots.txt",
    "refused": "refused by the site",
    "unread": "answered, but no facts found",
    "failed": "failed",
}
_REASONS = 15


@dataclass(frozen=True, slots=True)
class Reason:
    """Why visits did not end well."""

    outcome: str
    """How they ended."""
    reason: str
    """Why."""
    count: int
    """How many there are."""


def crawl(subject: Subject) -> Section:
    """The section of the report."""
    visits = subject.visits
    outcomes = bars(texts(visits, "outcome"), _outcome)
    return Section(
        "crawl",
        "Crawl",
        "How the pages were read",
        "A house that could not be read is a row of the table of visits with its reason, "
        "not a gap.",
        {
            "modes": bars(texts(subject.houses, "fetch_mode"), _mode),
            "outcomes": outcomes,
            "reasons": _reasons(visits),
            "addresses": _addresses(subject.run.get("egress")),
            "totals": _totals(visits, outcomes),
        },
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """An address that the site was asked from in the last run."""

    address: str
    pages: int
    refusals: int
    score: float
    """From 1, all is well, down to 0."""


def _addresses(egress: object) -> list[Asked]:
    """The addresses of the last run; none where nothing was refused and there was only one."""
    rows = egress.get("addresses") if isinstance(egress, dict) else None
    found = [
        Asked(str(r["address"]), int(r["pages"]), int(r["refusals"]), float(r["score"]))
        for r in (rows or ())
    ]
    return found if len(found) > 1 or any(one.refusals for one in found) else []


def _mode(key: str) -> str:
    return _MODES.get(key, key)


def _outcome(key: str) -> str:
    return _OUTCOMES.get(key, key)


def _reasons(visits: pd.DataFrame) -> list[Reason]:
    """The commonest reasons, visits that ended well left out."""
    counts = Counter(zip(texts(visits, "outcome"), texts(visits, "reason"), strict=True))
    reasons = [
        Reason(_outcome(outcome), reason or "no reason kept", count)
        for (outcome, reason), count in counts.items()
        if outcome and outcome != "ok"
    ]
    return sorted(reasons, key=lambda r: (-r.count, r.outcome, r.reason))[:_REASONS]


def _totals(visits: pd.DataFrame, outcomes: list[Count]) -> list[tuple[str, str]]:
    """Name and figure of what all visits took together."""
    if not len(visits):
        return []
    seconds, weight = known(numbers(visits, "seconds")), known(numbers(visits, "bytes"))
    out = [("visits", number(sum(bar.count for bar in outcomes)))]
    if weight.size:
        out.append(("page bytes", size(float(weight.sum()))))
    if seconds.size:
        middle = float(pd.Series(seconds).median())
        out.append(("median time a house", f"{number(middle, 2)} s"))
    return out
