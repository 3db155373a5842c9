"""Plain pages: what housecrawl costs a page, beside stock Scrapy and Crawlee with 15 fields.

    python benchmarks/plain.py [--rounds 3] [--pages 800]

All crawl the same pages of 5, 60 and 600 KB, in turns. What a short crawl takes is subtracted from
what a long one does, so that starting does not count: CPU seconds (user and system), and time. Ours
passes its gate and its ledger, reads every fact, cleans it, and writes Parquet; stock Scrapy and
Crawlee take 15 fields by CSS and write JSON lines. `all but reading` is ours where every page is
taken to say what the first one said, with an address and a price of its own: what is left when
reading costs nothing. Each peer has an
environment of its own. Prints a markdown table of medians for each size.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.meter import Each, Used, marginal, medians, table, used
from benchmarks.pages import SIZES, crawl_of, page_site
from benchmarks.peers import python_of

_ROOT: Final = Path(__file__).resolve().parent.parent
_SHORT: Final = 100
"""Pages of the short crawl."""
_FIELDS: Final = """
FIELDS = ["Sold price", "Sold on", "Bedrooms", "Bathrooms", "Living area", "Lot size",
          "Year built", "Home type", "Heating", "Cooling", "Stories", "Garage spaces",
          "Attic material", "Roof age"]
"""
STOCK: Final = f"""
import scrapy
{_FIELDS}

class Houses(scrapy.Spider):
    name = "houses"
    custom_settings = {{"CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
                       "DOWNLOAD_DELAY": 0, "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True}}

    async def start(self):
        for number in range(int(self.pages)):
            yield scrapy.Request(f"{{self.root}}/house/{{number}}")

    def parse(self, response):
        row = {{"address": response.css("h1::text").get()}}
        for field in FIELDS:
            row[field] = response.css(f"th:contains('{{field}}') + td::text").get()
        yield row
"""
_UNREAD: Final = """
from dataclasses import replace
import spiders.houses
from benchmarks.pages import facts
from scraper.cli.scrapy import main

read, kept = spiders.houses.extract, []

def unread(page, hints):
    if not kept:
        kept.append(read(page, hints))
    number = int(page.url.rpartition("/")[2])
    best = dict(kept[0].best)
    best["address"] = replace(best["address"], raw=f"{number} Elm St, Alder Point, CA 90001")
    best["sold_price"] = replace(best["sold_price"], raw=facts(number)["Sold price"])
    return replace(kept[0], best=best)

spiders.houses.extract = unread
main()
"""
CRAWLEE: Final = f"""
import asyncio, json, logging, sys
from crawlee import ConcurrencySettings
from crawlee.crawlers import ParselCrawler
from crawlee.storage_clients import MemoryStorageClient
{_FIELDS}
async def main(root, pages):
    crawler = ParselCrawler(
        concurrency_settings=ConcurrencySettings(max_concurrency=16, desired_concurrency=16),
        storage_client=MemoryStorageClient(), configure_logging=False)
    rows = open("rows.jsonl", "w")

    @crawler.router.default_handler
    async def parse(context):
        row = {{"address": context.selector.css("h1::text").get()}}
        for field in FIELDS:
            row[field] = context.selector.css(f"th:contains('{{field}}') + td::text").get()
        rows.write(json.dumps(row) + "\\n")

    await crawler.run([f"{{root}}/house/{{number}}" for number in range(pages)])

logging.disable()
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def ours(root: str, pages: int) -> Used:
    """A crawl of so many pages, with everything that belongs to it."""
    with tempfile.TemporaryDirectory() as name:
        said = crawl_of(Path(name), root, pages)
        command = [sys.executable, "-m", "scraper.cli.scrapy", *said]
        return used(command, Path(name), PYTHONPATH=str(_ROOT))


def unread(root: str, pages: int) -> Used:
    """The same where each page is taken to say what the first one said, but for its address."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "unread.py").write_text(_UNREAD)
        command = [sys.executable, "unread.py", *crawl_of(Path(name), root, pages)]
        return used(command, Path(name), PYTHONPATH=str(_ROOT))


def stock(root: str, pages: int) -> Used:
    """The same of a stock spider."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stock.py").write_text(STOCK)
        command = [python_of("scrapy"), "-m", "scrapy", "runspider", "stock.py", "-O", "rows.jsonl"]
        return used([*command, "-a", f"root={root}", "-a", f"pages={pages}"], folder)


def crawlee(root: str, pages: int) -> Used:
    """The same of Crawlee's crawler for plain pages, its queue in memory."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "peer.py").write_text(CRAWLEE)
        return used([python_of("crawlee"), "peer.py", root, str(pages)], Path(name))


def main() -> None:
    """Crawl in turns, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=800)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    args = parser.parse_args()
    os.environ.pop("SCRAPY_SETTINGS_MODULE", None)
    ways = {"housecrawl": ours, "all but reading": unread}
    ways |= {name: run for name, run in _PEERS.items() if python_of(name)}
    for size in args.sizes:
        found = _measured(size, ways, args.rounds, args.pages)
        print(f"\n{size} KB a page:\n\n{table('page', found)}", flush=True)


def _measured(
    size: int, ways: dict[str, Callable[[str, int], Used]], rounds: int, pages: int
) -> dict[str, Each]:
    """What a page takes by each way, medians of rounds that take turns."""
    found: dict[str, list[Each]] = {name: [] for name in ways}
    with page_site(size) as root:
        for _ in range(rounds):
            for name, crawl in ways.items():
                found[name].append(marginal(partial(crawl, root), _SHORT, _SHORT + pages))
    return {name: medians(rounds) for name, rounds in found.items()}


_PEERS: Final = {"scrapy": stock, "crawlee": crawlee}

if __name__ == "__main__":
    main()
