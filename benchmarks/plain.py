"""Plain pages: what housecrawl costs a page, beside a stock Scrapy spider that takes 15 fields.

    python benchmarks/plain.py [--rounds 3] [--pages 800]

Both crawl the same pages of 5, 60 and 600 KB, in turns. The CPU seconds (user and system) of a
long and of a short crawl are subtracted, so that starting does not count. Ours passes its gate and
its ledger, reads every fact, cleans it, and writes Parquet; stock Scrapy writes JSON lines.
Prints a markdown table of medians.
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

from benchmarks.pages import SITE_FILE, SIZES, list_into, page_site

_ROOT: Final = Path(__file__).resolve().parent.parent
_SHORT: Final = 100
"""Pages of the short crawl."""
STOCK: Final = """
import scrapy

FIELDS = ["Sold price", "Sold on", "Bedrooms", "Bathrooms", "Living area", "Lot size",
          "Year built", "Home type", "Heating", "Cooling", "Stories", "Garage spaces",
          "Attic material", "Roof age"]

class Houses(scrapy.Spider):
    name = "houses"
    custom_settings = {"CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
                       "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True}

    async def start(self):
        for number in range(int(self.pages)):
            yield scrapy.Request(f"{self.root}/house/{number}")

    def parse(self, response):
        row = {"address": response.css("h1::text").get()}
        for field in FIELDS:
            row[field] = response.css(f"th:contains('{field}') + td::text").get()
        yield row
"""


def cost(command: list[str], folder: Path) -> float:
    """CPU seconds, user and system, of a command and its children."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime


def ours(root: str, pages: int) -> float:
    """CPU seconds of a crawl of so many pages, with everything that belongs to it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.toml").write_text(SITE_FILE.format(root=root))
        list_into(f"{name}/data", root, pages)
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
        command += ["-a", "site=bench.toml", "-s", "DATASET=data", "-s", "LOG_LEVEL=ERROR"]
        return cost(command, folder)


def stock(root: str, pages: int) -> float:
    """The same of a stock spider."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stock.py").write_text(STOCK)
        command = [sys.executable, "-m", "scrapy", "runspider", "stock.py", "-O", "rows.jsonl"]
        return cost([*command, "-a", f"root={root}", "-a", f"pages={pages}"], folder)


def main() -> None:
    """Crawl in turns, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=800)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    args = parser.parse_args()
    os.environ.pop("SCRAPY_SETTINGS_MODULE", None)
    print(
        "| page, KB | housecrawl, ms of CPU | stock Scrapy | ratio |\n| ---: | ---: | ---: | ---: |"
    )
    for size in args.sizes:
        found: dict[str, list[float]] = {"ours": [], "stock": []}
        with page_site(size) as root:
            for _ in range(args.rounds):
                for name, crawl in (("ours", ours), ("stock", stock)):
                    more = crawl(root, _SHORT + args.pages) - crawl(root, _SHORT)
                    found[name].append(1000 * more / args.pages)
        mine, theirs = (statistics.median(found[name]) for name in ("ours", "stock"))
        print(f"| {size} | {mine:.1f} | {theirs:.1f} | {mine / theirs:.2f} |", flush=True)


if __name__ == "__main__":
    main()
