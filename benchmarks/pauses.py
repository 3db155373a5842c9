"""For how long a crawl's event loop is held at a time: a spider middleware that writes it down.

A beat is due every 5 ms; what it comes late by is a pause. On a machine whose cores are all busy a
beat is late too because the process does not get its turn: so the processor's own time between two
beats is kept beside the time on the clock, and that of each callback by itself: several answers
that came at once are worked on before the next beat. The crawl's last second, in which tables are
published and nothing is asked for any more, does not count: beats end with the last response.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any, Final

from scrapy import signals
from scrapy.crawler import Crawler

FILE: Final = "pauses.json"
"""Written into the working directory: `callback`, `cpu` and `clock`, each the longest ones, ms."""
SETTING: Final = ("-s", 'SPIDER_MIDDLEWARES={"benchmarks.pauses.Pauses": 1}')
_EVERY: Final = 0.005
_KEPT: Final = 20


class Pauses:
    """Beats from the first response on, and keeps the longest pauses up to the last one."""

    def __init__(self) -> None:
        self._cpu: list[float] = []
        self._clock: list[float] = []
        self._callback: list[float] = []
        self._counted = 0
        self._last: tuple[float, float] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Pauses:
        """Connected to the crawl's responses and to its end."""
        made = cls()
        crawler.signals.connect(made.came, signal=signals.response_received)
        crawler.signals.connect(made.closed, signal=signals.spider_closed)
        return made

    def came(self, **_: Any) -> None:
        """A response: all pauses until now are those of a working crawl."""
        self._counted = len(self._cpu)
        if self._last is None:
            self._watch_callbacks()
            self._beat()

    def _watch_callbacks(self) -> None:
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            before = time.thread_time()
            run(handle)
            self._callback.append(1000 * (time.thread_time() - before))

        asyncio.Handle._run = timed  # type: ignore[method-assign]  # asyncio has no other way in

    def _beat(self) -> None:
        clock, cpu = time.monotonic(), time.thread_time()
        if self._last is not None:
            self._clock.append(1000 * (clock - self._last[0] - _EVERY))
            self._cpu.append(1000 * (cpu - self._last[1]))
        self._last = clock, cpu
        asyncio.get_running_loop().call_later(_EVERY, self._beat)

    def closed(self, **_: Any) -> None:
        """Write what was seen."""
        seen = {
            "callback": self._callback,
            "cpu": self._cpu[: self._counted],
            "clock": self._clock[: self._counted],
        }
        kept = {name: sorted(values, reverse=True)[:_KEPT] for name, values in seen.items()}
        Path(FILE).write_text(json.dumps(kept))
