"""Scrapy's responses as pages, and its failures as outcomes with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from scraper import names
from scraper.answer.fault import AnswerError
from scraper.browser.handler import PageDenied
from scraper.egress.pool import Ticket
from scraper.gate.middleware import RequestDenied
from scraper.house import Outcome, Visit
from scraper.ledger.moments import utc_now
from scraper.page import FetchMode, Page, joined

_TOLD: Final = {
    "ResponseDataLossError": "truncated: the connection was closed before the body's end",
    "CannotResolveHostError": "the host could not be reached: its name leads nowhere",
    "DownloadConnectionRefusedError": "the host could not be reached: it refused the connection",
}
"""What Scrapy's exceptions leave unsaid."""


def page_of(response: Response) -> Page:
    """The page that a response carries."""
    mode: FetchMode = response.meta.get(names.MODE, "http")
    headers = joined(response.headers.items())
    body = response.body
    if mode == "browser" and isinstance(response, TextResponse):
        # The document was serialised by the browser: the header's charset no longer says anything.
        body, headers["content-type"] = response.text.encode(), "text/html; charset=utf-8"
    return Page(
        url=response.meta.get(names.ASKED, response.url),
        final_url=response.url,
        status=response.status,
        headers=headers,
        body=body,
        fetch_mode=mode,
        fetched_at=utc_now(),
    )


def address_of(meta: Mapping[str, Any]) -> str | None:
    """The name of the address that a request left from."""
    ticket = meta.get(names.ADDRESS)
    return ticket.address.name if isinstance(ticket, Ticket) else None


def standing_of(meta: Mapping[str, Any]) -> tuple[str, int] | None:
    """The address that a request left from, and how often that was refused in a row by now."""
    ticket = meta.get(names.ADDRESS)
    return (ticket.address.name, ticket.health.strikes) if isinstance(ticket, Ticket) else None


def without(page: Page, meta: Mapping[str, Any], outcome: Outcome, reason: str) -> Visit:
    """A visit whose page gave no row."""
    return Visit(
        meta[names.LEASE],
        outcome,
        reason,
        monotonic() - meta[names.STARTED],
        fetch_mode=page.fetch_mode,
        http_status=page.status,
        bytes=len(page.body),
        address=address_of(meta),
        final=outcome in ("ok", "gone", "unread", "denied"),
    )


def reason_of(failure: Failure) -> str:
    """Why a request has no answer, one line: `DownloadTimeoutError: no end within 20 s`."""
    text = " ".join(failure.getErrorMessage().split())
    if isinstance(failure.value, AnswerError | RequestDenied | PageDenied):
        return text[:300]
    kind = failure.type.__name__ if failure.type else "Error"
    return f"{kind}: {_TOLD.get(kind) or text}"[:300]


def outcome_of(failure: Failure) -> tuple[Outcome, bool]:
    """What a house without an answer has come to, and whether that is final for this run."""
    error = failure.value
    if isinstance(error, RequestDenied | PageDenied):
        # Rules that cannot be had just now are a site without an answer, not one that says no.
        return ("failed", False) if error.verdict.for_now else ("denied", True)
    if isinstance(error, AnswerError) and not error.fault.passing:
        return "unread", True  # it would be the same answer again
    return "failed", False
