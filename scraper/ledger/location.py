"""Where the ledger of a place lies on this machine."""

from __future__ import annotations

import os
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from scraper.place.place import Place

FILE: Final = "ledger.sqlite"
LOCK: Final = "ledger.lock"
REFRESH_LOCK: Final = "refresh.lock"
ALARMS: Final = "alarms"


def ledger_folder(place: Place, part: tuple[int, int] | None = None) -> Path:
    """The folder of a place's ledger: the place itself where it is a folder.

    Otherwise, and for the ledger of one part (I, N) of the ID list, a folder of this machine's
    state: `$HOUSECRAWL_STATE`, else where the platform keeps the state of programs.
    """
    if part is None and "://" not in place.url:
        return Path(place.url)
    folder = state_folder() / _slug(place.url)
    return folder if part is None else folder / f"part-{part[0]}-of-{part[1]}"


def alarms_folder(place: Place) -> Path:
    """The folder of this machine's state for the pages of a place's alarms.

    Never the place itself: pages hold personal data, which a place must not.
    """
    return state_folder() / ALARMS / _slug(place.url)


def state_folder() -> Path:
    """The folder of this machine's state, which need not exist yet."""
    if named := os.environ.get("HOUSECRAWL_STATE"):
        return Path(named).expanduser().resolve()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "housecrawl"
    # https://specifications.freedesktop.org/basedir-spec/latest/
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "housecrawl"


def _slug(url: str) -> str:
    """A folder name for a place: readable, and different for every place.

    >>> _slug("s3://homes/2026 autumn")
    's3-homes-2026-autumn-dbcc8bc7b1'
    """
    words = re.sub(r"[^a-z0-9]+", "-", url.lower()).strip("-")[:60]
    return f"{words}-{sha256(url.encode()).hexdigest()[:10]}"
