"""The small files of a place: records of runs, reports, saved pages."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import orjson

from scraper.erasure.find import House
from scraper.erasure.proof import Proof
from scraper.place.place import Place

_TABLES: Final = ("parts/", "tables/", "versions/", "archive/", "archives/", "erasures/",
                  "releases/", "quality/", "ledger.", "ids.parquet",
                  "housecrawl.json")  # fmt: skip
"""What has its own way of being rewritten, or holds no house."""
_LONG: Final = 6
"""An ID that is as long is looked for within texts; a shorter one would be found everywhere."""
REPORT: Final = "report.html"


def clean_files(place: Place, houses: Iterable[House], proof: Proof) -> None:
    """Take houses out of the JSON files of a place, and remove other files that name them.

    The report goes in any case: it shows houses without naming them.
    """
    looked_for = Marks(houses)
    for name in list(place.names()):
        if name.startswith(_TABLES):
            continue
        if name == REPORT:
            place.delete(name)
            proof.deleted(name)
            continue
        data = place.read(name)
        if not looked_for.are_in(_unpacked(data)):
            continue
        clean = looked_for.cleaned(data) if name.endswith(".json") else None
        if clean is None:
            place.delete(name)
            proof.deleted(name)
        else:
            place.write(name, clean)
            proof.wrote(name)


def clean_saved_pages(folder: Path, houses: Iterable[House], proof: Proof) -> None:
    """Remove the pages that an alarm saved on this machine, of those that show the houses."""
    marks = Marks(houses)
    for path in sorted(folder.rglob("*.html")) if folder.is_dir() else ():
        if marks.are_shown(path.read_text("utf-8", "replace")):
            path.unlink()
            proof.deleted(f"alarms/{path.relative_to(folder).as_posix()}")


class Marks:
    """What tells that a text is about a house."""

    def __init__(self, houses: Iterable[House]) -> None:
        houses = list(houses)
        self._ids = {one.house_id for one in houses}
        texts = {mark for one in houses for mark in one.marks}
        texts |= {house_id for house_id in self._ids if len(house_id) >= _LONG}
        each = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![\w])(?:{each})(?![\w])") if each else None

    def are_in(self, data: bytes) -> bool:
        """Whether one of them is in a file of ours; also an ID by itself is."""
        text = data.decode("utf-8", "replace")
        return any(f'"{house_id}"' in text for house_id in self._ids) or self.are_shown(text)

    def are_shown(self, text: str) -> bool:
        """Whether a text, such as a page, shows one of the houses."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def cleaned(self, data: bytes) -> bytes | None:
        """A JSON file without them; None for one that is no JSON."""
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError:
            return None
        return orjson.dumps(self._clean(value), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)

    def _clean(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self._clean(v) for k, v in value.items() if not self._names(k)}
        if isinstance(value, list):
            return [self._clean(one) for one in value if not self._is_about(one)]
        return "erased" if self._names(value) else value

    def _is_about(self, value: Any) -> bool:
        if isinstance(value, dict):
            return any(self._names(one) for one in value.values())
        return self._names(value)

    def _names(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        return value in self._ids or self.are_shown(value)


def _unpacked(data: bytes) -> bytes:
    try:
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error):
        return data
