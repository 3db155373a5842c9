"""The data card: where the data comes from and under which terms it was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from scraper.names import (
    STAT_DENIED,
    STAT_DROPPED,
    STAT_HOUSES,
    STAT_IDS_LISTED,
    STAT_PHOTOS,
)
from scraper.report.photo import stored_photos
from scraper.report.section.headline import period
from scraper.report.section.section import Section
from scraper.report.section.terms import terms
from scraper.report.shown import day, listed, number, size
from scraper.report.standing import Standing
from scraper.report.subject import Subject
from scraper.report.values import days, known, numbers, texts

_RUN_ROWS = 40
_VALUE = 200
_OURS = {
    stat.split("/")[0]
    for stat in (STAT_IDS_LISTED, STAT_HOUSES, STAT_PHOTOS, STAT_DENIED, STAT_DROPPED)
}
"""What the names of the project's own stats start with."""
_GROUPS = ("states", "photos", "gate", "cost", "refresh", "stats")
"""The groups of a run's record that are shown, one line each value; zeros are left out."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|\+00:00)$")
"""A time as a run's record has it, UTC."""


def card(subject: Subject) -> Section:
    """The section of the report."""
    return Section(
        "card",
        "Data card",
        "Data card",
        "Where the data comes from, and under which terms. What is not stated is not granted: "
        "ask the source before you pass the data on. Units and meanings of all columns stand "
        "under Columns.",
        {
            "groups": {
                "Source and terms": terms(subject),
                "Houses": _houses(subject),
                "Photos": _photos(subject.photos),
                "Last run": list(_run(subject.run))[:_RUN_ROWS],
            }
        },
    )


def _houses(subject: Subject) -> list[tuple[str, str]]:
    houses = subject.houses
    fetched = days(houses, "fetched_at").dropna()
    rows = [
        ("Countries", listed(texts(houses, "country"))),
        ("Currencies", listed(texts(houses, "currency"))),
        ("Status", listed(texts(houses, "status"))),
        ("Dates", period(subject)),
        ("Fetched", _between(fetched)),
        ("Extraction", listed(texts(houses, "extractor_version"))),
        ("Runs", listed(texts(houses, "run_id"))),
    ]
    return [*_version(subject.standing), *((name, value) for name, value in rows if value)]


def _version(standing: Standing) -> list[tuple[str, str]]:
    accepted = standing.accepted or {}
    reasons = {**standing.accepted_before}
    if accepted:
        reasons[standing.number] = str(accepted.get("reason") or "")
    rows = [(f"Version {n} accepted because", reason) for n, reason in sorted(reasons.items())]
    return [("Version", number(standing.number)), *rows] if standing.number else []


def _photos(photos: pd.DataFrame) -> list[tuple[str, str]]:
    stored = stored_photos(photos)
    sizes = [len(image) for image in stored["image"]] if len(stored) else []
    sides = [*known(numbers(stored, "width")), *known(numbers(stored, "height"))]
    original = known(numbers(stored, "original_bytes"))
    rows = [
        ("Stored", number(len(stored)) if len(photos) else ""),
        ("Longest side", f"{number(max(sides))} pixels" if sides else ""),
        ("Bytes stored", size(sum(sizes)) if sizes else ""),
        ("Bytes downloaded", size(float(original.sum())) if original.size else ""),
        ("Outcomes", listed(texts(photos, "outcome"))),
        ("Reasons", listed(texts(photos, "reason"))),
    ]
    return [(name, value) for name, value in rows if value]


def _run(run: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What of the run's record tells a reader something, the groups in it last."""
    for key, value in run.items():
        if key not in _GROUPS and (said := _plain(value)):
            yield key.replace("_", " "), said
    for key in _GROUPS:
        group = run.get(key)
        for name, value in group.items() if isinstance(group, Mapping) else ():
            said = _plain(value) if value and (key != "stats" or _is_ours(str(name))) else ""
            if said:
                yield f"{key}: {name}", said


def _is_ours(stat: str) -> bool:
    """Whether a stat is the project's own: Scrapy's counters tell a reader nothing."""
    return stat.split("/", maxsplit=1)[0] in _OURS


def _plain(value: object) -> str:
    """A value in words; empty where there is none, or where it is a list of more than words.

    >>> _plain(48.5312), _plain("2026-11-21T11:15:22.10+00:00"), _plain([{"a": 1}]), _plain([])
    ('48.53', '21 Nov 2026, 11:15 UTC', '', '')
    """
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, int | float):
        return number(value, 2)
    if isinstance(value, list | tuple):
        return "" if any(isinstance(item, Mapping) for item in value) else _words(value)
    if isinstance(value, str) and _MOMENT.match(value):
        moment = pd.Timestamp(value)
        return f"{day(moment)}, {moment:%H:%M} UTC"
    return "" if isinstance(value, Mapping) else str(value)[:_VALUE]


def _words(items: Iterable[object]) -> str:
    return ", ".join(str(item) for item in items)[:_VALUE]


def _between(moments: pd.DatetimeIndex) -> str:
    if not len(moments):
        return ""
    return " to ".join(dict.fromkeys((day(moments.min()), day(moments.max()))))
