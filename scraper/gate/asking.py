"""Asking a host for its robots.txt: redirects, attempts, and what comes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from scraper.gate.answers import REDIRECTS, Answer, answered, redirected_too_often, unreachable
from scraper.gate.way import Way

ATTEMPTS: Final = 3
"""Times that a robots.txt is asked for before it counts as not to be had."""
OWN: Final[dict[str, Any]] = {
    "allow_offsite": True,
    "dont_cache": True,
    "dont_merge_cookies": True,
    "dont_redirect": True,
    "dont_retry": True,
    "download_fail_on_dataloss": True,
    "handle_httpstatus_all": True,
}
"""Keys of `Request.meta` by which the gate asks by itself: the answer is its own matter."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a server."""

    status: int
    location: str
    """Where a redirect leads, empty where it says nothing."""
    body: bytes


Get = Callable[[str, Way], Awaitable[Reply]]
"""Asks for one address by a way; raises whatever goes wrong."""


async def asked(
    origin: str, way: Way, get: Get, back_off: float, stopping: Callable[[], bool]
) -> Answer:
    """What the robots.txt of an origin comes to, after a few attempts."""
    url = f"{origin}/robots.txt"
    answer = await _once(url, way, get)
    for attempt in range(1, ATTEMPTS):
        if answer.outcome != "deny_all" or stopping():
            break
        await asyncio.sleep(back_off * attempt)
        answer = await _once(url, way, get)
    return answer


async def _once(url: str, way: Way, get: Get) -> Answer:
    try:
        reply = await followed(url, way, get)
    except Exception as error:  # noqa: BLE001  # whatever went wrong, there is no answer
        return unreachable(f"{type(error).__name__} {error}".strip(), url)
    return answered(reply.status, reply.body, url) if reply else redirected_too_often(url)


async def followed(url: str, way: Way, get: Get) -> Reply | None:
    """The answer behind at most five redirects; None where there are more."""
    for _ in range(REDIRECTS + 1):
        reply = await get(url, way)
        if reply.status not in _REDIRECTS or not reply.location:
            return reply
        url = urljoin(url, reply.location)
    return None
