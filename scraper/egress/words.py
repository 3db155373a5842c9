"""What people are told of the addresses."""

from __future__ import annotations

import math
import time

from scraper.egress.pool import Pool


def in_short(pool: Pool, now: float) -> str:
    """The addresses in a few words, for a progress line; "" while there is nothing to tell."""
    resting = sum(not one.is_fit(now) for one in pool.all)
    if not resting and not pool.rotations.count:
        return ""
    current = pool.current
    if current is not None and current.is_fit(now):
        return f"by {current.address.name}, {resting} of {len(pool.all)} addresses rest"
    wait = max(pool.next_change(now) - now, 0.0)
    return f"every address rests, for {wait:.0f} s" if wait < math.inf else "no address is left"


def spent(pool: Pool, now: float, wall: float) -> str:
    """Why a crawl ends for want of an address, and when to go on; `wall`: now since 1970."""
    many = len(pool.all)
    whom = f"{many} addresses" if many > 1 else "the one address there is"
    budget = pool.rotations.next(now) > now and any(one.is_fit(now) for one in pool.all)
    why = "EGRESS_ROTATIONS_PER_HOUR is used up" if budget else "none is left"
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(wall + pool.try_again(now) - now))
    return f"the site refuses {whom} and {why}: run it again, not before {when}"
