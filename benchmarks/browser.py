"""What a house costs whose facts come by JavaScript: ours, stock scrapy-playwright, and Crawlee.

    python benchmarks/browser.py [--houses 60] [--data 600] [--rounds 3]

Each page asks for its facts with `fetch()`, for a style, six pictures and two trackers. Four pages
at once, the ways one after the other in each round, every process counted: the crawl, Playwright's
driver, and Chromium with all of its own. The server runs in a process of its own and is not
counted. What is counted is the time from the first house on: `data` knows its way from a run
before, as a scheduled crawl does. Ours reads every fact and stores rows; stock takes 15 by CSS, and
so does Crawlee's PlaywrightCrawler with its blocking of pictures and styles on. The peers have an
environment of their own, and the same browser. `bare Chromium` is the browser alone (`bare.py`):
what nobody who renders these pages gets below; `guarded Chromium` the same with each request held
until it is let go, and pages emptied in between.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bare import EXECUTABLE, FIRST
from benchmarks.meter import Each, Used, marginal, medians, used
from benchmarks.peers import python_of
from scraper.demo.server import Answer, Request, Server
from scraper.house import FoundId
from scraper.ledger.store import Ledger
from scraper.place.open import open_place

PAGE = b"""<!doctype html><html><head><title>House</title><link rel=stylesheet href="/s.css">
</head><body><div id=app>Loading</div><script src="/app.js"></script>
<script src="/t/one.js"></script><script src="/t/two.js"></script></body></html>"""
SCRIPT = b"""const id = location.pathname.split('/').pop();
fetch('/api/house/' + id).then(a => a.json()).then(h => {
  document.getElementById('app').innerHTML = `<h1>${h.street}, ${h.city}, ${h.state} ${h.zip}</h1>
  <b id=price>$${h.price.toLocaleString('en-US')}</b><dl>` + Object.entries(h.facts).map(
  ([k, v]) => `<dt>${k}</dt><dd class="${k.split(' ').join('-')}">${v}</dd>`).join('') + '</dl>' +
  [0, 1, 2, 3, 4, 5].map(n => `<img width=600 height=400 src="/ph/${id}/${n}.jpg">`).join('') +
  `<p class=description>${h.about}</p>`;
});"""
_WELL = (0, 3, 4)
"""What a crawl ends with whose list is not all read, or not all as it was."""
PEERS = {"stock": "scrapy", "crawlee": "crawlee"}
LABELS = ("Sold price", "Year built", "Bedrooms", "Bathrooms", "Living area", "Heating", "Parking")
STOCK = """
import scrapy, sys
class Stock(scrapy.Spider):
    name = "stock"
    async def start(self):
        from scrapy_playwright.page import PageMethod
        for n in range({houses}):
            yield scrapy.Request("{root}/house/%d" % (10**8 + n), meta={{"playwright": True,
                "playwright_page_methods": [PageMethod("wait_for_selector", "h1")]}})
    def parse(self, response):
        row = {{k: response.css(f"dd:nth-of-type({{k}})::text").get() for k in range(1, 14)}}
        price = response.css("#price::text").get()
        yield {{"h": response.css("h1::text").get(), "p": price, **row}}
"""
BROWSER = {
    "executable_path": EXECUTABLE,
    "args": ["--no-sandbox", "--disable-gpu"],
}
CRAWLEE = """
import asyncio, json, logging, sys
from crawlee import ConcurrencySettings
from crawlee.crawlers import PlaywrightCrawler
from crawlee.storage_clients import MemoryStorageClient
from parsel import Selector

async def main(root, houses):
    crawler = PlaywrightCrawler(
        concurrency_settings=ConcurrencySettings(max_concurrency=4, desired_concurrency=4),
        storage_client=MemoryStorageClient(), configure_logging=False, headless=True,
        browser_launch_options={browser})
    rows = open("rows.jsonl", "w")

    @crawler.pre_navigation_hook
    async def block(context):
        await context.block_requests(extra_url_patterns=["/t/"])

    @crawler.router.default_handler
    async def parse(context):
        await context.page.wait_for_selector("h1")
        page = Selector(await context.page.content())
        row = {{k: page.css(f"dd:nth-of-type({{k}})::text").get() for k in range(1, 14)}}
        row |= {{"h": page.css("h1::text").get(), "p": page.css("#price::text").get()}}
        rows.write(json.dumps(row) + "\\n")

    done = await crawler.run([f"{{root}}/house/{{10**8 + n}}" for n in range(houses)])
    if done.requests_finished != houses:
        sys.exit(f"{{done.requests_finished}} of {{houses}}")

logging.disable()
asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""
STOCK_SETTINGS = {
    "DOWNLOAD_HANDLERS": '{"http":"scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"}',
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": "4",
    "CONCURRENT_REQUESTS": "4",
    "TELNETCONSOLE_ENABLED": "0",
    "LOG_LEVEL": "ERROR",
}


def house(number: int) -> dict[str, object]:
    values = (f"${number % 900 + 100},500", 1900 + number % 120, number % 5 + 1, number % 3 + 1)
    more = (f"{number % 3000 + 600} sqft", ("Gas", "Electric")[number % 2], "Garage")
    return {
        "street": f"{number % 997} Oak Street",
        "city": "Alder Point",
        "state": "CA",
        "zip": "94501",
        "price": (number % 900 + 100) * 1000 + 500,
        "facts": dict(zip(LABELS, (*values, *more), strict=True)),
        "about": f"A home with {number % 91} charms.",
    }


def respond(request: Request) -> Answer:
    path = request.path
    if path.startswith("/api/house/"):
        return Answer(json.dumps(house(int(path[11:]))).encode(), kind="application/json")
    if path.startswith("/house/"):
        return Answer(PAGE)
    if path.endswith(".js"):
        body = SCRIPT if path == "/app.js" else b"navigator.t = 1;" * 400
        return Answer(body, kind="text/javascript")
    if path.endswith(".css"):
        return Answer(b"body { font: 15px sans-serif }\n" * 200, kind="text/css")
    if path.startswith("/ph/"):
        return Answer(picture(), kind="image/jpeg")
    return Answer(b"", 404)


def picture(kept: list[bytes] = []) -> bytes:  # noqa: B006  # made once
    if not kept:
        import io

        from PIL import Image

        out = io.BytesIO()
        Image.effect_noise((900, 600), 40).convert("RGB").save(out, "JPEG", quality=70)
        kept.append(out.getvalue())
    return kept[0]


def serve(pipe: object) -> None:
    server = Server(respond)
    server.start()
    pipe.send(server.host)  # type: ignore[attr-defined]
    threading.Event().wait()


@contextlib.contextmanager
def site() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://{ours.recv()}"
    finally:
        process.terminate()


def stock(root: str, houses: int, folder: Path) -> Used:
    script = folder / "stock.py"
    script.write_text(STOCK.format(root=root, houses=houses))
    settings = {**STOCK_SETTINGS, "PLAYWRIGHT_LAUNCH_OPTIONS": json.dumps(BROWSER)}
    more = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    command = [python_of("scrapy"), "-m", "scrapy", "runspider", str(script), "-o", "out.json"]
    return used(
        [*command, *more], folder, SCRAPY_SETTINGS_MODULE="scrapy.settings.default_settings"
    )


def crawlee(root: str, houses: int, folder: Path) -> Used:
    (folder / "peer.py").write_text(CRAWLEE.format(browser=BROWSER))
    return used([python_of("crawlee"), "peer.py", root, str(houses)], folder)


def bare(root: str, houses: int, folder: Path, *guarded: str) -> Used:
    command = [sys.executable, "-m", "benchmarks.bare", root, str(houses), *guarded]
    return used(command, folder, PYTHONPATH=str(Path(__file__).resolve().parents[1]))


def ours(root: str, houses: int, folder: Path, mode: str, ways: Path | None = None) -> Used:
    place = folder / "data"
    ids = (FoundId(f"{FIRST + n}", f"{root}/house/{FIRST + n}", "all", n) for n in range(houses))
    with Ledger.open(open_place(str(place)), run_id="list") as ledger:
        ledger.add_ids("bench", ids)
    if ways is not None:
        (place / "ways").mkdir(parents=True, exist_ok=True)
        (place / "ways" / "bench.json").write_bytes(ways.read_bytes())
    site_file = folder / "bench.toml"
    site_file.write_text(
        f'name = "bench"\n[search]\nurls = ["{root}/list"]\nid = \'/house/(\\d+)\'\n'
        f'[house]\nurl = "{root}/house/{{id}}"\n[render]\nmode = "{mode}"\n'
        f"[photos]\npattern = 'none'\n[pace]\ndelay = 0\nconcurrency = 16\n"
    )
    command = [sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
    command += ["-a", f"site={site_file}", "-s", f"DATASET={place}", "-s", "LOG_LEVEL=WARNING"]
    repository = str(Path(__file__).resolve().parents[1])
    return used(command, folder, _WELL, PYTHONPATH=repository)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--houses", type=int, default=60)
    parser.add_argument("--data", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with site() as root, tempfile.TemporaryDirectory() as scratch:
        number = iter(range(10**6))

        def folder() -> Path:
            made = Path(scratch) / str(next(number))
            made.mkdir()
            return made

        learned = folder()
        ours(root, 40, learned, "auto")
        ways = learned / "data" / "ways" / "bench.json"
        runs: dict[str, tuple[Callable[[int], Used], int, int]] = {
            "stock": (lambda n: stock(root, n, folder()), 10, args.houses),
            "crawlee": (lambda n: crawlee(root, n, folder()), 10, args.houses),
            "browser": (lambda n: ours(root, n, folder(), "always"), 10, args.houses),
            "data": (lambda n: ours(root, n, folder(), "auto", ways), 40, args.data),
            "bare Chromium": (lambda n: bare(root, n, folder()), 10, args.houses),
            "guarded Chromium": (lambda n: bare(root, n, folder(), "guarded"), 10, args.houses),
        }
        runs = {way: how for way, how in runs.items() if python_of(PEERS.get(way, "scrapy"))}
        found: dict[str, list[Each]] = {way: [] for way in runs}
        for _ in range(args.rounds):
            for name, (run, few, many) in runs.items():
                found[name].append(marginal(run, few, many))
                print(name, found[name][-1], file=sys.stderr)
    each_of = {name: medians(rounds) for name, rounds in found.items()}
    stocks = each_of["stock"]
    print(
        "| way | ms of CPU a house | of stock | houses a second | of stock | peak MB | of stock |"
    )
    print("| --- |" + " ---: |" * 6)
    for name, each in each_of.items():
        cost = f"{each.ms:.1f} | 1/{stocks.ms / each.ms:.1f}"
        pace = f"{each.a_second:.1f} | {each.a_second / stocks.a_second:.1f}"
        print(f"| {name} | {cost} | {pace} | {each.peak:.0f} | {each.peak / stocks.peak:.2f} |")


if __name__ == "__main__":
    main()
