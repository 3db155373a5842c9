"""Asks addresses with the project's settings, or with stock Scrapy's, in a process of its own.

Input, as JSON: {"urls", "stock", "settings", "own", "once"}; `once` lets Scrapy's filter of
duplicates work. Output: {url: what came of it}.
"""

import json
import sys
from time import monotonic

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

import settings as project
from scraper import names
from spiders.answer import reason_of

QUIET = {"LOG_LEVEL": "CRITICAL", "EXTENSIONS": {}, "TELNETCONSOLE_ENABLED": False}
QUIET |= {"REMOTE_CONTROL_ENABLED": False, "RETRY_TIMES": 0, "ITEM_PIPELINES": {}}
STOCK = {"DOWNLOAD_MAXSIZE": 2**30, "TWISTED_REACTOR": project.TWISTED_REACTOR}


class Asker(Spider):
    name = "asker"

    def __init__(self, urls=(), own=(), said=None, once=False, **kwargs):
        super().__init__(**kwargs)
        self.urls, self.said, self.once = urls, said, once
        self.own_hosts = frozenset((host, port) for host, port in own)

    async def start(self):
        for url in self.urls:
            meta = {names.KIND: "house", names.MODE: "http", "began": monotonic()}
            meta["handle_httpstatus_all"] = self.crawler.settings.getbool("HOUSECRAWL")
            yield Request(
                url, self.parse, errback=self.failed, meta=meta, dont_filter=not self.once
            )

    def parse(self, response):
        self.said[response.meta.get("redirect_urls", [response.url])[0]] = {
            "status": response.status,
            "bytes": len(response.body),
            "seconds": monotonic() - response.meta["began"],
            "url": response.url,
        }

    def failed(self, failure):
        meta = failure.request.meta
        self.said[meta.get("redirect_urls", [failure.request.url])[0]] = {
            "reason": reason_of(failure),
            "seconds": monotonic() - meta["began"],
        }


def main() -> None:
    asked = json.loads(sys.stdin.read())
    chosen = STOCK if asked["stock"] else {k: v for k, v in vars(project).items() if k.isupper()}
    process = AsyncCrawlerProcess({**chosen, **QUIET, **asked["settings"]})
    said: dict[str, object] = {}
    process.crawl(Asker, urls=asked["urls"], own=asked["own"], said=said, once=asked["once"])
    process.start()
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
