"""Parts in a Redis stream that workers of one group read: docs/fleet.md says how to run one."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from scraper.errors import UsageError
from scraper.fleet.engine import Claim, Counts, Handed, QueueAwayError
from scraper.fleet.order import Order

if TYPE_CHECKING:
    from redis import Redis

STREAM: Final = "housecrawl:parts"
DEAD: Final = "housecrawl:parts:dead"
GROUP: Final = "workers"

_EXTEND: Final = """
local ours = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2])
if #ours == 0 then return 0 end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', ARGV[4], 'JUSTID')
return 1
"""
"""Sets for how long nothing was heard of a part, where it is still ours: stream; group, consumer,
entry, milliseconds."""


class RedisQueue:
    """A stream of parts, and one of those that were given up."""

    def __init__(self, url: str, lease: float) -> None:
        self.lease = lease
        self._redis: Any = connect(url)
        self._me = f"{socket.gethostname()}-{os.getpid()}-{token_hex(3)}"
        self._grouped = False

    def submit(self, order: Order, place: str, parts: Sequence[int]) -> Handed:
        """Add an entry a part."""
        self._group()
        with _faults():
            pipe = self._redis.pipeline(transaction=True)
            for part in parts:
                pipe.xadd(STREAM, {"run": order.run_id, "part": part})
            pipe.execute()
        return Handed("", f"on each machine: housecrawl fleet work {place}")

    def counts(self, job: str) -> Counts | None:
        """What the stream holds."""
        del job
        with _faults():
            length, dead = self._redis.xlen(STREAM), self._redis.xlen(DEAD)
            if not length:
                return Counts(0, 0, int(dead))
            pending = self._redis.xpending(STREAM, GROUP)["pending"]
            free = self._redis.xpending_range(
                STREAM, GROUP, "-", "+", pending or 1, idle=int(self.lease * 1000)
            )
        running = int(pending) - len(free)
        return Counts(int(length) - running, running, int(dead))

    def claim(self, wait: float) -> Claim | None:
        """A part that nobody was heard of for a lease, or a new one."""
        self._group()
        with _faults():
            stale = int(self.lease * 1000)
            found = self._redis.xautoclaim(STREAM, GROUP, self._me, stale, "0-0", count=1)[1]
            if not found:
                read = self._redis.xreadgroup(
                    GROUP, self._me, {STREAM: ">"}, count=1, block=int(wait * 1000) or 1
                )
                # By version 3 of the protocol, a map; the entries of one read then stand in a list.
                found = [entry for entries in dict(read or ()).values() for entry in entries]
            if not found:
                return None
            entry, fields = found[0]
            ours = self._redis.xpending_range(STREAM, GROUP, entry, entry, 1, self._me)
        attempts = int(ours[0]["times_delivered"]) if ours else 1
        return Claim(*_understood(fields), attempts, (entry, fields))

    def extend(self, claim: Claim) -> bool:
        """Be heard of."""
        return self._idle(claim, 0)

    def done(self, claim: Claim) -> None:
        """Take the entry out."""
        with _faults():
            self._removed(claim).execute()

    def release(self, claim: Claim, pause: float) -> None:
        """Let the entry count as stale after a while."""
        self._idle(claim, self.lease - pause)

    def bury(self, claim: Claim, why: str) -> None:
        """Move the entry to the stream of those that were given up."""
        with _faults():
            pipe = self._removed(claim)
            pipe.xadd(DEAD, {**claim.handle[1], "why": why})
            pipe.execute()

    def _removed(self, claim: Claim) -> Any:
        pipe = self._redis.pipeline(transaction=True)
        pipe.xack(STREAM, GROUP, claim.handle[0])
        pipe.xdel(STREAM, claim.handle[0])
        return pipe

    def _idle(self, claim: Claim, seconds: float) -> bool:
        # Less than nothing cannot be told: a longer pause lasts as long as a lease.
        idle = max(0, int(seconds * 1000))
        with _faults():
            said = self._redis.eval(_EXTEND, 1, STREAM, GROUP, self._me, claim.handle[0], str(idle))
        return bool(said)

    def _group(self) -> None:
        if self._grouped:
            return
        from redis.exceptions import ResponseError

        with _faults():
            try:
                self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise
        self._grouped = True


def connect(url: str) -> Redis:
    """A client of a Redis server: `redis://HOST:PORT/DB`."""
    try:
        from redis import Redis
        from redis.backoff import ExponentialBackoff
        from redis.exceptions import ConnectionError as AwayError
        from redis.exceptions import TimeoutError as LateError
        from redis.retry import Retry
    except ImportError as error:
        raise UsageError(
            "Redis needs its client: pip install 'housecrawl[redis]', or take another engine"
        ) from error
    try:
        return Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=5,
            socket_timeout=30,
            retry=Retry(ExponentialBackoff(cap=2), 3),
            retry_on_error=[AwayError, LateError],
        )
    except ValueError as error:
        raise UsageError("the address of Redis: expected redis://HOST:PORT/DB") from error


@contextmanager
def _faults() -> Iterator[None]:
    """Turn a fault of Redis into an error that says what to do; its address may hold a password."""
    from redis.exceptions import AuthenticationError, RedisError

    try:
        yield
    except AuthenticationError as error:
        raise UsageError(f"Redis does not let us in: {error}") from error
    except RedisError as error:
        raise QueueAwayError(f"Redis cannot be asked just now: {error}") from error


def _understood(fields: dict[str, str]) -> tuple[str, int]:
    """Order and part of an entry; ("", 0) for one that is not ours.

    >>> _understood({"run": "night", "part": "3"}), _understood({"hello": "world"})
    (('night', 3), ('', 0))
    """
    run_id, part = fields.get("run", ""), fields.get("part", "")
    return (run_id, int(part)) if part.isdecimal() else ("", 0)
