"""Every request of a browser waits for the gate's answer before it leaves.

Chromium's protocol pauses each one (Fetch.enable for the whole browser): documents, what pages and
frames ask for, workers, pop-ups, and every hop of a redirect. Playwright's own routes see the
first hop only.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from scraper.guard import Verdict

logger = logging.getLogger(__name__)

MayAsk = Callable[[str], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer that the crawl fetched for the browser over a connection of its own."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def _told_nobody(url: str, status: int, retry_after: str) -> None:
    """What is answered matters to nobody."""


async def _nothing_carried(asked: Mapping[str, Any]) -> None:
    """The browser asks for everything itself."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The crawl around a browser."""

    may_ask: MayAsk
    answered: Callable[[str, int, str], None] = _told_nobody
    """Is told of each answer to a part of a page: its URL, status and Retry-After."""
    carried: Callable[[Mapping[str, Any]], Awaitable[Carried | None]] = _nothing_carried
    """The answer to a request (`Network.Request`) that the browser must not connect for itself;
    None where it may. Raises whatever goes wrong.
    """


NOT_NEEDED: Final = frozenset(
    {"Image", "Media", "Font", "Stylesheet", "Manifest", "TextTrack", "Ping", "Prefetch"}
)
"""Kinds of requests of a page that no fact ever came from (`Network.ResourceType`)."""

_NOTED: Final = ("Document", "XHR", "Fetch", "EventSource", "Script", "Other")
"""Kinds of requests that are held once more when their answer begins."""
ALL: Final = {
    "patterns": [
        {"urlPattern": "*", "requestStage": "Request"},
        *({"urlPattern": "*", "requestStage": "Response", "resourceType": one} for one in _NOTED),
    ]
}
"""Each request is held before it leaves."""
_FRAMED: Final = 200
"""Answers to frames that are kept at most."""
_LET: Final[tuple[str, dict[str, Any]]] = ("Fetch.continueRequest", {})
_FAIL: Final[tuple[str, dict[str, Any]]] = (
    "Fetch.failRequest",
    {"errorReason": "BlockedByClient"},
)


@dataclass(frozen=True, slots=True)
class Denial:
    """A document that was not asked for."""

    url: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Answered:
    """How the answer to a request began."""

    frame: str
    url: str
    kind: str
    """`Network.ResourceType`."""
    status: int
    headers: Sequence[tuple[str, str]]
    """As they came; names in lower case."""

    def header(self, name: str) -> str:
        """The value of a header; "" where it did not come."""
        return next((value for key, value in self.headers if key == name), "")


class Asking:
    """The requests of one browser, each let through or failed."""

    def __init__(self, session: CDPSession, outside: Outside) -> None:
        self._session, self._outside = session, outside
        self._answers: set[asyncio.Task[None]] = set()
        self.denials: dict[str, Denial | None] = {}
        """Pages under way, by the ID of their main frame, with the document that was denied."""
        self.answers: dict[str, list[Answered]] = {}
        """What the main frame of each of these pages was answered, oldest first."""
        self.framed: deque[Answered] = deque(maxlen=_FRAMED)
        """What other frames were answered, of all pages."""

    def enter(self, frame: str) -> None:
        """A page is under way from now on."""
        self.denials[frame], self.answers[frame] = None, []

    def leave(self, frame: str) -> None:
        """A page has ended."""
        self.denials.pop(frame, None)
        self.answers.pop(frame, None)

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
        answered = "responseStatusCode" in event or "responseErrorReason" in event
        method, answer = self._note(event) if answered else await self._decide(event)
        with suppress(PlaywrightError):
            await self._session.send(method, {"requestId": event["requestId"], **answer})

    def _note(self, event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Tell of an answer; Scrapy tells of a page's own."""
        frame, kind, url = event["frameId"], event["resourceType"], event["request"]["url"]
        headers = [(h["name"].lower(), h["value"]) for h in event.get("responseHeaders", ())]
        one = Answered(frame, url, kind, int(event.get("responseStatusCode", 0)), headers)
        self.answers.get(frame, self.framed).append(one)
        if not (kind == "Document" and frame in self.denials):
            self._outside.answered(url, one.status, one.header("retry-after"))
        return _LET

    async def _decide(self, event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """What becomes of a request: a method of the protocol and its parameters."""
        if not await self._wanted(event):
            return _FAIL
        try:
            carried = await self._outside.carried(event["request"])
        except Exception as error:  # noqa: BLE001  # to the page it is a connection that failed
            logger.info("%s: %s", event["request"]["url"], error)
            return "Fetch.failRequest", {"errorReason": "ConnectionFailed"}
        return _LET if carried is None else self._handed(event, carried)

    def _handed(self, event: dict[str, Any], carried: Carried) -> tuple[str, dict[str, Any]]:
        headers = [{"name": name, "value": value} for name, value in carried.headers]
        said = {"responseStatusCode": carried.status, "responseHeaders": headers}
        self._note({**event, **said})
        body = b64encode(carried.body).decode()
        return "Fetch.fulfillRequest", {
            "responseCode": carried.status,
            "responseHeaders": headers,
            "body": body,
        }

    async def _wanted(self, event: dict[str, Any]) -> bool:
        kind, url, frame = event["resourceType"], event["request"]["url"], event["frameId"]
        if kind in NOT_NEEDED:
            return False
        try:
            verdict = await self._outside.may_ask(url)
        except Exception:  # whatever keeps the gate from an answer, nothing is left waiting for it
            logger.exception("the gate gave no answer about %s: not asked for", url)
            return False
        if not verdict.allowed and kind == "Document" and frame in self.denials:
            self.denials[frame] = Denial(url, verdict)
        return verdict.allowed
