"""All parts on this machine, by GNU parallel, which starts them again where they are cut off."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import psutil

from scraper.errors import IncompleteError, UsageError
from scraper.fleet.engine import Counts, Handed
from scraper.fleet.order import Order

PATIENCE: Final = 25_000
"""Milliseconds that a part has after SIGTERM."""
_MODULE: Final = "scraper.cli.main"


class Parallel:
    """GNU parallel in the foreground: `submit` comes back when it has ended."""

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Have the parts visited; IncompleteError where it was stopped."""
        words = [*parallel(order), *part_command(order, place)]
        numbers = "".join(f"{part}\n" for part in parts).encode()
        stopped = False

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True
            _stop(process.pid)

        with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True) as process:
            before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
            try:
                process.communicate(numbers)
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
        if stopped:
            raise IncompleteError("stopped: the same command again goes on")
        return Handed("", f"housecrawl fleet finish {place}", is_over=True)

    def counts(self, job: str) -> Counts | None:
        """It cannot be asked from outside."""
        del job
        return None


def _stop(pid: int) -> None:
    """Have GNU parallel begin nothing more, and each part that runs end in order.

    By itself it waits for those that run, and cuts them off at a second signal.
    """
    with suppress(psutil.Error):
        running = psutil.Process(pid)
        running.terminate()
        for one in running.children(recursive=True):
            with suppress(psutil.Error):
                if _MODULE in one.cmdline():
                    one.terminate()


def parallel(order: Order) -> list[str]:
    """GNU parallel itself, with what it is to do about parts that do not come to an end.

    The first part that is refused or that was asked for wrongly lets no other one begin: a refused
    address asks nothing more.
    """
    if not shutil.which("parallel"):
        raise UsageError("there is no GNU parallel on this machine: apt install parallel")
    tries = ["--retries", str(order.attempts)]
    ends = ["--halt", "soon,fail=1", "--termseq", f"TERM,{PATIENCE},KILL,25"]
    return ["parallel", "--will-cite", "--jobs", str(order.workers), "--line-buffer", *tries, *ends]


def part_command(order: Order, place: str) -> list[str]:
    """What visits one part, its number being the word behind."""
    program = [sys.executable, "-m", _MODULE, "fleet", "part"]
    return ["--quote", *program, place, "--run", order.run_id]
