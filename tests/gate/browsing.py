"""Rendered pages with the project's settings, in a process of its own, where names can be led.

Input: {"urls", "plain": addresses that are asked for without the browser, "media": photos, "own",
"settings", "leads": {name: address that Chromium is led to}, "public": the
address that names ending in `.example` have for everybody else, taken for a public one, "off":
guards that are switched off (`carrying`: Chromium connects by http too; `gate`: everything may
be asked by a page; `waiting`: by anything, at once)}. Output: {url: what came of it}.
"""

import asyncio
import json
import socket
import sys

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy_playwright.page import PageMethod

from scraper import names
from scraper.browser import find
from scraper.browser.handler import BrowserHandler
from scraper.browser.settle import settle
from scraper.gate import looking_up
from scraper.gate.gate import Gate
from scraper.gate.middleware import GateMiddleware
from scraper.guard import Verdict
from scraper.hosts import is_public


class Renderer(Spider):
    name = "renderer"
    public = False

    def __init__(self, urls=(), own=(), said=None, plain=(), media=(), **kwargs):
        super().__init__(**kwargs)
        self.urls, self.said, self.plain, self.media = urls, said, plain, media
        self.own_hosts = frozenset((host, port) for host, port in own)

    async def start(self):
        rendered = {"playwright": True, "playwright_page_methods": [PageMethod(settle)]}
        for number, url in enumerate(self.urls):
            yield self.request(url, rendered, priority=-number)
        for url in self.plain:
            yield self.request(url, {})
        await asyncio.gather(*(self.photo(url) for url in self.media))

    def request(self, url, meta, **more):
        meta = {names.KIND: "house", "handle_httpstatus_all": True, **meta}
        told = {"callback": self.parse, "errback": self.failed, "dont_filter": True}
        return Request(url, meta=meta, **told, **more)

    async def photo(self, url):
        meta = {names.KIND: "photo", "handle_httpstatus_all": True}
        try:
            await self.crawler.engine.download_async(Request(url, meta=meta))
        except Exception as error:
            self.said[url] = f"{type(error).__name__}: {error}"
        else:
            self.said[url] = "photo"

    def parse(self, response):
        self.said[response.request.url] = response.css("h1::text").get("")

    def failed(self, failure):
        self.said[failure.request.url] = f"{failure.type.__name__}: {failure.value}"


async def not_carried(self, asked):
    return None


async def may_ask(self, url, kind, *, proxied=False):
    return Verdict(True, "no gate")


async def judge(self, url, kind, way=None):
    return Verdict(True, "no gate")


def main() -> None:
    asked = json.loads(sys.stdin.read())
    if leads := asked.pop("leads", {}):
        rules = ",".join(f"MAP {name} {address}" for name, address in leads.items())
        find.LEAN = (*find.LEAN, f"--host-resolver-rules={rules}")
    off = asked.pop("off", ())
    public = asked.pop("public", None)
    looking_up.is_public = lambda address: str(address) == public or is_public(address)
    if "carrying" in off:
        BrowserHandler._carried = not_carried
    if "gate" in off:
        GateMiddleware.may_ask = may_ask
    if "waiting" in off:
        Gate.judge = judge
    settings = Settings()
    settings.setmodule("settings", priority="project")
    own = {"ITEM_PIPELINES": {}, "EXTENSIONS": {}, "LOG_LEVEL": "CRITICAL", "BACK_OFF": 0.01}
    own |= {"CONTACT": "me@homes.example", "PACE_DELAY": 0, "DOWNLOAD_TIMEOUT": 5}
    settings.setdict({**own, "RETRY_TIMES": 0}, priority="cmdline")
    settings.setdict(asked.pop("settings", {}), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    said: dict[str, str] = {}
    process.crawl(process.create_crawler(Renderer), said=said, **asked)
    from twisted.internet import reactor

    def look_up(name, *args, **kwargs):
        return socket.getaddrinfo(public if name.endswith(".example") else name, *args)

    reactor.nameResolver._getaddrinfo = look_up
    process.start()
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
