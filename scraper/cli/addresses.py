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
    # Crawls of a part keep theirs on this machine, beside the ledgers of the parts.
    shared = ledger_folder(place, (0, 1)).parent
    found = read_sites(shared / FILE) | read_sites(ledger_folder(place) / FILE)
    told = (last or {}).get("egress")
    if found or not isinstance(told, dict):
        return found
    return {str((last or {}).get("site", "")): told}


def address_table(sites: Mapping[str, Told]) -> Table | None:
    """A line for each address; None where there is nothing to tell of any."""
    rows = [(site, one) for site, told in sites.items() for one in _addresses(told)]
    if len(rows) == len(sites) and not any(one.get("refusals") for _, one in rows):
        return None
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("address", "site"):
        table.add_column(title, no_wrap=True)
    for title in ("pages", "refusals", "score", "state"):
        table.add_column(title, justify="right", no_wrap=True)
    for site, one in rows:
        numbers = (f"{one.get(name, 0):,}" for name in ("pages", "refusals"))
        score = f"{one.get('score', 1.0):.2f}"
        table.add_row(str(one.get("address")), site, *numbers, score, state_of(one, time.time()))
    return table


def _addresses(told: Told) -> list[dict[str, Any]]:
    rows = told.get("addresses")
    return [one for one in (rows if isinstance(rows, list) else ()) if isinstance(one, dict)]


def state_of(one: Mapping[str, Any], now: float) -> str:
    """What an address does, in a word or two; `now` in seconds since 1970.

    >>> state_of({"resting_until": 30.0, "in_use": True}, 0.0)
    'rests until 1970-01-01 00:00:30 UTC'
    """
    if is_resting(one, now):
        return f"rests until {_clock(one['resting_until'])}"
    if one.get("broken") and not one.get("pages"):
        return "does not work"
    return "in use" if one.get("in_use") else "ready"


def wait_for(told: Told | None, now: float) -> str:
    """When it is worth asking a site again, where it refuses all addresses; else ""."""
    again = (told or {}).get("try_again")
    if not isinstance(again, int | float) or again <= now:
        return ""
    return f"the site refuses; worth trying again after {_clock(again)}"


def _clock(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
