"""Crawls in a process of their own: reads what to ask as JSON, writes what came of it.

Input: a list of crawls, each {"urls", "media", "own", "pace", "settings", "meta", "metas" (one
for each URL in turn), "proxies", "part", "by_name" (the first one's counts)}; they run at once.
Output: a list of {"got": {url: status or exception}, "rules": {url: rule}, "stats": {...}}.
"""

import asyncio
import json
import socket
import sys
from types import SimpleNamespace
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

from scraper import names
from scraper.gate.hosts import Hosts
from scraper.guard import Guard

SETTINGS = {
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "scraper.gate.middleware.GateMiddleware": 100,
    },
    "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
    "DOWNLOAD_TIMEOUT": 10,
    "LOG_LEVEL": "ERROR",
    "TWISTED_DNS_RESOLVER": "scraper.gate.middleware.PublicResolver",
    "RETRY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}


class Asker(Spider):
    name = "asker"

    def __init__(self, urls=(), media=(), own=(), pace=None, said=None, meta=None, **kwargs):
        self.metas, self.proxies = kwargs.pop("metas", [{}]), kwargs.pop("proxies", ())
        self.part = kwargs.pop("part", None)
        super().__init__(**kwargs)
        self.urls, self.media, self.said, self.meta = urls, media, said, meta or {}
        self.own_hosts = frozenset((host, port) for host, port in own)
        self.pace = SimpleNamespace(**pace) if pace else None

    async def start(self):
        for proxy in self.proxies:
            self.crawler.get_downloader_middleware(Guard).may_leave_by(proxy)
        for number, url in enumerate(self.urls):
            meta = {names.KIND: "house", "handle_httpstatus_all": True, **self.meta}
            meta |= self.metas[number % len(self.metas)]
            if "bindaddress" in meta:
                meta["bindaddress"] = tuple(meta["bindaddress"])
            yield Request(
                url, callback=self.parse, errback=self.failed, meta=meta, dont_filter=True
            )
        await asyncio.gather(*(self.photo(url) for url in self.media))

    async def photo(self, url):
        meta = {names.KIND: "photo", "handle_httpstatus_all": True}
        try:
            response = await self.crawler.engine.download_async(Request(url, meta=meta))
        except Exception as error:
            self.said["got"][url] = f"{type(error).__name__}: {error}"
        else:
            self.said["got"][url] = response.status

    def parse(self, response):
        self.said["got"][response.request.url] = response.status
        self.said["rules"][response.request.url] = response.meta.get(names.ROBOTS_RULE)

    def failed(self, failure):
        self.said["got"][failure.request.url] = f"{failure.type.__name__}: {failure.value}"


def look_up(name, *args, **kwargs):
    """Names under `inside.example` lead to loopback; nothing else is looked up differently."""
    return socket.getaddrinfo("127.0.0.1" if name.endswith("inside.example") else name, *args)


def key_rules_by_name_alone() -> None:
    """For a control: scheme and port are forgotten, the first origin of a name speaks for all."""
    by_origin, first = Hosts.answer, {}

    def by_name(self, origin, way):
        return by_origin(self, first.setdefault(urlsplit(origin).hostname, origin), way)

    Hosts.answer = by_name


def main() -> None:
    crawls = json.loads(sys.stdin.read())
    if crawls[0].pop("by_name", False):
        key_rules_by_name_alone()
    process = AsyncCrawlerProcess({**SETTINGS, **crawls[0].pop("process", {})})
    said, crawlers = [], []
    for crawl in crawls:
        settings = crawl.pop("settings", {})
        crawler = process.create_crawler(
            type("Asker", (Asker,), {"custom_settings": {**SETTINGS, **settings}})
        )
        said.append({"got": {}, "rules": {}})
        crawlers.append(crawler)
        process.crawl(crawler, said=said[-1], **crawl)
    from twisted.internet import reactor

    reactor.nameResolver._getaddrinfo = look_up
    process.start()
    for one, crawler in zip(said, crawlers, strict=True):
        one["stats"] = {k: v for k, v in crawler.stats.get_stats().items() if "time" not in k}
    sys.stdout.write(json.dumps(said, default=str))


if __name__ == "__main__":
    main()
