"""The way of a request through the downloader's middlewares, and of its answer back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from scrapy import Request
from scrapy.core.downloader.middleware import DownloaderMiddlewareManager
from scrapy.http import Response
from scrapy.utils.defer import _process_pending_io, ensure_awaitable

Send = Callable[[Request], Awaitable[Response]]


class Layers:
    """Scrapy's own way with the same ends, without its price.

    Scrapy makes a coroutine and a name of what every method of every middleware gives, though
    nearly all of them are plain functions that give None or the answer they got.
    """

    def __init__(self, layers: DownloaderMiddlewareManager) -> None:
        self._layers = layers
        self._out = [*layers.methods["process_request"]]
        self._back = [*layers.methods["process_response"]]

    @classmethod
    def of(cls, layers: DownloaderMiddlewareManager) -> Layers | DownloaderMiddlewareManager:
        """Scrapy's own where a middleware has methods of an older form, which only it knows."""
        return layers if layers._mw_methods_requiring_spider else cls(layers)

    async def download_async(self, send: Send, request: Request) -> Response | Request:
        """What came of a request; its exceptions are those of its middlewares and of `send`."""
        try:
            result = await self._sent(send, request)
        except Exception as error:  # noqa: BLE001  # a middleware may make an answer of any
            # What the connection still has to say comes first, as Scrapy has it.
            await _process_pending_io()
            result = await self._layers._process_exception(error, request)
        return await self._come(result, request)

    async def _sent(self, send: Send, request: Request) -> Response | Request:
        for ask in self._out:
            assert ask is not None
            given = ask(request=request)
            if given is not None and not isinstance(given, (Response, Request)):
                given = await ensure_awaitable(given)
            if given is not None:
                return _checked(ask, given)
        return await send(request)

    async def _come(self, result: Response | Request, request: Request) -> Response | Request:
        if isinstance(result, Request):
            return result
        for tell in self._back:
            assert tell is not None
            given = tell(request=request, response=result)
            if not isinstance(given, (Response, Request)):
                given = await ensure_awaitable(given)
            result = _checked(tell, given)
            if isinstance(result, Request):
                break
        return result


def _checked(method: Callable[..., Any], given: Any) -> Response | Request:
    if isinstance(given, (Response, Request)):
        return given
    raise TypeError(f"{method.__qualname__} gave {type(given).__name__}, no Response or Request")
