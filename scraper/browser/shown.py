"""A shown page as Scrapy's response: waited for and read in one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.async_api import Response as PlaywrightResponse
from scrapy import Request
from scrapy.http import Headers, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy_playwright._utils import _encode_body, _set_redirect_meta

from scraper.browser.asking import Answered
from scraper.browser.contexts import Tab
from scraper.browser.settle import settle
from scraper.hosts import address_of, is_public


def is_only_shown(request: Request) -> bool:
    """Whether nothing is wanted of a page but its document once it is finished."""
    methods = request.meta.get("playwright_page_methods") or ()
    alone = [getattr(one, "method", None) for one in methods] == [settle]
    return alone and not request.meta.get("playwright_include_page")


async def shown(request: Request, tab: Tab, came: PlaywrightResponse) -> Response:
    """The document of a page once it is finished; `came` is what it began with."""
    page, said_first = tab.page, tab.document(came)
    await _set_redirect_meta(request=request, response=came)
    headers = Headers(_by_name(said_first) if said_first else await came.all_headers())
    headers.pop("Content-Encoding", None)
    body, encoding = _encode_body(headers=headers, text=await settle(page))
    kind = responsetypes.from_args(headers=headers, url=page.url, body=body)
    said = {"status": came.status, "headers": headers, "body": body, "encoding": encoding}
    return _response(kind, url=page.url, request=request, flags=["playwright"], **said)


async def tags_of(seen: Answered | None, came: PlaywrightResponse) -> list[str]:
    """The X-Robots-Tag headers of a document, each by itself."""
    if seen is None:
        return list(await came.header_values("x-robots-tag"))
    return [value for name, value in seen.headers if name == "x-robots-tag"]


async def led_inside(came: PlaywrightResponse) -> str:
    """The address that a document came from, where it is not public; "" where it is, or unknown."""
    server: Mapping[str, Any] = await came.server_addr() or {}
    address = address_of(str(server.get("ipAddress", "")))
    return "" if address is None or is_public(address) else str(address)


def _by_name(answer: Answered) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in answer.headers:
        found.setdefault(name, []).append(value)
    return found


def _response(kind: Any, **said: Any) -> Response:
    """An answer of the class that its content has; only some take an encoding."""
    if not issubclass(kind, TextResponse):
        del said["encoding"]
    response: Response = kind(**said)
    return response
