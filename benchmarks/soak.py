"""Whether the memory of a crawl stays flat: many plain pages from a trivial local server.

    python benchmarks/soak.py [--houses 100000] [--leak]
    python benchmarks/soak.py --browser [--houses 3000]

Serves pages without photos from a process of its own, crawls them, and reads the resident memory
of the crawl's process at every 1,000th page that the server was asked for. Memory rises for moments
while a part is sealed, so what counts is fixed beforehand: the median of a window of a fifteenth of
the pages, around a fifth and a half of all pages and at their end. Prints these as a markdown
table, the growth between the first and the last of them, the largest moment, and pages a second.
`--leak` keeps every answer on purpose: what the benchmark must be able to see.

With `--browser` every page is rendered, and the memory is that of the crawl, the browser and its
driver together (proportional set size: what they share counts once), read at every 13th page.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import ClassVar, Final

import psutil
from scrapy.http import Response

from scraper.house import FoundId
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

SITE: Final = "soak"
_TOWNS: Final = ("Alder Point", "Birch Hill", "Cedar Flats", "Dogwood Bay", "Elm Crossing")
_STREETS: Final = ("Amber", "Bramble", "Copper", "Dapple", "Ember", "Fallow", "Garnet", "Hazel")
_SITE_FILE: Final = """
name = "{name}"
[search]
urls = ["{root}/list"]
id = '/house/(\\d+)'
[house]
url = "{root}/house/{{id}}"
[render]
mode = "{mode}"
[pace]
delay = 0
concurrency = 16
"""
HOUSES: Final = 100_000
RENDERED: Final = 3_000
EVERY_RENDERED: Final = 13
STEP: Final = 1_000
_EVERY: Final = 0.005
"""Seconds between two looks at how many pages were asked for."""
_ROOT: Final = Path(__file__).resolve().parent.parent
_LEAKING: Final = ("-s", 'SPIDER_MIDDLEWARES={"benchmarks.soak.Leak": 1}')


def page(number: int) -> bytes:
    """The page of a house: about 4 KB, every one with other values."""
    rows = {
        "Price": f"${250_000 + number % 900_000:,}",
        "Bedrooms": number % 5 + 1,
        "Bathrooms": number % 3 + 1,
        "Living area": f"{900 + number % 2_600:,} sqft",
        "Lot size": f"{4_000 + number % 9_000:,} sqft",
        "Year built": 1900 + number % 120,
        "Home type": "Single family",
        "Sold on": f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
    }
    town = f"{_TOWNS[number % 5]}, CA {90_000 + number % 900}"
    address = f"{number + 1} {_STREETS[number % 8]} St, {town}"
    table = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows.items())
    text = f"House {number} stands among trees and has a view of the hills. " * 40
    return (
        f"<!doctype html><html lang=en><title>{address}</title><h1>{address}</h1>"
        f"<table>{table}</table><p>{text}</p></html>"
    ).encode()


@dataclass(frozen=True, slots=True)
class PlainSite:
    """A server of plain house pages, in a process of its own."""

    root: str
    """`http://127.0.0.1:PORT`."""
    asked: Synchronized[int]
    """House pages that were asked for until now."""

    def site_file(self, folder: Path, mode: str = "never") -> Path:
        """The path of its site file, written into a folder; `mode`: how its pages are rendered."""
        path = folder / f"{SITE}.toml"
        path.write_text(_SITE_FILE.format(name=SITE, root=self.root, mode=mode))
        return path

    def list_into(self, place: str, houses: int) -> None:
        """Put houses into the ID list of a place, as stage 1 would."""
        ids = (FoundId(str(n), f"{self.root}/house/{n}", "soak", n) for n in range(houses))
        with Ledger.open(open_place(place), run_id="list") as ledger:
            ledger.add_ids(SITE, ids)


@contextmanager
def plain_site() -> Iterator[PlainSite]:
    """A running server, gone with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    asked = context.Value("q", 0)
    server = context.Process(target=_serve, args=(theirs, asked), daemon=True)
    server.start()
    try:
        yield PlainSite(f"http://127.0.0.1:{ours.recv()}", asked)
    finally:
        server.kill()
        server.join()
        ours.close()
        theirs.close()


def _serve(told: Connection, asked: Synchronized[int]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                _, _, number = path.rpartition("/house/")
                if number.isdigit():
                    asked.value += 1
                body = page(int(number)) if number.isdigit() else b"User-agent: *\nAllow: /\n"
                kind = b"text/html; charset=utf-8" if number.isdigit() else b"text/plain"
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b"
                    % (kind, len(body), body)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@dataclass(frozen=True, slots=True)
class Soak:
    """What a crawl took."""

    memory: Mapping[int, int]
    """Pages asked for to the resident bytes of the crawl's process at that moment."""
    seconds: float
    """From the first of these moments to the last."""
    code: int
    """The crawl's exit code."""

    @property
    def pace(self) -> float:
        """Pages a second."""
        return (max(self.memory) - min(self.memory)) / self.seconds

    def near(self, count: int, window: int = 0) -> float:
        """Memory at a count of pages: the median of a window of so many pages around it.

        >>> Soak({800: 100, 900: 180, 1000: 104, 1100: 90}, 1.0, 0).near(1000, 200)
        104
        """
        return statistics.median(
            held for at, held in self.memory.items() if abs(at - count) <= window / 2
        )

    def growth(self, since: int, until: int, window: int = 0) -> float:
        """Growth of memory between two counts of pages, in percent of the first.

        >>> Soak({1000: 100, 2000: 103}, 1.0, 0).growth(1000, 2000)
        3.0
        """
        return round(100 * (self.near(until, window) / self.near(since, window) - 1), 2)


class Leak:
    """A spider middleware that keeps what every page brought: the control of the benchmark."""

    kept: ClassVar[list[bytes]] = []

    def process_spider_input(self, response: Response) -> None:
        """Keep a page 32 times over."""
        self.kept.append(response.body * 32)


def soak(houses: int, *, step: int = STEP, leak: bool = False, browser: bool = False) -> Soak:
    """Crawl so many pages into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, plain_site() as site:
        place = f"{folder}/data"
        site.list_into(place, houses)
        command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
        written = site.site_file(Path(folder), "always" if browser else "never")
        command += ["-a", f"site={written}", "-s", f"DATASET={place}"]
        command += ["-s", "LOG_LEVEL=ERROR", *(_LEAKING if leak else ())]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        with subprocess.Popen(command, env=environment) as crawl:
            held = _held_by_all if browser else _held
            memory, seconds = _watch(crawl, site, range(step, houses + 1, step), held)
            return Soak(memory, seconds, crawl.wait())


def _held(process: psutil.Process) -> int:
    return process.memory_info().rss


def _held_by_all(process: psutil.Process) -> int:
    held = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            held += one.memory_full_info().pss
    return held


def _watch(
    crawl: subprocess.Popen[bytes],
    site: PlainSite,
    counts: range,
    held: Callable[[psutil.Process], int],
) -> tuple[dict[int, int], float]:
    """Memory at each of the counts of pages, and the seconds from the first to the last."""
    process = psutil.Process(crawl.pid)
    memory: dict[int, int] = {}
    moments = []
    for count in counts:
        while site.asked.value < count and crawl.poll() is None:
            time.sleep(_EVERY)
        if crawl.poll() is not None:
            break
        memory[count] = held(process)
        print(f"{count} pages, {memory[count] / 1e6:.1f} MB", file=sys.stderr)
        moments.append(time.monotonic())
    return memory, moments[-1] - moments[0]


def main() -> None:
    """Crawl, and print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--houses", type=int, help="100,000, by a browser 3,000")
    parser.add_argument("--browser", action="store_true", help="render every page")
    parser.add_argument("--leak", action="store_true", help="keep every page on purpose")
    args = parser.parse_args()
    houses = args.houses or (RENDERED if args.browser else HOUSES)
    step = EVERY_RENDERED if args.browser else STEP
    done = soak(houses, step=step, leak=args.leak, browser=args.browser)
    window = houses // 15
    counts = [max(step, houses * share // 10 // step * step) for share in (2, 5, 10)]
    counts[-1] -= window // 2
    print("| pages | memory, MB |\n| ---: | ---: |")
    for count in counts:
        print(f"| {count:,} | {done.near(count, window) / 1e6:.1f} |")
    growth = done.growth(counts[0], counts[-1], window)
    most = max(done.memory.values()) / 1e6
    print(f"\ngrowth {growth} %, at most {most:.0f} MB, ", end="")
    print(f"{done.pace:.1f} pages/s, exit code {done.code}")


if __name__ == "__main__":
    main()
