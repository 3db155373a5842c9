"""Growth: what a page costs, and how much memory a crawl takes, in longer and longer lists.

    python -m benchmarks.growth [--sizes 1000 10000] [--long 100000] [--kilobytes 5]

While the long list is crawled the shorter ones are, one after the other, again and again: what the
machine does to the one it does to the others at the same time, and a crawl of minutes does not meet
another machine than the next. All with gate, ledger, every fact, cleaning and Parquet. CPU is user
and system time of all processes, that of a crawl of 100 houses taken off; memory is the peak of
resident memory of the largest process. Prints a markdown table of means.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.pages import crawl_of, page_site

_ROOT: Final = Path(__file__).resolve().parent.parent
_START: Final = 100
"""Houses of the crawl that stands for starting."""


class Taken(NamedTuple):
    """What crawls took, the mean of all of one length."""

    cpu: float
    """Seconds."""
    peak: float
    """Resident memory, MB."""


def crawl(root: str, houses: int) -> Taken:
    """A crawl of so many houses; SystemExit where it does not end well."""
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "scraper.cli.scrapy", *crawl_of(Path(name), root, houses)]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        process = subprocess.Popen(command, cwd=name, env=environment, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the crawl ended with {os.waitstatus_to_exitcode(status)}")
    taken = Taken(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
    print(f"{houses:,} houses: {taken.cpu:.1f} s, {taken.peak:.0f} MB", file=sys.stderr, flush=True)
    return taken


def beside(root: str, long: Future[Taken], sizes: list[int]) -> dict[int, Taken]:
    """Means of crawls of these lengths that take turns until the long one has ended.

    One that is still under way then had the machine for itself: it counts only where it is the
    first of its length.
    """
    found: dict[int, list[Taken]] = {houses: [] for houses in sizes}
    while not long.done():
        for houses, runs in found.items():
            taken = crawl(root, houses)
            if not (runs and long.done()):
                runs.append(taken)
    return {houses: _mean(runs) for houses, runs in found.items()}


def _mean(runs: list[Taken]) -> Taken:
    return Taken(*(statistics.fmean(values) for values in zip(*runs, strict=True)))


def table(found: dict[int, Taken], base: int) -> str:
    """A markdown table, with what each is of the list of `base` houses."""

    def each(houses: int) -> float:
        return 1000 * (found[houses].cpu - found[_START].cpu) / (houses - _START)

    lines = [f"| houses | ms of CPU a page | of {base:,} | peak MB | of {base:,} |"]
    lines += ["|" + " ---: |" * 5]
    for houses in sorted(found.keys() - {_START}):
        more, peak = each(houses) / each(base), found[houses].peak
        lines += [
            f"| {houses:,} | {each(houses):.2f} | {more:.2f} "
            f"| {peak:.0f} | {peak / found[base].peak:.2f} |"
        ]
    return "\n".join(lines)


def main() -> None:
    """Crawl the long list and the shorter ones beside it, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--long", type=int, default=100_000)
    parser.add_argument("--kilobytes", type=int, default=5)
    args = parser.parse_args()
    with page_site(args.kilobytes) as root, ThreadPoolExecutor(1) as pool:
        long = pool.submit(crawl, root, args.long)
        found = beside(root, long, [_START, *args.sizes])
        found[args.long] = long.result()
    print(table(found, args.sizes[-1]))


if __name__ == "__main__":
    main()
