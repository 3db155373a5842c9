"""One pace for a site over all workers, kept in a Redis server.

Each request asks there whether it may start. What cannot be asked does not start: some of the
workers may still reach the server, and others that went on by themselves would be too many.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from scraper.errors import IncompleteError, SettingError

if TYPE_CHECKING:
    from redis.asyncio import Redis

logger = logging.getLogger(__name__)

PATIENCE: Final = 120.0
"""Seconds for which a crawl waits for a server that does not answer; then it ends with exit 3."""
AGAIN: Final = 1.0
"""Seconds until it is asked again."""
_ANSWER: Final = 5.0
"""Seconds that an answer may take."""
_PREFIX: Final = "housecrawl:pace:"
_SCHEMES: Final = ("redis://", "rediss://", "unix://")

_ASK: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local delay = tonumber(ARGV[1])
local free = tonumber(redis.call('GET', KEYS[1]))
local keep = math.ceil(delay / 1000) + 3600000
if not free then
    free = now + delay
    redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', keep)
end
if now < free then return free - now end
redis.call('SET', KEYS[1], string.format('%.0f', now + delay), 'PX', keep)
return 0
"""
"""Microseconds until a request may start, 0 for now, which then counts: key; microseconds between
two requests. The server's clock is that of all workers. A server that has lost what it knew may
have let one start a moment ago: it lets none start at once."""
_REST: Final = """
local time = redis.call('TIME')
local ends = time[1] * 1000000 + time[2] + tonumber(ARGV[1])
local keep = math.ceil(ARGV[1] / 1000) + 3600000
if ends > (tonumber(redis.call('GET', KEYS[1])) or 0) then
    redis.call('SET', KEYS[1], string.format('%.0f', ends), 'PX', keep)
end
"""


class SharedPace:
    """Asks the server; where it is away for too long, the crawl of the spider is ended early."""

    def __init__(
        self,
        url: str,
        spider: Callable[[], Any],
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        self._url, self._spider, self._clock, self._patience = url, spider, clock, patience
        self._redis: Redis | None = None
        self._away_since: float | None = None
        self.telling: set[asyncio.Task[float]] = set()
        """What is told to the server beside the work."""

    def of(self, name: str) -> SharedBudget:
        """The pace of one site, or of one host."""
        return SharedBudget(self, _PREFIX + name)

    async def close(self) -> None:
        """Let go of the server."""
        for task in [*self.telling]:
            task.cancel()
        if self._redis is not None:
            await self._redis.aclose()

    async def call(self, script: str, key: str, seconds: float) -> float:
        """What a script says, in seconds; the time until it is asked again where it cannot be."""
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(_ANSWER):
                said: Any = await self._client().eval(script, 1, key, str(round(seconds * 1e6)))
        except (RedisError, OSError, TimeoutError) as error:
            return self._away(error)
        if self._away_since is not None:
            logger.info("the shared pace can be asked again")
            self._away_since = None
        return float(said or 0) / 1e6

    def _client(self) -> Redis:
        from redis.asyncio import Redis

        if self._redis is None:
            self._redis = Redis.from_url(self._url, socket_connect_timeout=_ANSWER)
        return self._redis

    def _away(self, error: Exception) -> float:
        now = self._clock()
        if self._away_since is None:
            self._away_since = now
            said = str(error) or type(error).__name__
            logger.warning("nothing is asked for: the shared pace cannot be asked: %s", said)
        elif now - self._away_since > self._patience:
            self._give_up()
        return AGAIN

    def _give_up(self) -> None:
        end = getattr(self._spider(), "end_early", None)
        if end is not None:
            why = f"the server of FLEET_PACE does not answer for {self._patience:g} s: run it again"
            end(IncompleteError(why))


class SharedBudget:
    """The pace of one site over all workers."""

    def __init__(self, pace: SharedPace, key: str) -> None:
        self._pace, self._key = pace, key

    async def ask(self, delay: float) -> float:
        """Seconds until a request may start; 0: it starts now, and the next one `delay` later."""
        return await self._pace.call(_ASK, self._key, delay)

    def rest(self, seconds: float) -> None:
        """Let no worker start one for a while."""
        task = asyncio.ensure_future(self._pace.call(_REST, self._key, seconds))
        self._pace.telling.add(task)
        task.add_done_callback(self._pace.telling.discard)


def redis_url(word: str, name: str) -> str:
    """The address of a Redis server as a user writes it; "" where there is none.

    SettingError, which never shows a password, where it cannot be used. `name`: of the setting.

    >>> redis_url("redis://10.0.0.5:6379/0", "FLEET_PACE")
    'redis://10.0.0.5:6379/0'
    """
    if not word:
        return ""
    found = word
    if word.startswith("redis:env:"):
        found = os.environ.get(word.removeprefix("redis:env:"), "")
        if not found:
            raise SettingError(f"{name}={word}: the environment has no such variable")
    elif urlsplit(word).password:
        raise SettingError(f"{name} holds a password, which others can see: put the address into"
                           " the environment, and say redis:env:NAME")  # fmt: skip
    if not found.startswith(_SCHEMES):
        raise SettingError(f"{name}: expected redis://HOST:PORT/DB or redis:env:NAME")
    if find_spec("redis") is None:
        raise SettingError(f"{name} needs the client of Redis: pip install 'housecrawl[redis]'")
    return found
