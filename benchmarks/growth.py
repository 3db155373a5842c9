"""Growth: what a page costs, and how much memory a crawl takes, in longer and longer lists.

    python benchmarks/growth.py [--sizes 1000 10000 100000] [--kilobytes 5]

Each list is crawled as often as it is named, with gate, ledger, every fact, cleaning and Parquet.
CPU is user and system time of all processes, that of a crawl of 100 houses taken off; memory is the
peak of resident memory of the largest process. Prints a markdown table of medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.pages import SITE_FILE, list_into, page_site

_ROOT: Final = Path(__file__).resolve().parent.parent
_START: Final = 100
"""Houses of the crawl that stands for starting."""


def crawl(root: str, houses: int) -> tuple[float, float]:
    """CPU seconds, and the peak of resident memory in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.toml").write_text(SITE_FILE.format(root=root))
        list_into(f"{name}/data", root, houses)
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
        command += ["-a", "site=bench.toml", "-s", "DATASET=data", "-s", "LOG_LEVEL=ERROR"]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the crawl ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Crawl each list as often as it is named, and print medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--kilobytes", type=int, default=5)
    args = parser.parse_args()
    found: dict[int, list[tuple[float, float]]] = {}
    with page_site(args.kilobytes) as root:
        start, _ = crawl(root, _START)
        for houses in args.sizes:
            seconds, peak = crawl(root, houses)
            each = 1000 * (seconds - start) / (houses - _START)
            found.setdefault(houses, []).append((each, peak))
            print(f"{houses:,}: {each:.2f} ms, {peak:.0f} MB", file=sys.stderr)
    print("| houses | ms of CPU a page | peak MB |\n| ---: | ---: | ---: |")
    for houses, runs in found.items():
        each, peak = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"| {houses:,} | {each:.2f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
