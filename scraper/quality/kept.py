"""The latest pages of a crawl, kept until an alarm asks for three of them to look at."""

from __future__ import annotations

import shutil
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from scraper.quality.finding import EXAMPLES

LATEST: Final = 12
"""Pages that are held, compressed: the houses of an alarm are among the latest ones."""
PRIVATE: Final = 0o700
"""Pages hold personal data: nobody but who crawls may look at them."""


class KeptPages:
    """Some pages by address, the oldest dropped first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, bytes] = OrderedDict()

    def add(self, url: str, text: str) -> None:
        """Hold a page."""
        self._pages.pop(url, None)
        self._pages[url] = zlib.compress(text.encode(errors="replace"), 1)
        if len(self._pages) > LATEST:
            self._pages.popitem(last=False)

    def save(self, folder: Path, wanted: Sequence[str]) -> tuple[str, ...]:
        """Write three pages into a folder of their own, those wanted first; their paths.

        Each begins with a comment that says its address, as browsers write it. Raises OSError.
        """
        latest = [url for url in reversed(self._pages) if url not in wanted]
        chosen = [*(url for url in wanted if url in self._pages), *latest][:EXAMPLES]
        if not chosen:
            return ()
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        paths = []
        for number, url in enumerate(chosen, 1):
            path = folder / f"{number}.html"
            mark = f"<!-- saved from url=({len(url):04}){url.replace('--', '%2D%2D')} -->\n"
            path.write_bytes(mark.encode() + zlib.decompress(self._pages[url]))
            path.chmod(0o600)
            paths.append(str(path))
        return tuple(paths)


def drop_old(folder: Path, days: float, now: datetime | None = None) -> None:
    """Remove the folders of alarms that are older than some days."""
    oldest = (now or datetime.now(UTC)) - timedelta(days=days)
    with suppress(OSError):  # another crawl may be removing them too
        for one in list(folder.glob("*/*")):
            if one.is_dir() and one.stat().st_mtime < oldest.timestamp():
                shutil.rmtree(one, ignore_errors=True)
