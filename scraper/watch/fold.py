"""The runs of all parts of a list, told as one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any, Final

import orjson

from scraper import names
from scraper.place.place import Place

RUNS: Final = "runs/"
_PART: Final = re.compile(r"-part-\d+-of-\d+-[0-9a-f]{6}-houses\.json$")
_STAMP: Final = re.compile(r"\d{8}T\d{6}Z-")
"""How run IDs begin that were made from the time."""
_AT_ONCE: Final = 16
_UNFINISHED: Final = 50
"""Parts without a complete run that are named at most."""


def fold(runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the runs of parts come to together: sums, exit codes, parts that are not complete.

    A part is complete where one of its runs ended with 0. Empty where there is no run.

    >>> runs = [{"part": "0/2", "exit_code": 3, "seconds": 5, "started": "1", "ended": "2"},
    ...         {"part": "0/2", "exit_code": 0, "seconds": 7, "started": "3", "ended": "4"},
    ...         {"part": "1/2", "exit_code": 5, "seconds": 1, "started": "1", "ended": "2"}]
    >>> found = fold(runs)
    >>> found["runs"], found["parts"], found["seconds"], found["exit_codes"], found["incomplete"]
    (3, 2, 13, {'0': 1, '3': 1, '5': 1}, ['1/2'])
    """
    told = sorted(runs, key=lambda run: (str(run.get("part")), str(run.get("started"))))
    if not told:
        return {}
    complete = {
        part: any(run.get("exit_code") == 0 for run in some)
        for part, some in groupby(told, key=lambda run: str(run.get("part")))
    }
    codes = Counter(str(run.get("exit_code")) for run in told)
    costs = [run["cost"]["dollars"] for run in told if run.get("cost")]
    return {
        "runs": len(told),
        "parts": len(complete),
        "incomplete": [part for part, done in complete.items() if not done][:_UNFINISHED],
        "exit_codes": dict(sorted(codes.items())),
        "started": min(str(run.get("started")) for run in told),
        "ended": max(str(run.get("ended")) for run in told),
        "seconds": _sum(told, "seconds"),
        "cpu_seconds": _sum(told, "cpu_seconds"),
        "dollars": round(sum(costs), 6) if costs else None,
        "stats": _stats(told),
    }


def fold_place(place: Place, site: str, since: str) -> dict[str, Any]:
    """The runs of parts of a site that began at or after a moment (ISO 8601), told as one."""
    stamp = re.sub(r"[-:]", "", since.partition(".")[0].partition("+")[0])
    found = [
        name
        for name in place.names(RUNS)
        if _PART.search(name) and not _is_before(name.removeprefix(RUNS), stamp)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        runs = [run for run in pool.map(lambda name: _read(place, name), found) if run]
    return fold(run for run in runs if run.get("site") == site and str(run["started"]) >= since)


def last_listing(place: Place, site: str) -> str:
    """When the newest stage 1 of a site began, ISO 8601; empty where there was none."""
    return max((str(run["started"]) for run in _listings(place, site)), default="")


def _listings(place: Place, site: str) -> Iterator[Mapping[str, Any]]:
    for name in place.names(RUNS):
        run = _read(place, name) if name.endswith("-ids.json") else None
        if run and run.get("site") == site and run.get("started"):
            yield run


def _is_before(name: str, stamp: str) -> bool:
    return bool(stamp and _STAMP.match(name)) and name[: len(stamp)] < stamp


def _read(place: Place, name: str) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(place.read(name))
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) and "started" in found else None


def _sum(runs: Iterable[Mapping[str, Any]], name: str) -> float:
    return round(sum(run.get(name) or 0 for run in runs), 3)


def _stats(runs: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Sums, but for what is a peak."""
    found: dict[str, float] = {}
    for run in runs:
        for name, value in (run.get("stats") or {}).items():
            together = max if name == names.STAT_BROWSER_MEMORY else sum
            found[name] = together((found.get(name, 0), value))
    return {name: found[name] for name in sorted(found)}
