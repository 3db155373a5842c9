"""Bringing the tables to where the newest version says they are."""

from __future__ import annotations

from scraper.dataset.table import open_table
from scraper.dataset.version import Version
from scraper.place.place import Place


def align(place: Place, newest: Version) -> None:
    """Restore the tables that a rollback left at a later state; nothing to do for others.

    The rollback's file is the truth for readers from the moment it is written; this makes the
    tables follow, and may be made again after a crash.
    Raises CommitFailedError when another process changes a table just now.
    """
    for name, wanted in newest.tables.items():
        head = newest.heads[name]
        table = open_table(place, name)
        if wanted == head or table is None:
            continue
        followed = any(c.restores == newest.number for c in table.commits_since(head))
        if not followed:
            table.restore(wanted, {"restores": newest.number})
