"""Metrics of a crawl in Prometheus's text format.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from scraper import names

Labels = Mapping[str, str]
Sample = tuple[Labels, float]

_COUNTED: Final = {
    "visits": (names.STAT_HOUSES, "outcome", "Houses visited by this run, by outcome"),
    "requests": (names.STAT_ASKED, "kind", "Requests sent by this run, by kind"),
    "photos": (names.STAT_PHOTOS, "outcome", "Photos of this run, by outcome"),
    "denied": (names.STAT_DENIED, "kind", "Requests that the gate refused, by kind"),
    "search_pages": (names.STAT_PAGES, "", "Search pages read by this run"),
    "refusals": (names.STAT_EGRESS_REFUSALS, "", "Answers of the site that were refusals"),
    "rotations": (names.STAT_EGRESS_ROTATIONS, "", "Changes of the address because of refusals"),
    "browser_starts": (names.STAT_BROWSER_STARTED, "", "Times that a browser was started"),
}
"""Counters: the stat that each comes from, its label, what it counts."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A crawl at one moment."""

    labels: Labels
    """What names it: site, stage, part."""
    started: float
    """When it began, seconds since 1970."""
    seconds: float
    cpu_seconds: float
    stats: Mapping[str, object] = field(default_factory=dict)
    """Scrapy's stats."""
    states: Mapping[str, int] = field(default_factory=dict)
    """Houses by state in the ledger, `new` being those without a final one."""
    dollars: float | None = None
    exit_code: int | None = None
    """How it ended; None while it is at work."""


def text(now: Snapshot) -> str:
    r"""The metrics of a crawl.

    >>> now = Snapshot({"site": "a"}, 1e9, 60, 12.5, {"houses/ok": 3}, dollars=0.25, exit_code=3)
    >>> print(text(now).split("# HELP housecrawl_visits")[1].splitlines()[2])
    housecrawl_visits_total{site="a",outcome="ok"} 3
    """
    lines: list[str] = []
    for name, kind, what, samples in _families(now):
        found = [f"housecrawl_{name}{_labels({**now.labels, **s[0]})} {s[1]:.15g}" for s in samples]
        if found:
            head = f"housecrawl_{name}"
            lines += [f"# HELP {head} {what}", f"# TYPE {head} {kind}", *found]
    return "\n".join([*lines, ""])


def _families(now: Snapshot) -> Iterator[tuple[str, str, str, list[Sample]]]:
    gauge = "gauge"
    yield "running", gauge, "Whether a crawl is at work", _one(now.exit_code is None)
    yield "started_timestamp_seconds", gauge, "When the last run began", _one(now.started)
    ended = None if now.exit_code is None else now.started + now.seconds
    yield "ended_timestamp_seconds", gauge, "When the last run ended", _one(ended)
    yield "exit_code", gauge, "How the last run ended: docs/exit-codes.md", _one(now.exit_code)
    yield "run_seconds", gauge, "Seconds of the last run", _one(now.seconds)
    yield "cpu_seconds_total", "counter", "Processor seconds of this run", _one(now.cpu_seconds)
    yield "cost_dollars", gauge, "What the run has cost so far", _one(now.dollars)
    houses: list[Sample] = [({"state": one}, float(n)) for one, n in sorted(now.states.items())]
    yield "houses", gauge, "Houses of the list by state; new: not visited to an end", houses
    for name, (stat, label, what) in _COUNTED.items():
        yield f"{name}_total", "counter", what, list(_counts(now.stats, stat, label))
    memory = now.stats.get(names.STAT_BROWSER_MEMORY)
    held = float(memory) * 1e6 if isinstance(memory, int | float) else None
    yield "browser_memory_bytes", gauge, "What the browser held at most", _one(held)


def _one(value: float | None) -> list[Sample]:
    return [] if value is None else [({}, float(value))]


def _counts(stats: Mapping[str, object], stat: str, label: str) -> Iterator[Sample]:
    head = stat.partition("{")[0]
    for name, value in sorted(stats.items()):
        rest = name.removeprefix(head) if label else ""
        fits = name == stat if not label else name.startswith(head) and "/" not in rest
        if fits and isinstance(value, int | float):
            yield ({label: rest} if label else {}), float(value)


def _labels(labels: Labels) -> str:
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
