"""What is kept of the addresses between runs, and shown to people: a small file beside the ledger.

A run that starts again at once must not ask from an address that still rests, nor must another
that crawls a part of the same list meanwhile: those of one machine share the file. Times in it are
seconds since 1970, UTC; those of the pool are of its own clock.
"""

from __future__ import annotations

import fcntl
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import orjson

from scraper.egress.address import Address
from scraper.egress.health import LONGEST, Health
from scraper.egress.pool import Pool
from scraper.egress.rotations import HOUR

FILE: Final = "egress.json"
_SAME: Final = 0.1
"""Seconds by which a moment may be off on its way through the file and still be the same."""
Told = dict[str, Any]
"""What is known of the addresses of one site: `as_told`."""


class Memory:
    """What is kept of the addresses of one site; of none where there is no folder for it."""

    def __init__(self, folder: Path | None, site: str) -> None:
        self._path, self._site = folder / FILE if folder else None, site
        self._kept_at = -math.inf

    @classmethod
    def of(cls, spider: Any) -> Memory:
        """What is kept for a spider of a site; of any other nothing is."""
        site, folder = getattr(spider, "site", None), getattr(spider, "folder", None)
        if folder is not None and getattr(spider, "part", None) is not None:
            folder = folder.parent
        return cls(folder, getattr(site, "name", ""))

    def known(self) -> Told:
        """What an earlier run left."""
        return read_sites(self._path).get(self._site, {}) if self._path else {}

    def keep(self, pool: Pool, now: float, wall: float, *, every: float = 0.0) -> None:
        """Keep what is known now, and learn what others found out, where it is `every` seconds
        since the last time; a disk that cannot is no reason to stop.
        """
        if self._path is None or now - self._kept_at < every:
            return
        self._kept_at = now
        with suppress(OSError), _alone(self._path.parent):
            sites = read_sites(self._path)
            others = sites.get(self._site, {})
            learn(pool, others, now, wall)
            mine = as_told(pool, now, wall)
            mine["addresses"] += _still_resting(others, mine, wall)
            fresh = self._path.with_suffix(".new")
            fresh.write_bytes(orjson.dumps({**sites, self._site: mine}, option=orjson.OPT_INDENT_2))
            fresh.replace(self._path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from writing meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def learn(pool: Pool, told: Told, now: float, wall: float) -> None:
    """Take over what another crawl found out since: which addresses rest, and what was changed."""
    known = _by_name(told)
    for health in pool.all:
        there = _known(health.address, known.get(health.address.name, {}), now, wall)
        if there.resting_until > max(health.resting_until + _SAME, now):
            health.resting_until, health.strikes = there.resting_until, there.strikes
            health.doubt()
    pool.rotations.share(rotation_times(told, now, wall), _SAME)


def _still_resting(told: Told, mine: Told, wall: float) -> list[dict[str, Any]]:
    """Addresses of other crawls that still rest: of another list, or exchanged since."""
    names = {one["address"] for one in mine["addresses"]}
    others = (row for name, row in _by_name(told).items() if name not in names)
    return [{**row, "in_use": False} for row in others if is_resting(row, wall)]


def as_told(pool: Pool, now: float, wall: float) -> Told:
    """What is known of the addresses, for a file and for people; `wall`: now since 1970."""
    ahead = wall - now
    return {
        "addresses": [_health(one, ahead, in_use=one is pool.current) for one in pool.all],
        "rotations": [round(time + ahead, 3) for time in pool.rotations.times],
        "rotations_of_run": pool.rotations.count,
        "try_again": round(pool.try_again(now) + ahead, 3),
    }


def _health(one: Health, ahead: float, *, in_use: bool) -> dict[str, Any]:
    rests = one.resting_until + ahead
    return {
        "address": one.address.name,
        "pages": one.pages,
        "refusals": one.refusals,
        "broken": one.broken,
        "score": round(one.score, 3),
        "strikes": one.strikes,
        "resting_until": round(rests, 3) if math.isfinite(rests) else None,
        "retired": one.retired,
        "in_use": in_use and not one.retired,
    }


def is_resting(one: Mapping[str, Any], now: float) -> bool:
    """Whether an address, as `as_told` tells of it, rests; `now` in seconds since 1970."""
    until = one.get("resting_until")
    return isinstance(until, int | float) and until > now


def healths(told: Told, addresses: list[Address], now: float, wall: float) -> list[Health]:
    """The addresses with what an earlier run learned of them."""
    known = _by_name(told)
    return [_known(one, known.get(one.name, {}), now, wall) for one in addresses]


def _by_name(told: Told) -> dict[str, dict[str, Any]]:
    rows = told.get("addresses")
    return {
        str(row.get("address")): row
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict)
    }


def _known(address: Address, row: Mapping[str, Any], now: float, wall: float) -> Health:
    strikes, until = row.get("strikes"), row.get("resting_until")
    if not isinstance(strikes, int) or strikes < 1:
        return Health(address)
    health = Health(address, strikes=min(strikes, 16))
    health.doubt()
    if isinstance(until, int | float):
        # A clock that was wrong once keeps no address resting for ever.
        health.resting_until = min(until + now - wall, now + LONGEST)
    return health


def rotation_times(told: Told, now: float, wall: float) -> list[float]:
    """The changes of an earlier run that still count, by the pool's clock."""
    times = told.get("rotations")
    found = times if isinstance(times, list) else []
    return [
        time + now - wall
        for time in found
        if isinstance(time, int | float) and wall - HOUR < time <= wall
    ]


def read_sites(path: Path) -> dict[str, Told]:
    """Site to what is known of its addresses; nothing where the file is missing or broken."""
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return (
        {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}
    )
