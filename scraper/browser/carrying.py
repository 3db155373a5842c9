"""A browser's request as one of Scrapy's, and Scrapy's answer as one for the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scrapy import Request
from scrapy.exceptions import NotSupported
from scrapy.http import Response

from scraper.browser.asking import Carried

_OF_THE_CONNECTION: Final = frozenset({"connection", "content-length", "transfer-encoding"})
"""Headers that say how an answer was sent, and nothing of the answer."""


def request_for(asked: Mapping[str, Any]) -> Request:
    """The request for what a browser asks for (`Network.Request` of Chromium's protocol).

    NotSupported where the protocol does not say all that would be sent.
    """
    if asked.get("hasPostData") and "postData" not in asked:
        raise NotSupported(f"{asked['method']} {asked['url']}: what it sends is not known")
    headers = {**asked["headers"], "Accept-Encoding": "identity"}
    body = str(asked.get("postData", ""))
    return Request(asked["url"], method=asked["method"], headers=headers, body=body)


def carried(response: Response) -> Carried:
    """An answer for the browser; NotSupported where it is packed though nobody asked for that."""
    packed = (response.headers.get("Content-Encoding") or b"identity").decode("latin-1")
    if packed.lower() != "identity":
        raise NotSupported(f"{response.url}: packed by {packed} though that was not asked for")
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
        if name.decode("latin-1").lower() not in _OF_THE_CONNECTION
    ]
    return Carried(response.status, headers, response.body)
