"""Outcomes as rows of the table `visits`."""

from __future__ import annotations

from datetime import datetime

from scraper.house import House, Lease, Visit
from scraper.schema import Row


def visit_row(item: House | Visit, run_id: str, now: datetime) -> Row:
    """The row that says how a visit ended; `now` is UTC."""
    return {**_key(item.lease), **_how(item), "fetched_at": now, "run_id": run_id}


def _key(lease: Lease) -> Row:
    return {
        "site": lease.site,
        "house_id": lease.house_id,
        "url": lease.url,
        "attempts": lease.attempts,
    }


def _how(item: House | Visit) -> Row:
    if isinstance(item, Visit):
        return {
            "outcome": item.outcome,
            "reason": item.reason,
            "http_status": item.http_status,
            "fetch_mode": item.fetch_mode,
            "bytes": item.bytes,
            "seconds": item.seconds,
            "address": item.address,
        }
    return {
        "outcome": "ok",
        "http_status": item.page.status,
        "fetch_mode": item.page.fetch_mode,
        "bytes": len(item.page.body),
        "seconds": item.seconds,
        "address": item.address,
    }
