"""Every request of a browser waits for the gate's answer before it leaves.

Chromium's protocol pauses each one (Fetch.enable for the whole browser): documents, what pages and
frames ask for, workers, pop-ups, and every hop of a redirect. Playwright's own routes see the
first hop only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from scraper.guard import Verdict

logger = logging.getLogger(__name__)

MayAsk = Callable[[str], Awaitable[Verdict]]

NOT_NEEDED: Final = frozenset(
    {"Image", "Media", "Font", "Stylesheet", "Manifest", "TextTrack", "Ping", "Prefetch"}
)
"""Kinds of requests of a page that no fact ever came from (`Network.ResourceType`)."""

ALL: Final = {"patterns": [{"urlPattern": "*", "requestStage": "Request"}]}


@dataclass(frozen=True, slots=True)
class Denial:
    """A document that was not asked for."""

    url: str
    verdict: Verdict


class Asking:
    """The requests of one browser, each let through or failed."""

    def __init__(self, session: CDPSession, may_ask: MayAsk) -> None:
        self._session, self._may_ask = session, may_ask
        self._answers: set[asyncio.Task[None]] = set()
        self.denials: dict[str, Denial | None] = {}
        """Pages under way, by the ID of their main frame, with the document that was denied."""

    async def begin(self) -> None:
        """Hold requests from now on."""
        self._session.on("Fetch.requestPaused", self._paused)
        await self._session.send("Fetch.enable", ALL)

    def _paused(self, event: dict[str, Any]) -> None:
        answer = asyncio.ensure_future(self._answer(event))
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def _answer(self, event: dict[str, Any]) -> None:
        """Let a request through or fail it; a browser that has gone needs no answer."""
        wanted = await self._wanted(event)
        method, answer = "Fetch.continueRequest", {"requestId": event["requestId"]}
        if not wanted:
            method, answer = "Fetch.failRequest", {**answer, "errorReason": "BlockedByClient"}
        with suppress(PlaywrightError):
            await self._session.send(method, answer)

    async def _wanted(self, event: dict[str, Any]) -> bool:
        kind, url, frame = event["resourceType"], event["request"]["url"], event["frameId"]
        if kind in NOT_NEEDED:
            return False
        try:
            verdict = await self._may_ask(url)
        except Exception:  # whatever keeps the gate from an answer, nothing is left waiting for it
            logger.exception("the gate gave no answer about %s: not asked for", url)
            return False
        if not verdict.allowed and kind == "Document" and frame in self.denials:
            self.denials[frame] = Denial(url, verdict)
        return verdict.allowed
