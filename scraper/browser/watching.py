"""What the processes of a browser hold, and which of them has to go."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import psutil

MB = 1_000_000

Due = Literal["nothing", "page", "browser", "browser_now"]


@dataclass(frozen=True, slots=True)
class Held:
    """Memory of a browser."""

    total: float
    """MB that its processes hold, shared pages counted once."""
    largest: float = 0.0
    """MB of the page process that holds most."""
    holder: psutil.Process | None = None
    """That process."""


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that came from it, those that are there; itself first."""
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def held(process: psutil.Process) -> Held:
    """What a browser holds now, by its main process; nothing where that has gone.

    Resident minus shared memory of each process, and the largest shared part once: exact figures
    (PSS) may not be read of processes in Chromium's sandbox.
    """
    own, shared = 0.0, 0.0
    largest: tuple[float, psutil.Process | None] = (0.0, None)
    for one in family(process):
        with suppress(psutil.Error):
            memory, page = one.memory_info(), "--type=renderer" in one.cmdline()
            private = max(0, memory.rss - memory.shared) / MB
            own, shared = own + private, max(shared, memory.shared / MB)
            if page and private > largest[0]:
                largest = private, one
    return Held(own + shared, *largest)


def due(found: Held, limit: float) -> Due:
    """What a browser that may hold `limit` MB has come to.

    A page that holds half of it alone goes at once, and the others stay. A browser above the
    limit is replaced when its pages are done, one at twice the limit without waiting for them.

    >>> due(Held(900, 300), 1500), due(Held(1200, 800), 1500), due(Held(1600, 300), 1500)
    ('nothing', 'page', 'browser')
    >>> due(Held(3100, 700), 1500)
    'browser_now'
    """
    if found.largest > limit / 2:
        return "page"
    if found.total > 2 * limit:
        return "browser_now"
    return "browser" if found.total > limit else "nothing"


def by_id(pid: int) -> psutil.Process:
    """A process, told from a later one of the same number."""
    return psutil.Process(pid)


def drivers() -> list[psutil.Process]:
    """Playwright's drivers that this process has started."""
    found = []
    for one in psutil.Process().children():
        with suppress(psutil.Error):
            if "run-driver" in one.cmdline():
                found.append(one)
    return found


def kill(processes: Iterable[psutil.Process]) -> int:
    """End processes at once; the number of those that were still running."""
    count = 0
    for one in processes:
        with suppress(psutil.Error):
            running = one.is_running() and one.status() != psutil.STATUS_ZOMBIE
            one.kill()
            count += running
    return count
