"""One attempt at a part: `scrapy crawl houses` as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil

from scraper.errors import ExitCode
from scraper.fleet.order import Order
from scraper.fleet.tie import PARENT

AGAIN: Final = frozenset({ExitCode.INCOMPLETE})
ENDED: Final = frozenset({*ExitCode}) - AGAIN - {ExitCode.COMPLETE}
"""Exit codes by which the next attempt would end the same; a kill and any other are tried again."""


def command(
    order: Order, place: str, settings: Sequence[str], part: int | None = None
) -> list[str]:
    """The words behind `scrapy` that visit a part; without one, that of the child of an array job.

    >>> order = Order("night", "demo.toml", "demo", 40, 6, "parallel")
    >>> " ".join(command(order, "s3://b/p", ["EGRESS=direct"], 3))[:62]
    'crawl houses -a site=demo.toml -a part=3/40 -s DATASET=s3://b/'
    """
    which = [] if part is None else ["-a", f"part={part}/{order.parts}"]
    ours = [f"DATASET={place}", f"RUN_ID={order.run_id}", f"PACE_WORKERS={order.workers}"]
    given = [word for one in (*ours, *order.settings, *settings) for word in ("-s", one)]
    return ["crawl", "houses", "-a", f"site={order.site}", *which, *given]


class Attempt:
    """A crawl that runs. It is stopped when whoever started it dies."""

    def __init__(self, words: Sequence[str]) -> None:
        """`words`: the words behind `scrapy`."""
        program = [sys.executable, "-m", "scraper.cli.scrapy", *words]
        ours = {"SCRAPY_SETTINGS_MODULE": "settings", PARENT: str(os.getpid())}
        self._process = subprocess.Popen(program, env={**os.environ, **ours})

    def wait(self, seconds: float) -> int | None:
        """The exit code, or None where it still runs after so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def stop(self) -> None:
        """Have it end in order: what is answered is kept, the rest given back."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started, now."""
        with suppress(psutil.Error):
            for one in psutil.Process(self._process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    one.kill()
        self._process.kill()
        self._process.wait()
