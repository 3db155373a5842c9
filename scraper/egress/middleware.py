"""The egress in Scrapy: every request of a crawl gets its address here, once its turn has come."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Final
from weakref import finalize

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response

from scraper import names
from scraper.egress import memory
from scraper.egress.address import Address
from scraper.egress.backend import ExchangeError
from scraper.egress.health import Health
from scraper.egress.open import open_backend
from scraper.egress.options import Options
from scraper.egress.pool import Pool, Ticket
from scraper.egress.relay import REASON
from scraper.egress.resolving import resolved
from scraper.egress.rotations import Rotations
from scraper.egress.telling import telling
from scraper.egress.ways import Ways
from scraper.egress.words import in_short, spent
from scraper.errors import HousecrawlError, IncompleteError, PolicyError
from scraper.guard import Egress, Guard

logger = logging.getLogger(__name__)

KEEPING: Final = 5.0
"""Seconds between two times that the health of the addresses is written down."""
CLOSING: Final = 15.0
"""Seconds that giving addresses back may take at the end."""


class EgressMiddleware(Egress):
    """Those who read pages tell it what came: `good`, `refused` or `nothing`, by their meta."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._options = Options.from_settings(crawler.settings)
        self._backend = open_backend(self._options)
        rest, patience = self._options.rest, self._options.patience
        self._pool = Pool(rest, patience, Rotations(self._options.rotations), random.random)
        self._ways = Ways(_resolve, self._broke)
        self._work: set[asyncio.Task[None]] = set()
        self._gave_up = False
        self._noted = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EgressMiddleware:
        """The egress of a crawl."""
        egress, connect = cls(crawler), crawler.signals.connect
        connect(egress.started, signals.engine_started)
        connect(egress.downloaded, signals.response_downloaded)
        connect(egress.left, signals.request_left_downloader)
        connect(egress.closed, signals.spider_closed)
        return egress

    def started(self) -> None:
        """Find the addresses, when the engine runs: before that it cannot be stopped."""
        asyncio.get_running_loop().call_later(0.05, lambda: self._do(self._begin()))

    def room(self) -> bool:
        """Whether a request of the site may leave now; where none ever will, the crawl ends."""
        found = self._pool.room(time.monotonic())
        if not found:
            self._give_up_where_spent()
        return found

    def depart(self, request: Request, *, site: bool) -> None:
        """Give a request its address."""
        now = time.monotonic()
        if isinstance(before := request.meta.get(names.ADDRESS), Ticket):
            self._pool.nothing(before)  # it was answered by a redirect, or is asked once more
        if site:
            ticket = self._pool.take(now)
            request.meta[names.ADDRESS] = ticket
            # Where a request is dropped without a word, its address is not held for ever.
            finalize(request, self._pool.nothing, ticket).atexit = False
            address = ticket.address
        else:
            address = self._pool.elsewhere(now) or Address("direct")
            request.meta[names.ADDRESS] = None
        self._note_rotations()
        self._send_by(request, address)

    def process_request(self, request: Request) -> None:
        """Nothing leaves by an address that nobody chose."""
        if names.ADDRESS not in request.meta:
            raise DownloadFailedError("no address was chosen for the request")

    def process_response(self, request: Request, response: Response) -> Response:
        """Tell an answer of the relay from one of the site."""
        del request
        reason = response.headers.get(REASON)
        if reason is not None and self._ways.any:
            raise DownloadFailedError(reason.decode("latin-1"))
        return response

    def downloaded(self, response: Response, request: Request) -> None:
        """An answer came; what it is worth is told later, but for what the status says."""
        if not isinstance(ticket := request.meta.get(names.ADDRESS), Ticket):
            return
        kind = request.meta.get(names.KIND, "house")
        match telling(response.status, kind, of_relay=REASON in response.headers):
            case "doubt":
                self._pool.doubt(ticket)
            case "judge":
                self._pool.came(ticket, time.monotonic())
            case _:
                self._pool.nothing(ticket)

    def left(self, request: Request) -> None:
        """A request that was sent is over; without an answer it says nothing of its address."""
        ticket = request.meta.get(names.ADDRESS)
        if isinstance(ticket, Ticket) and not ticket.has_come:
            self._pool.nothing(ticket)

    def good(self, meta: dict[str, Any]) -> None:
        """The answer was one that the site gives to everybody."""
        if isinstance(ticket := meta.get(names.ADDRESS), Ticket):
            self._pool.good(ticket)
            self._changed()

    def nothing(self, meta: dict[str, Any]) -> None:
        """The answer says nothing of its address."""
        if isinstance(ticket := meta.get(names.ADDRESS), Ticket):
            self._pool.nothing(ticket)
            self._changed()

    def refused(self, meta: dict[str, Any], key: str, reason: str, *, sure: bool = False) -> bool:
        """The answer was a refusal; `key` names what was asked for. Whether to leave it at that.

        True: this page is refused while its address is well. False: ask for it again. `sure`: the
        page came before, so that it is the address which is refused.
        """
        self._count(names.STAT_EGRESS_REFUSALS)
        judge = partial(self._pool.refused, sure=sure)
        return self._judged(judge, meta, key, reason)

    def silent(self, meta: dict[str, Any], key: str, reason: str) -> bool:
        """A page of nothing came, which may be a refusal without a word; as `refused`."""
        return self._judged(self._pool.silent, meta, key, reason)

    def _judged(
        self, judge: Callable[[Ticket, str, float], bool], meta: dict[str, Any], key: str, why: str
    ) -> bool:
        if not isinstance(ticket := meta.get(names.ADDRESS), Ticket):
            return True
        now, name = time.monotonic(), ticket.address.name
        strikes = ticket.health.strikes
        own = judge(ticket, key, now)
        if ticket.health.strikes > strikes:
            rest = ticket.health.resting_until - now
            logger.warning("%s is refused (%s): it rests %.0f s", name, why, rest)
            self._exchange(ticket.health, now)
            self._note_rotations()
        self._learned()
        return own

    def told(self) -> memory.Told:
        """What is known of the addresses, for people."""
        return memory.as_told(self._pool, time.monotonic(), time.time())

    @property
    def line(self) -> str:
        """The addresses in a few words, for a progress line; "" while there is nothing to tell."""
        return in_short(self._pool, time.monotonic())

    async def closed(self) -> None:
        """Give back what was taken, and keep what was learned."""
        self._keep()
        for task in [*self._work]:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._ways.close()
        try:
            async with asyncio.timeout(CLOSING):
                await asyncio.to_thread(self._backend.close)
        except (HousecrawlError, TimeoutError) as error:
            logger.error("not all addresses were given back: %s", error or "no answer in time")

    async def _begin(self) -> None:
        try:
            found = await asyncio.to_thread(self._backend.addresses)
        except HousecrawlError as error:
            self._give_up(error)
            return
        now, wall = time.monotonic(), time.time()
        self._ways.know(found)
        self._pool.exchanges = self._backend.exchanges
        known = self._memory.known()
        self._pool.rotations.remember(memory.rotation_times(known, now, wall))
        self._pool.add(memory.healths(known, list(found), now, wall))
        self._changed()

    def _send_by(self, request: Request, address: Address) -> None:
        """Make a request leave by an address, by whichever way it is asked."""
        rendered = bool(request.meta.get("playwright"))
        request.meta.update(self._ways.meta(address, rendered=rendered))
        for url in self._ways.fresh():
            self._guard.may_leave_by(url)
        if address.passing:
            request.headers["Connection"] = "close"

    def _broke(self, address: Address, why: str, *, here: bool) -> None:
        """A relay's address does not work; `here`: for a host, which need not be the site's."""
        now = time.monotonic()
        health = next((one for one in self._pool.all if one.address is address), None)
        if health is not None and health.is_fit(now) and not (here and health.pages):
            logger.warning("%s", why)
            self._pool.broke(health, now)
            self._learned()

    def _exchange(self, health: Health, now: float) -> None:
        """Have a refused address exchanged, where that can be and no other is there to be used."""
        pool = self._pool
        if not self._backend.exchanges or pool.current is not health or pool.expecting:
            return
        if pool.rotations.next(now) <= now:
            pool.give_away(health)
            self._do(self._exchanged(health))

    async def _exchanged(self, health: Health) -> None:
        try:
            fresh = await asyncio.to_thread(self._backend.exchange, health.address)
        except ExchangeError as error:
            logger.error("%s", error)
            self._pool.take_back(health)
        else:
            self._pool.replace(health, fresh, time.monotonic())
            self._note_rotations()
        self._learned()

    def _learned(self) -> None:
        self._keep()
        self._give_up_where_spent()
        self._changed()

    def _note_rotations(self) -> None:
        """Tell of the rotations since the last time."""
        fresh, self._noted = self._pool.rotations.count - self._noted, self._pool.rotations.count
        self._count(names.STAT_EGRESS_ROTATIONS, fresh)
        if fresh and (current := self._pool.current) is not None:
            logger.info("the site is asked from %s now", current.address.name)

    def _give_up_where_spent(self) -> None:
        if self._pool.is_spent(now := time.monotonic()):
            self._give_up(PolicyError(spent(self._pool, now, time.time())))

    def _give_up(self, error: HousecrawlError) -> None:
        """End the crawl, once."""
        end = getattr(self._crawler.spider, "end_early", None)
        if end is not None and not self._gave_up:
            self._gave_up = True
            self._keep()
            end(error if isinstance(error, PolicyError) else IncompleteError(str(error)))

    def _changed(self) -> None:
        self._keep(every=KEEPING)
        self._guard.changed()

    @cached_property
    def _guard(self) -> Guard:
        kind: Any = Guard  # abstract, which mypy does not take for the class of a middleware
        found: Guard | None = self._crawler.get_downloader_middleware(kind)
        assert found is not None, "nothing may be asked for without the gate"
        return found

    @cached_property
    def _memory(self) -> memory.Memory:
        return memory.Memory.of(self._crawler.spider)

    def _keep(self, every: float = 0.0) -> None:
        self._memory.keep(self._pool, time.monotonic(), time.time(), every=every)

    def _do(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _count(self, stat: str, by: int = 1) -> None:
        if self._crawler.stats is not None and by:
            self._crawler.stats.inc_value(stat, by)


async def _resolve(host: str, port: int) -> Sequence[str]:
    from twisted.internet import reactor  # the crawl's own is installed by now

    return await resolved(reactor, host, port)
