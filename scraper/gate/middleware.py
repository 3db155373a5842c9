"""The gate in Scrapy: a downloader middleware that every request of a crawl passes, and the
resolver that gives no address to connect to where a name leads inside.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any, Final
from weakref import WeakKeyDictionary, finalize

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest, StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.resolver import CachingHostnameResolver

from scraper import names
from scraper.gate.answers import Answer
from scraper.gate.asking import OWN, Reply, asked, followed
from scraper.gate.gate import Crawled, Gate, Outside
from scraper.gate.kept import Kept
from scraper.gate.looking_up import PublicOnly, addresses
from scraper.gate.options import Options
from scraper.gate.robots import LIMIT
from scraper.gate.shared import SharedPace
from scraper.gate.turns import Line, StoppingError
from scraper.gate.way import Way, way_of
from scraper.guard import Egress, Guard, Kind, Verdict
from scraper.hosts import Host, is_named, proxy_host

logger = logging.getLogger(__name__)

ATTEMPTS: Final = 3
"""Times that a robots.txt is asked for before it counts as not to be had."""


class RequestDenied(IgnoreRequest):
    """The gate says no; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class RequestHeld(IgnoreRequest):
    """The crawl is being stopped before the request had its turn: it was never sent."""


class GateMiddleware(Guard):
    """Lets a request pass when its host's rules allow it, its address is one that may be reached,
    and its turn has come. No meta key, setting or site file switches it off.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._options = Options.from_settings(crawler.settings)
        url = self._options.shared
        self._shared = SharedPace(url, lambda: crawler.spider) if url else None
        self._robots: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        """Requests for robots.txt that the gate made itself, with the octets that came."""
        self._turns: WeakKeyDictionary[Request, tuple[Line, finalize[Any, Request]]]
        self._turns = WeakKeyDictionary()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GateMiddleware:
        """The gate of a crawl."""
        gate = cls(crawler)
        crawler.signals.connect(gate.received, signals.bytes_received)
        crawler.signals.connect(gate.downloaded, signals.response_downloaded)
        crawler.signals.connect(gate.left, signals.request_left_downloader)
        if gate._shared:
            crawler.signals.connect(gate._shared.close, signals.spider_closed)
        return gate

    async def may_ask(self, url: str, kind: Kind, *, proxied: bool = False) -> Verdict:
        """Whether a URL may be asked for now; waits for the rules of its host to be known."""
        if kind == "browser":
            verdict = await self._gate.part_of_page(url, proxied=proxied)
        else:
            verdict = await self._gate.judge(url, kind)
        if not verdict.allowed:
            self._count(names.STAT_DENIED.format(kind=kind))
        return verdict

    def answered(self, url: str, status: int, retry_after: str) -> None:
        """Slow down where a site says so to a part of a page."""
        self._gate.part_answered(url, status, retry_after)

    def may_leave_by(self, proxy: str) -> None:
        """Let requests leave by a proxy that the operator configured."""
        if found := proxy_host(proxy):
            self.proxies.add(found)

    @property
    def proxies(self) -> set[Host]:
        """Hosts and ports of the operator's proxies."""
        return self._gate.proxies

    async def process_request(self, request: Request) -> None:
        """Hold a request until it may go; RequestDenied where it may not."""
        self._end(request)
        request.headers["User-Agent"] = self._options.user_agent
        verdict = await self._verdict(request)
        if verdict is not None and not verdict.allowed:
            self._count(names.STAT_DENIED.format(kind=request.meta.get(names.KIND, "house")))
            raise RequestDenied(verdict)
        try:
            line = await self._gate.turn(request.url)
        except StoppingError as error:
            raise RequestHeld(str(error)) from error
        self._begin(request, line)
        if self._egress is not None:
            self._egress.depart(request, site=self._gate.is_site(request.url))

    def changed(self) -> None:
        """What kept requests of the site waiting may be over: look again."""
        self._gate.look()

    async def _verdict(self, request: Request) -> Verdict | None:
        """Why a request must not go, or what allows it."""
        way = way_of(request.meta, request.headers.get("Proxy-Authorization"))
        if way.proxy and (refused := self._gate.leave_by(way.proxy)):
            return refused
        if request in self._robots:
            return self._gate.reach(request.url)
        kind = request.meta.get(names.KIND, "house")
        verdict = await self._gate.judge(request.url, kind, way)
        request.meta[names.ROBOTS_RULE] = verdict.rule
        request.meta[names.SIGNALS] = verdict.signals
        return verdict

    def process_response(self, request: Request, response: Response) -> Response:
        """A request that was answered without being sent gives its turn back."""
        self._end(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """A request that another component stopped gives its turn back."""
        if isinstance(exception, DownloadTimeoutError) and not request.meta.get("playwright"):
            self._gate.took(request.url, float(request.meta["download_timeout"]))
        self._end(request)

    def received(self, data: bytes, request: Request) -> None:
        """Stop a robots.txt at the size beyond which it is not read."""
        if request in self._robots:
            self._robots[request] += len(data)
            if self._robots[request] > LIMIT + 4:
                raise StopDownload(fail=False)

    def downloaded(self, response: Response, request: Request) -> None:
        """Slow down where the site asks for it; before Scrapy's retry sees the answer."""
        if request not in self._turns:
            return
        wish = (response.headers.get("Retry-After") or b"").decode("latin-1")
        line = self._turns[request][0]
        seconds = request.meta.get("download_latency")
        if seconds is not None and not request.meta.get("playwright"):
            # To the first byte: how large an answer is says nothing about the site's strain.
            line.budget.latency.took(float(seconds))
        shown = str(request.meta.get(names.SHOWN, request.url))
        self._gate.answered(line, shown, response.status, wish)

    def left(self, request: Request) -> None:
        """A request that was sent is over."""
        self._end(request)

    @cached_property
    def _gate(self) -> Gate:
        spider = self._crawler.spider
        pace = getattr(spider, "pace", None)
        crawled = Crawled(
            own_hosts=frozenset(getattr(spider, "own_hosts", ())),
            delay=getattr(pace, "delay", None),
            concurrency=getattr(pace, "concurrency", None),
            turn=(getattr(spider, "part", None) or (0,))[0],
            name=getattr(getattr(spider, "site", None), "name", ""),
        )
        outside = Outside(
            self._ask,
            self._leads_out,
            Kept.of(self._crawler.settings),
            self._declared,
            lambda: self._egress is None or self._egress.room(),
            self._shared,
        )
        return Gate(self._options, crawled, outside, self._stopping)

    @cached_property
    def _egress(self) -> Egress | None:
        kind: Any = Egress  # abstract, which mypy does not take for the class of a middleware
        return self._crawler.get_downloader_middleware(kind)

    @staticmethod
    async def _leads_out(name: str, port: int) -> bool:
        """Whether a name leads to an address that may be connected to, by `PublicResolver`."""
        from twisted.internet import reactor

        return bool(await addresses(reactor.nameResolver, name, port))

    def _stopping(self) -> bool:
        """Whether the engine waits for requests under way; Scrapy's signal comes after they end."""
        slot = getattr(self._crawler.engine, "_slot", None)
        return slot is None or slot.closing is not None

    def _begin(self, request: Request, line: Line) -> None:
        end = finalize(request, line.leave)  # where the request is dropped without a word
        end.atexit = False
        self._turns[request] = line, end

    def _end(self, request: Request) -> None:
        turn = self._turns.pop(request, None)
        if turn is not None:
            turn[1]()

    async def _ask(self, origin: str, way: Way) -> Answer:
        """What the robots.txt of an origin comes to, after a few attempts."""
        get = partial(self._reply, "robots")
        answer = await asked(origin, way, get, self._options.back_off, self._stopping)
        self._count(names.STAT_ROBOTS.format(verdict=answer.outcome))
        if answer.outcome == "deny_all":
            logger.warning("nothing is asked of %s: %s: %s", origin, answer.source, answer.reason)
        return answer

    async def _declared(self, url: str, way: Way) -> tuple[int, bytes] | None:
        """Status and body of a file of rights signals; None where it cannot be had."""
        try:
            reply = await followed(url, way, partial(self._reply, "rights"))
        except RequestDenied:
            return 404, b""  # robots.txt forbids to ask for it
        except Exception as error:  # noqa: BLE001  # whatever went wrong, there is no answer
            logger.info("%s cannot be had: %s", url, type(error).__name__)
            return None
        return (reply.status, reply.body) if reply else (404, b"")

    async def _reply(self, kind: Kind, url: str, way: Way) -> Reply:
        response = await self._download(url, kind, way)
        location = (response.headers.get("Location") or b"").decode("latin-1")
        return Reply(response.status, location, response.body)

    async def _download(self, url: str, kind: Kind, way: Way) -> Response:
        engine = self._crawler.engine
        assert engine is not None
        meta = {**OWN, names.KIND: kind, "download_timeout": self._options.robots_timeout}
        meta |= way.meta
        headers = dict(way.headers)
        request = Request(url, headers=headers, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        if kind == "robots":
            self._robots[request] = 0
        else:
            request.meta["download_maxsize"] = LIMIT
        return await engine.download_async(request)

    def _count(self, stat: str) -> None:
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(stat)


class PublicResolver(CachingHostnameResolver):
    """`TWISTED_DNS_RESOLVER`: names lead to public addresses, or to what a site file names.

    What is connected to is what was looked at here, so a name that changes its address between
    two look-ups (DNS rebinding) gains nothing.
    """

    _process: Any

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        """The resolver of a process; Scrapy hands over the process, which knows its crawlers."""
        resolver = super().from_crawler(crawler, reactor)
        resolver._process = crawler
        return resolver

    def resolveHostName(  # noqa: N802  # Twisted's interface
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[Any]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Look a name up, leaving out the addresses that may not be connected to."""
        named = is_named(hostName, portNumber, self._named)
        receiver: Any = resolutionReceiver if named else PublicOnly(resolutionReceiver, hostName)
        return super().resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )

    @property
    def _named(self) -> frozenset[Host]:
        """What site files and the operator's settings name."""
        found: set[Host] = set()
        for crawler in self._process.crawlers:
            found.update(getattr(crawler.spider, "own_hosts", ()))
            gate = crawler.get_downloader_middleware(GateMiddleware) if crawler.engine else None
            found.update(gate.proxies if gate else ())
        return frozenset(found)
