"""A shown page as Scrapy's response: waited for and read in one call."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page
from playwright.async_api import Response as PlaywrightResponse
from scrapy import Request
from scrapy.http import Headers, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy_playwright._utils import _encode_body, _set_redirect_meta

from scraper.browser.settle import settle


def is_only_shown(request: Request) -> bool:
    """Whether nothing is wanted of a page but its document once it is finished."""
    methods = request.meta.get("playwright_page_methods") or ()
    alone = [getattr(one, "method", None) for one in methods] == [settle]
    return alone and not request.meta.get("playwright_include_page")


async def shown(request: Request, page: Page, came: PlaywrightResponse) -> Response:
    """The document of a page once it is finished; `came` is what it began with."""
    await _set_redirect_meta(request=request, response=came)
    headers = Headers(await came.all_headers())
    headers.pop("Content-Encoding", None)
    body, encoding = _encode_body(headers=headers, text=await settle(page))
    kind = responsetypes.from_args(headers=headers, url=page.url, body=body)
    said = {"status": came.status, "headers": headers, "body": body, "encoding": encoding}
    return _response(kind, url=page.url, request=request, flags=["playwright"], **said)


def _response(kind: Any, **said: Any) -> Response:
    """An answer of the class that its content has; only some take an encoding."""
    if not issubclass(kind, TextResponse):
        del said["encoding"]
    response: Response = kind(**said)
    return response
