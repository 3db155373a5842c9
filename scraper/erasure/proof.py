"""The proof of an erasure: what was removed, and of whom only a keyed hash."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from scraper.place.place import Place

FOLDER = "erasures/"


@dataclass(slots=True)
class Proof:
    """What an erasure did."""

    by: str
    """How the houses were named: id, url, contact; empty where an erasure was finished."""
    houses: list[str] = field(default_factory=list)
    """Keyed hashes of the houses."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows that were removed, by where: `houses`, `photos`, `visits`, `tables/houses`, ..."""
    gone: list[str] = field(default_factory=list)
    """Objects that were removed."""
    written: list[str] = field(default_factory=list)
    """Objects that were written anew."""
    pages: int = 0
    """Kept pages that were removed."""
    versions: int = 0
    """Older versions of objects that a bucket kept, and that were removed."""

    def count(self, rows: Mapping[str, int]) -> None:
        """Rows were removed."""
        self.rows.update(rows)

    def deleted(self, *names: str) -> None:
        """Objects were removed."""
        self.gone += names

    def wrote(self, *names: str) -> None:
        """Objects were written anew."""
        self.written += names

    @property
    def has_found(self) -> bool:
        """Whether anything was removed."""
        return bool(self.rows or self.pages or self.gone)

    def write(self, place: Place, now: datetime) -> str:
        """Leave the proof in a place; its name."""
        name = f"{FOLDER}{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}.json"
        said = {
            "format": 1,
            "erased_at": now,
            "by": self.by,
            "houses": self.houses,
            "rows": dict(self.rows),
            "pages": self.pages,
            "removed": self.gone,
            "written_anew": self.written,
            "versions_of_objects": self.versions,
        }
        place.write(name, orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        return name
