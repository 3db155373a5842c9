"""Every key of `request.meta` and every stat that the project uses, in one list.

`docs/meta-keys.md` and `docs/stats.md` say the same to users; a test compares them.
"""

from __future__ import annotations

from typing import Final

LEASE: Final = "housecrawl_lease"
"""`Lease` of the house that a request is made for. Set by `spiders/houses.py`."""
KIND: Final = "housecrawl_kind"
"""What is asked for: `search`, `house`, `photo` or `robots`. Read by the gate and the log."""
MODE: Final = "housecrawl_mode"
"""How a page is asked for: `http`, `data` or `browser`. Read by the browser's middleware."""
STARTED: Final = "housecrawl_started"
"""Monotonic seconds at which the house's first request was made."""
ASKED: Final = "housecrawl_asked"
"""The address that was asked for before any redirect. Set by the spiders."""
ROBOTS_RULE: Final = "housecrawl_robots_rule"
"""The robots.txt rule that allowed the request. Set by the gate."""

STAT_IDS_LISTED: Final = "ids/listed"
"""Links to houses found on search pages, repeats included."""
STAT_IDS_NEW: Final = "ids/new"
"""IDs that were not in the list before."""
STAT_PAGES: Final = "ids/pages"
"""Search pages read."""
STAT_ASKED: Final = "asked/{kind}"
"""Requests sent, by kind: search, house, photo, robots; what a rendered page asks for by itself
is not among them."""
STAT_HOUSES: Final = "houses/{outcome}"
"""Houses by final outcome of this run: ok, gone, denied, refused, unread, failed."""
STAT_MODES: Final = "houses/mode/{mode}"
"""House pages that gave a row, by the way they were read."""
STAT_PHOTOS: Final = "photos/{outcome}"
"""Photos by outcome."""
STAT_DENIED: Final = "gate/denied/{kind}"
"""Requests that the gate refused, by kind."""
STAT_ROBOTS: Final = "gate/robots/{verdict}"
"""robots.txt files by what they came to: rules, allow_all, deny_all."""
STAT_DROPPED: Final = "values/dropped/{column}"
"""Values dropped by the validation, by column."""
