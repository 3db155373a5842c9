"""Rendered pages in a process of their own: reads what to ask as JSON, writes what came of it.

Input: {"urls", "settings", "stock", "own", "until", "grace"}. Each page is asked for once by
Chromium. `until`: a script that says of a page that it is finished, in place of ours; `grace`:
seconds that pages have once the crawl is being stopped.
Output, a line each: `{"url", "got", "final", "title", "seconds"}`, and the stats at the end.
"""

import json
import sys
import time

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy_playwright.page import PageMethod

from scraper import names
from scraper.browser import pages
from scraper.browser.settle import settle
from scraper.guard import Egress

STOCK = {
    "DOWNLOAD_HANDLERS": {
        "http": "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler",
        "https": None,
    },
    "PLAYWRIGHT_LAUNCH_OPTIONS": {
        "executable_path": "/usr/bin/chromium-headless-shell",
        "args": ["--disable-gpu"],
    },
    "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 4,
}
"""scrapy-playwright as it comes: the negative control."""


def say(**what) -> None:
    sys.stdout.write(json.dumps(what, default=str) + "\n")
    sys.stdout.flush()


class Renderer(Spider):
    name = "renderer"

    def __init__(self, urls=(), own=(), public=False, until="", **kwargs):
        super().__init__(**kwargs)
        self.urls, self.public = urls, public
        self.methods = [PageMethod("wait_for_function", until) if until else PageMethod(settle)]
        self.own_hosts = frozenset((host, port) for host, port in own)

    async def start(self):
        for number, url in enumerate(self.urls):
            meta = {
                names.KIND: "house",
                "handle_httpstatus_all": True,
                "playwright": True,
                "playwright_page_methods": self.methods,
                "began": time.monotonic(),
            }
            yield Request(
                f"{url}",
                callback=self.parse,
                errback=self.failed,
                meta=meta,
                dont_filter=True,
                priority=-number,
            )

    def tell(self, request, got, **more):
        say(url=request.url, got=got, seconds=time.monotonic() - request.meta["began"], **more)

    def parse(self, response):
        if egress := self.crawler.get_downloader_middleware(Egress):
            egress.good(response.meta)
        title = response.css("h1::text").get("")
        self.tell(response.request, response.status, final=response.url, title=title)

    def failed(self, failure):
        self.tell(failure.request, f"{failure.type.__name__}: {failure.value}")


def main() -> None:
    asked = json.loads(sys.stdin.read())
    settings = Settings()
    settings.setmodule("settings", priority="project")
    settings.setdict(
        {"ITEM_PIPELINES": {}, "EXTENSIONS": {}, "LOG_LEVEL": "INFO", "USER_AGENT": "tests/1"},
        priority="cmdline",
    )
    if asked.pop("stock", False):
        settings.setdict(STOCK, priority="cmdline")
    settings.setdict(asked.pop("settings", {}), priority="cmdline")
    pages.GRACE = asked.pop("grace", pages.GRACE)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Renderer)
    process.crawl(crawler, **asked)
    process.start()
    stats = crawler.stats.get_stats()
    say(stats={k: v for k, v in stats.items() if isinstance(v, int | float | str)})


if __name__ == "__main__":
    main()
