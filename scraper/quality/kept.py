"""The latest pages of a crawl, kept until an alarm asks for three of them to look at."""

from __future__ import annotations

import shutil
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from scraper.quality.finding import EXAMPLES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LATEST: Final = 12
"""Pages that are held: the houses of an alarm are among the latest ones."""
_LARGE: Final = 250_000
"""Characters from which on a page is held compressed: that costs more than reading some pages."""
PRIVATE: Final = 0o700
"""What is personal is taken out as far as it can be told: nobody but who crawls may look."""

Redact = Callable[[str, str], bytes | None]
"""The page of an address, from its text, as it may be written; None where it may not be."""


class KeptPages:
    """Some pages by address, the oldest dropped first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, str | bytes] = OrderedDict()

    def add(self, url: str, text: str) -> None:
        """Hold a page."""
        self._pages.pop(url, None)
        large = len(text) > _LARGE
        self._pages[url] = zstd.compress(text.encode(errors="replace"), 1) if large else text
        if len(self._pages) > LATEST:
            self._pages.popitem(last=False)

    def has(self, urls: Iterable[str]) -> bool:
        """Whether one of these is held."""
        return any(url in self._pages for url in urls)

    def save(self, folder: Path, wanted: Sequence[str], redact: Redact) -> tuple[str, ...]:
        """Write three pages into a folder of their own, those wanted first; their paths.

        Each begins with a comment that says its address, as browsers write it. Raises OSError.
        """
        latest = [url for url in reversed(self._pages) if url not in wanted]
        written = self._redacted([*(url for url in wanted if url in self._pages), *latest], redact)
        chosen = list(islice(written, EXAMPLES))
        if not chosen:
            return ()
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        paths = []
        for number, (url, body) in enumerate(chosen, 1):
            path = folder / f"{number}.html"
            mark = f"<!-- saved from url=({len(url):04}){url.replace('--', '%2D%2D')} -->\n"
            path.write_bytes(mark.encode() + body)
            path.chmod(0o600)
            paths.append(str(path))
        return tuple(paths)

    def _redacted(self, urls: Sequence[str], redact: Redact) -> Iterator[tuple[str, bytes]]:
        for url in urls:
            body = redact(url, self._text(url))
            if body is not None:
                yield url, body

    def _text(self, url: str) -> str:
        held = self._pages[url]
        if isinstance(held, bytes):
            return zstd.decompress(held).decode()
        return held.encode(errors="replace").decode()


def drop_old(folder: Path, days: float, now: datetime | None = None) -> None:
    """Remove the folders of alarms that are older than some days."""
    oldest = (now or datetime.now(UTC)) - timedelta(days=days)
    with suppress(OSError):  # another crawl may be removing them too
        for one in list(folder.glob("*/*")):
            if one.is_dir() and one.stat().st_mtime < oldest.timestamp():
                shutil.rmtree(one, ignore_errors=True)
