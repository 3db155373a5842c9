"""The data card: where the data comes from and under which terms it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

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
from scraper.report.shown import day, number, size
from scraper.report.subject import Subject
from scraper.report.values import days, host, known, numbers, texts

_RUN_ROWS = 40
_VALUE = 200
_OURS = {
    stat.split("/")[0]
    for stat in (STAT_IDS_LISTED, STAT_HOUSES, STAT_PHOTOS, STAT_DENIED, STAT_DROPPED)
}
"""What the names of the project's own stats start with."""


def card(subject: Subject) -> Section:
    """The section of the report."""
    return Section(
        "card",
        "Data card",
        "Data card",
        "Where the data comes from. Units and meanings of all columns stand under Columns.",
        {
            "groups": {
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
        ("Sites", _listed(texts(houses, "site"))),
        ("Hosts", _listed([host(url) for url in texts(houses, "final_url")])),
        ("Countries", _listed(texts(houses, "country"))),
        ("Currencies", _listed(texts(houses, "currency"))),
        ("Status", _listed(texts(houses, "status"))),
        ("Dates", period(subject)),
        ("Fetched", _between(fetched)),
        ("Rules of robots.txt", _listed(texts(houses, "robots_rule"))),
        ("Rights signals", _listed(texts(houses, "usage_signals"))),
        ("Extraction", _listed(texts(houses, "extractor_version"))),
        ("Runs", _listed(texts(houses, "run_id"))),
    ]
    return [(name, value) for name, value in rows if value]


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
        ("Outcomes", _listed(texts(photos, "outcome"))),
        ("Reasons", _listed(texts(photos, "reason"))),
        ("Rights signals", _listed(texts(photos, "usage_signals"))),
    ]
    return [(name, value) for name, value in rows if value]


def _run(run: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The plain values of the run's record, then those of the groups in it."""
    groups = {key: value for key, value in run.items() if isinstance(value, Mapping)}
    for key, value in run.items():
        if key not in groups and value is not None and value != "":
            yield key.replace("_", " "), _plain(value)
    for key, group in groups.items():
        for name, value in group.items():
            if _telling(str(name), value):
                yield f"{key}: {name}", _plain(value)


def _telling(name: str, value: object) -> bool:
    """Whether a value of a group tells a reader something: Scrapy's own counters do not."""
    return value is not None and ("/" not in name or name.split("/", maxsplit=1)[0] in _OURS)


def _plain(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, 2)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)[:_VALUE]
    return str(value)[:_VALUE]


def _listed(values: list[str | None], most: int = 6) -> str:
    """The commonest values with their counts.

    >>> _listed(["a", "b", "a", None, ""])
    'a (2), b (1)'
    """
    counts = Counter(value for value in values if value)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    texts = [f"{value[:_VALUE]} ({count:,})" for value, count in ranked[:most]]
    if len(ranked) > most:
        texts.append(f"{len(ranked) - most:,} more")
    return ", ".join(texts)


def _between(moments: pd.DatetimeIndex) -> str:
    if not len(moments):
        return ""
    return " to ".join(dict.fromkeys((day(moments.min()), day(moments.max()))))
