"""The addresses that a site was asked from, as `status` shows them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rich.table import Table

from scraper.egress.memory import FILE, Told, is_resting, read_sites
from scraper.ledger.location import ledger_folder
from scraper.place.place import Place


def addresses_of(place: Place, last: Mapping[str, Any] | None) -> dict[str, Told]:
    """Site to what is known of its addresses: from this machine's ledger, else the last run."""
    found = read_sites(ledger_folder(place) / FILE)
    told = (last or {}).get("egress")
    if found or not isinstance(told, dict):
        return found
    return {str((last or {}).get("site", "")): told}


def address_table(sites: Mapping[str, Told]) -> Table | None:
    """A line for each address; None where there is nothing to tell of any."""
    if not any(len(told["addresses"]) > 1 or told["addresses"][0]["refusals"]
               for told in sites.values() if told.get("addresses")):  # fmt: skip
        return None
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("address", "site"):
        table.add_column(title, no_wrap=True)
    for title in ("pages", "refusals", "score", "state"):
        table.add_column(title, justify="right", no_wrap=True)
    for site, told in sites.items():
        for one in told.get("addresses") or ():
            numbers = (f"{one['pages']:,}", f"{one['refusals']:,}", f"{one['score']:.2f}")
            table.add_row(one["address"], site, *numbers, state_of(one, time.time()))
    return table


def state_of(one: Mapping[str, Any], now: float) -> str:
    """What an address does, in a word or two; `now` in seconds since 1970.

    >>> state_of({"resting_until": 30.0, "in_use": True}, 0.0)
    'rests until 1970-01-01 00:00:30 UTC'
    """
    if is_resting(one, now):
        return f"rests until {_clock(one['resting_until'])}"
    return "in use" if one.get("in_use") else "ready"


def wait_for(told: Told | None, now: float) -> str:
    """When it is worth asking a site again, where it refuses all addresses; else ""."""
    addresses = (told or {}).get("addresses") or ()
    if told is None or not addresses or not all(is_resting(one, now) for one in addresses):
        return ""
    return f"the site refuses; worth trying again after {_clock(told['try_again'])}"


def _clock(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
