"""What a rendered page asks its own site for, and is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import Page, Response

DATA: Final = frozenset({"fetch", "xhr"})
"""Kinds of requests by which scripts get the facts of a page."""
_REFUSED: Final = frozenset({401, 403, 429, 503})


def watch(page: Page, url: str, told: Callable[[str], None]) -> Callable[[], None]:
    """Tell of data of the page's own host that was refused, or came as a page of its own.

    What is given back ends it.
    """

    def seen(response: Response) -> None:
        kind, found = response.request.resource_type, response.url
        if kind in DATA and urlsplit(found).netloc == urlsplit(url).netloc:
            why = _why(response.status, response.headers.get("content-type", ""))
            if why:
                told(f"{why} for {found}")

    page.on("response", seen)
    return lambda: page.remove_listener("response", seen)


def _why(status: int, kind: str) -> str:
    """Why an answer is no data; "" where it may be.

    >>> _why(403, "text/plain"), _why(200, "text/html; charset=utf-8"), _why(200, "text/json")
    ('HTTP 403', 'a page in place of data', '')
    """
    if status in _REFUSED:
        return f"HTTP {status}"
    return "a page in place of data" if status < 300 and kind.startswith("text/html") else ""
