"""What the files of a host say of the use of its pages: `/.well-known/tdmrep.json` and `/ai.txt`.

Each host is asked once, however many requests wait. A file that is not there says nothing, and so
does one that cannot be had: unlike robots.txt, no rule makes its absence a refusal. It is asked
for again later, and meanwhile the last good one counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from scraper.gate.answers import LIFE
from scraper.gate.pattern import Path, Pattern, decoded, octets
from scraper.gate.robots import Rules
from scraper.gate.way import Way
from scraper.rights.signals import (
    AI_TXT,
    SIGNAL_ROBOTS,
    TDM_FILE,
    TDM_POLICY,
    USAGE_ROBOTS,
    Signals,
)
from scraper.rights.tdm import TdmRule, tdm_rules
from scraper.rights.usage import preferences

TDM_PATH: Final = "/.well-known/tdmrep.json"
AI_PATH: Final = "/ai.txt"
"""Spawning's proposal of May 2023: the grammar of robots.txt, read when something is fetched."""

RETRY: Final = 3600.0
"""Seconds until a file that could not be had is asked for again."""

Ask = Callable[[str, Way], Awaitable[tuple[int, bytes] | None]]
"""Status and body of a file, redirects followed; None where it cannot be had."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The files of one host."""

    tdm: tuple[TdmRule, ...] = ()
    ai: Rules | None = None

    @classmethod
    def read(cls, tdm: bytes, ai: bytes) -> Declared:
        """Read both files; what is no such file says nothing."""
        return cls(tdm_rules(tdm), Rules.parse(ai, AI_TXT) if ai else None)

    def signals(self, token: str, url: str) -> Signals:
        """What the files say of a URL to a crawler with a product token.

        >>> files = Declared.read(b'[{"location": "/h/*", "tdm-reservation": 1}]', b"")
        >>> files.signals("housecrawl", "http://homes.example/h/1")
        {'tdmrep.json': ('1 for /h/*',)}
        """
        said: dict[str, tuple[str, ...]] = {}
        if rule := self._tdm_rule(url):
            said[TDM_FILE] = (f"{int(rule.reserved)} for {rule.location[:200]}",)
            if rule.policy:
                said[TDM_POLICY] = (rule.policy[:500],)
        if self.ai is not None and "no rule" not in (found := self.ai.verdict(token, url).rule):
            said[AI_TXT] = (found[:300],)
        return said

    def _tdm_rule(self, url: str) -> TdmRule | None:
        """The first rule that matches, as the protocol has it."""
        path = Path.of(url).normal
        matching = (r for r in self.tdm if Pattern(decoded(octets(r.location))).matches(path))
        return next(matching, None)


def robots_signals(rules: Rules | None, token: str, url: str) -> Signals:
    """What a robots.txt says of the use of a URL that it lets be asked for."""
    if rules is None:
        return {}
    said = {
        USAGE_ROBOTS: preferences(rules.usage(token, url)),
        SIGNAL_ROBOTS: preferences(rules.usage(token, url, "content-signal")),
    }
    return {place: words for place, words in said.items() if words}


class Declarations:
    """The files of every host that was asked; the clock counts seconds."""

    def __init__(self, ask: Ask, clock: Callable[[], float]) -> None:
        self._ask, self._clock = ask, clock
        self._known: dict[str, tuple[float, Declared]] = {}
        self._asking: dict[str, asyncio.Task[Declared]] = {}

    async def of(self, origin: str, way: Way) -> Declared:
        """The files of a host, asking it where they are not known or a day old."""
        until, known = self._known.get(origin, (0.0, Declared()))
        if self._clock() < until:
            return known
        if origin not in self._asking:
            task = asyncio.create_task(self._asked(origin, way, known))
            self._asking[origin] = task
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        # A request that is given up must not take the answer from the others that wait.
        return await asyncio.shield(self._asking[origin])

    async def _asked(self, origin: str, way: Way, before: Declared) -> Declared:
        files = (self._file(origin + path, way) for path in (TDM_PATH, AI_PATH))
        tdm, ai = await asyncio.gather(*files)
        read = Declared.read(tdm or b"", ai or b"")
        found = Declared(
            before.tdm if tdm is None else read.tdm, before.ai if ai is None else read.ai
        )
        life = RETRY if tdm is None or ai is None else LIFE
        self._known[origin] = self._clock() + life, found
        return found

    async def _file(self, url: str, way: Way) -> bytes | None:
        """The body of a file; empty where there is none, None where it cannot be had."""
        answer = await self._ask(url, way)
        if answer is None or answer[0] == 429 or answer[0] >= 500:
            return None
        return answer[1] if 200 <= answer[0] < 300 else b""
