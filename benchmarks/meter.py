"""What a command takes: CPU seconds, time, and memory, of it and of all that came from it."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_EVERY: Final = 0.2
"""Seconds between two looks at the memory of all processes."""
_LOG: Final = "log"


@dataclass(frozen=True, slots=True)
class Used:
    """What one run took."""

    cpu: float
    """Seconds, user and system, of all processes."""
    seconds: float
    """By the clock."""
    peak: float
    """MB of all processes together at most; what some share counts once (PSS)."""


@dataclass(frozen=True, slots=True)
class Each:
    """What one more page, photo or house takes: a long run less a short one, without the start."""

    ms: float
    """CPU milliseconds."""
    a_second: float
    """How many come in a second by the clock."""
    peak: float
    """MB of the long run."""


def used(command: list[str], folder: Path, well: Iterable[int] = (0,), **env: str) -> Used:
    """Run a command in a folder; SystemExit with what it said where it did not end well."""
    begun = time.monotonic()
    with (folder / _LOG).open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **env}
        )
        watch = _Watch(process.pid)
        _, status, ended = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        watch.end()
    if os.waitstatus_to_exitcode(status) not in well:
        said = (folder / _LOG).read_text("utf-8", "replace")[-3000:]
        raise SystemExit(
            f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}\n{said}"
        )
    # Short-lived processes are in the one, those that nobody waited for in the other.
    return Used(max(ended.ru_utime + ended.ru_stime, watch.cpu), seconds, watch.peak)


def marginal(run: Callable[[int], Used], few: int, many: int) -> Each:
    """What one more takes, by a short and a long run."""
    short, long = run(few), run(many)
    more = many - few
    seconds = max(long.seconds - short.seconds, 1e-6)
    return Each(1000 * (long.cpu - short.cpu) / more, more / seconds, long.peak)


def medians(rounds: list[Each]) -> Each:
    """The median of each number."""
    return Each(
        statistics.median(one.ms for one in rounds),
        statistics.median(one.a_second for one in rounds),
        statistics.median(one.peak for one in rounds),
    )


def table(what: str, found: Mapping[str, Each], theirs: str = "of ours") -> str:
    """A markdown table of all ways, the first of them ours, with what each is of ours."""
    first = next(iter(found.values()))
    lines = [
        f"| | ms of CPU a {what} | {theirs} | {what}s a second | {theirs} | peak MB | {theirs} |",
        "| --- |" + " ---: |" * 6,
    ]
    for name, each in found.items():
        numbers = [
            f"{each.ms:.1f}",
            f"{each.ms / first.ms:.2f}",
            f"{each.a_second:.0f}",
            f"{each.a_second / first.a_second:.2f}",
            f"{each.peak:.0f}",
            f"{each.peak / first.peak:.2f}",
        ]
        lines.append(f"| {name} | {' | '.join(numbers)} |")
    return "\n".join(lines)


class _Watch(threading.Thread):
    """Looks at a process and all its children until it is told to end."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak, self._cpu = 0.0, dict[int, float]()
        self._root, self._over = psutil.Process(pid), threading.Event()
        self.start()

    @property
    def cpu(self) -> float:
        """Seconds of all processes that were seen."""
        return sum(self._cpu.values())

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()

    def run(self) -> None:
        """Look again and again."""
        while not self._over.wait(_EVERY):
            self.peak = max(self.peak, self._held())

    def _held(self) -> float:
        held = 0.0
        with contextlib.suppress(psutil.Error):
            for one in (self._root, *self._root.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    times = one.cpu_times()
                    self._cpu[one.pid] = times.user + times.system
                    held += one.memory_full_info().pss / 1e6
        return held
