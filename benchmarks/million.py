"""What a long ID list costs: adding it, `housecrawl status`, and the start of a crawl.

    python benchmarks/million.py [--houses 1000000]

Prints seconds and the peak of resident memory of each as a markdown table. The crawl asks a port
of this machine that nobody listens on, and is ended after a few seconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

HOUSES: Final = 1_000_000
_ROOT: Final = Path(__file__).resolve().parent.parent
_SITE_FILE: Final = """
name = "list"
[search]
urls = ["http://127.0.0.1:9/sold"]
id = '/h/([0-9]+)'
[house]
url = "http://127.0.0.1:9/h/{id}"
"""
_ADD: Final = """
from scraper.house import FoundId
from scraper.ledger.store import Ledger
from scraper.place.open import open_place
ids = (FoundId(f"{n:09d}", f"http://127.0.0.1:9/h/{n:09d}", "", n) for n in range(HOUSES))
with Ledger.open(open_place("data"), run_id="list") as ledger:
    ledger.add_ids("list", ids)
"""
_MEASURED: Final = """
import atexit, resource, runpy, sys
def told():
    with open("peak", "w") as out:
        out.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
atexit.register(told)
"""


def measure(code: str, folder: Path) -> tuple[float, int]:
    """Seconds and the peak of resident memory (MB) of a piece of Python in a process of its own."""
    begun = time.monotonic()
    command = [sys.executable, "-c", _MEASURED + code]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return time.monotonic() - begun, int((folder / "peak").read_text()) // 1024


def _module(name: str, *arguments: str) -> str:
    return f"sys.argv = {['x', *arguments]!r}\nrunpy.run_module({name!r}, run_name='__main__')"


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--houses", type=int, default=HOUSES)
    houses = parser.parse_args().houses
    crawl = ["crawl", "houses", "-a", "site=list.toml", "-s", "DATASET=data"]
    crawl += ["-s", "ROBOTS_TIMEOUT=1", "-s", "BACK_OFF=0.05", "-s", "CLOSESPIDER_TIMEOUT=5"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "list.toml").write_text(_SITE_FILE)
        print(f"| {houses:,} IDs | seconds | peak, MB |\n| --- | ---: | ---: |")
        for what, code in (
            ("added", _ADD.replace("HOUSES", str(houses))),
            ("`status`", _module("scraper.cli.main", "status", "data")),
            ("a crawl, ended after 5 s", _module("scraper.cli.scrapy", *crawl)),
        ):
            seconds, peak = measure(code, folder)
            print(f"| {what} | {seconds:.1f} | {peak} |")


if __name__ == "__main__":
    main()
