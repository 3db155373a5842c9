"""One gate for a crawl: may a URL be asked for, and when."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.request import getproxies

from scraper.gate.addresses import NOT_PUBLIC, is_own, refusal
from scraper.gate.declared import Ask as AskFile
from scraper.gate.declared import Declarations, robots_signals
from scraper.gate.hosts import Ask, Hosts
from scraper.gate.kept import Kept
from scraper.gate.options import TOKEN, Options
from scraper.gate.pace import Budget, Pace, retry_after
from scraper.gate.shared import SharedPace
from scraper.gate.turns import Line, StoppingError
from scraper.gate.way import DIRECT, Way
from scraper.guard import Kind, Verdict
from scraper.hosts import Host, Target, is_named, is_public_host, proxy_host, target_of
from scraper.rights.reserved import What, reserved
from scraper.rights.signals import merged

logger = logging.getLogger(__name__)

SITE_KINDS: Final = frozenset({"search", "house", "data"})
"""Kinds of requests whose hosts are the site: these share one budget."""
USES: Final[dict[Kind, What]] = {
    "search": "search",
    "house": "page",
    "data": "page",
    "photo": "photo",
}
"""Kinds of requests whose answers are used, so that rights signals count for them."""
NOT_NOW: Final = frozenset({429, 503})
"""Statuses by which a site asks to be left alone for a while (RFC 6585 4, RFC 9110 15.6.4)."""

REFUSED: Final = frozenset({401, 403, 418, 430, 999})
"""Statuses whose Retry-After counts where they have one."""

LookUp = Callable[[str, int], Awaitable[bool]]
"""Whether a name leads to a public address, by name and port."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """What the gate knows of the site that is crawled."""

    own_hosts: frozenset[Host] = frozenset()
    """Loopback and private hosts that its file names: exactly these may be reached."""
    delay: float | None = None
    """Seconds between two requests; None: what the settings say."""
    concurrency: int | None = None
    """Requests under way at once; None: what the settings say."""
    turn: int = 0
    """Which of the workers that share the pace this is, from 0."""
    name: str = ""
    """The site's name."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the gate has done for it."""

    ask: Ask
    """Asks a host for its robots.txt."""
    look_up: LookUp
    kept: Kept
    """What hosts said to earlier processes."""
    declared: AskFile | None = None
    """Asks a host for a file of rights signals; None where those are not looked at."""
    room: Callable[[], bool] = lambda: True
    """Whether an address is there by which the site may be asked now."""
    shared: SharedPace | None = None
    """What holds the pace over all workers."""


class Gate:
    """Everything that has to be known before a request leaves."""

    def __init__(
        self,
        options: Options,
        crawled: Crawled,
        outside: Outside,
        stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options, self._crawled = options, crawled
        declared = outside.declared
        self._declared = Declarations(declared, clock) if declared else None
        self._stopping, self._clock = stopping, clock
        self._look_up, self._room, self._shared = outside.look_up, outside.room, outside.shared
        self._hosts = Hosts(outside.ask, clock, options.robots_retry, outside.kept)
        self.proxies = {found for url in getproxies().values() if (found := proxy_host(url))}
        """Hosts and ports of the operator's own proxies, those of the environment among them:
        requests leave by them, and none is made to them.
        """
        self._site: set[str] = set()
        self._lines: dict[str, Line] = {}

    def reach(self, url: str) -> Verdict | None:
        """Why a URL must not be asked for whatever robots.txt says, or None."""
        refused, target = refusal(url, self._crawled.own_hosts), target_of(url)
        if refused is not None or target is None or is_own(target, self._crawled.own_hosts):
            return refused
        if is_own(target, frozenset(self.proxies)):
            return Verdict(False, NOT_PUBLIC, f"{target.host} port {target.port} is a proxy")
        if self._options.contact:
            return None
        return Verdict(False, "policy: a contact", f"CONTACT is empty and {target.host} is public")

    def leave_by(self, proxy: str) -> Verdict | None:
        """Why a request must not leave by a proxy, or None."""
        found = proxy_host(proxy)
        if found is None:
            return Verdict(False, "policy: a proxy", "its proxy is no http or https address")
        if is_named(*found, frozenset(self.proxies)) or is_public_host(found[0]):
            return None
        reason = f"its proxy {found[0]} port {found[1]} is not one that the operator configured"
        return Verdict(False, "policy: a proxy", reason)

    async def judge(self, url: str, kind: Kind, way: Way = DIRECT) -> Verdict:
        """Whether a URL may be asked for; waits for the rules of its host."""
        refused, target = self.reach(url), target_of(url)
        if refused is not None or target is None:
            return refused or Verdict(False, "policy: http and https only", url)
        if kind in SITE_KINDS:
            self._site.add(target.host)
        answer = await self._hosts.answer(target.origin, way)
        self._line(target).budget.slow_to(target.origin, answer.delay(TOKEN))
        verdict = answer.verdict(TOKEN, url)
        if not verdict.allowed or kind not in USES or self._declared is None:
            return verdict
        files = await self._declared.of(target.origin, way)
        said = merged(robots_signals(answer.rules, TOKEN, url), files.signals(TOKEN, url))
        reason = reserved(said, USES[kind], self._options.rights)
        return replace(verdict, allowed=reason is None, reason=reason or "", signals=said)

    async def turn(self, url: str) -> Line:
        """Wait until a URL may be asked for now; the turn lasts until `Line.leave`."""
        target = target_of(url)
        assert target is not None, "the URL was judged before"
        line = self._line(target)
        await line.enter()
        return line

    def is_site(self, url: str) -> bool:
        """Whether a URL, judged before, leads to a host of the site."""
        target = target_of(url)
        return target is not None and target.host in self._site

    def look(self) -> None:
        """There may be room for the site's requests again."""
        if "" in self._lines:
            self._lines[""].look()

    async def part_of_page(self, url: str, *, proxied: bool = False) -> Verdict:
        """Judge a request that a page in the browser makes, and wait where it has to.

        To the site's own hosts such a request belongs to the turn of its page and waits only
        while the site wants to be left alone. Other hosts have a budget each. The browser looks
        names up by itself, unless a proxy does it: so they are looked up here before.
        """
        verdict = await self.judge(url, "browser")
        target = target_of(url)
        if not verdict.allowed or target is None:
            return verdict
        if not (proxied or await self._leads_out(target)):
            return Verdict(False, NOT_PUBLIC, f"{target.host} leads to no public address")
        line = self._line(target)
        try:
            if target.host in self._site:
                await line.unheld()
            else:
                await line.enter()
                line.leave()
        except StoppingError as error:
            return Verdict(False, "policy: the crawl ends", str(error), for_now=True)
        return verdict

    def part_answered(self, url: str, status: int, wish: str) -> None:
        """Note what a part of a page in the browser was answered."""
        if status in NOT_NOW and (target := target_of(url)):
            self.answered(self._line(target), target.origin, status, wish)

    def took(self, url: str, seconds: float) -> None:
        """Note how long a host took to answer."""
        if target := target_of(url):
            self._line(target).budget.latency.took(seconds)

    def answered(self, line: Line, shown: str, status: int, wish: str) -> None:
        """Note a status and its Retry-After: the site may want to be left alone.

        `shown`: what was asked for, as a log may say it.
        """
        asked = retry_after(wish, time.time(), self._options.longest_rest)
        if status not in NOT_NOW and not (asked and status in REFUSED):
            line.budget.accepted(self._clock())
            return
        rest = line.budget.refused(self._clock(), asked)
        logger.info("HTTP %d from %s: rests %.1f s", status, shown, rest)
        if line.shared is not None:
            line.shared.rest(rest)

    async def _leads_out(self, target: Target) -> bool:
        """Whether a name leads to an address that may be connected to."""
        own = is_own(target, self._crawled.own_hosts)
        return own or target.address is not None or await self._look_up(target.host, target.port)

    def _line(self, target: Target) -> Line:
        """The line of a host: the site's, or its own."""
        key = "" if target.host in self._site else target.host
        if key not in self._lines:
            pace = self._pace(target, site=not key)
            ahead = time.time() - self._clock()
            budget = Budget(pace, self._options.back_off, random.random, ahead)
            room = (lambda: True) if key else self._room
            name = key or f"site {self._crawled.name or target.host}"
            shared = self._shared.of(name) if self._shared else None
            self._lines[key] = Line(budget, self._clock, self._stopping, room, shared)
        return self._lines[key]

    def _pace(self, target: Target, *, site: bool) -> Pace:
        own = is_own(target, self._crawled.own_hosts)
        delay = self._crawled.delay if site else 0.0
        return self._options.pace(
            delay, self._crawled.concurrency, own=own, turn=self._crawled.turn
        )
