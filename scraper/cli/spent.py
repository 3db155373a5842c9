"""What runs have cost, for `housecrawl status`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scraper.watch.cost import HOUR, dollars, said


def spent_by(holder: Mapping[str, Any], now: datetime | None = None) -> str:
    """What the crawl at work has cost so far; empty where its price is not known.

    `holder`: the note of the ledger's lock.

    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> spent_by({"since": "2026-01-01T10:00:00+00:00", "per_hour": 0.5}, noon)
    ', $1.00 so far'
    >>> spent_by({"since": "2026-01-01T10:00:00+00:00", "per_hour": None}, noon)
    ''
    """
    hourly = holder.get("per_hour")
    try:
        since = datetime.fromisoformat(str(holder.get("since")))
    except ValueError:
        return ""
    if not isinstance(hourly, int | float):
        return ""
    seconds = ((now or datetime.now(UTC)) - since).total_seconds()
    return f", {said(dollars(seconds, hourly))} so far"


def took_line(fleet: Mapping[str, Any]) -> str:
    """What the runs of parts that have ended took so far.

    >>> took_line({"runs": 3, "seconds": 7200, "dollars": 1.5})
    '2.0 hours in 3 runs that have ended, $1.50 so far'
    """
    paid = f", {said(fleet['dollars'])} so far" if fleet.get("dollars") is not None else ""
    return f"{fleet['seconds'] / HOUR:.1f} hours in {fleet['runs']:,} runs that have ended{paid}"


def cost_line(last: Mapping[str, Any]) -> str:
    """What the last run and the parts before it took together; empty where nothing is known.

    >>> cost_line({"seconds": 60, "cost": {"dollars": 0.5}})
    '$0.50 by the last run'
    >>> fleet = {"runs": 3, "parts": 2, "seconds": 7200, "dollars": 1.5}
    >>> cost_line({"cost": {"dollars": 0.5}, "fleet": fleet})
    '$0.50 by the last run, $1.50 by 3 runs of 2 parts before it (2.0 hours)'
    """
    own, fleet = (last.get("cost") or {}).get("dollars"), last.get("fleet") or {}
    told = [f"{said(own)} by the last run"] if own is not None else []
    if fleet:
        paid = f"{said(fleet['dollars'])} by " if fleet.get("dollars") is not None else ""
        hours = f"{fleet['seconds'] / HOUR:.1f} hours"
        told.append(f"{paid}{fleet['runs']:,} runs of {fleet['parts']:,} parts before it ({hours})")
    return ", ".join(told)
