"""Answers in Scrapy: they are unpacked, and judged before anything else sees them.

`AnswerMiddleware` takes the place of HttpCompressionMiddleware, which takes what comes out of a
cut body for the whole; `RedirectsMiddleware` that of RedirectMiddleware, which follows nothing
where every status is to come back; `CookiesMiddleware` that of its namesake, which looks for
cookies where there can be none.
"""

from __future__ import annotations

import logging
import re
from functools import cached_property
from typing import Any, Final

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware as ScrapyCookies
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from scraper import names
from scraper.answer.encodings import ACCEPTED, decoded, too_large
from scraper.answer.fault import AnswerError, Fault
from scraper.answer.form import form_of, is_sitemap
from scraper.answer.options import Options
from scraper.answer.redirects import STATUSES, other_house, target_fault
from scraper.answer.tree import tree_fault
from scraper.answer.whole import whole_fault
from scraper.page import charset_of

logger = logging.getLogger(__name__)

PAGES: Final = frozenset({"search", "house", "data"})
"""Kinds of answers that are read as pages; photos and robots.txt have judges of their own."""
_GZIP: Final = b"\x1f\x8b\x08"
"""How a gzip file begins (RFC 1952 2.3.1)."""
_EVERY_STATUS: Final = "handle_httpstatus_all"
_SETS: Final = b"Set-Cookie"


class AnswerMiddleware:
    """Undoes the encodings of an answer within a size, and lets whole pages through only."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._options = Options.from_settings(crawler.settings)
        self._largest = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AnswerMiddleware:
        """The judge of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Say which encodings are understood."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """A whole answer without its encodings; the request anew; or AnswerError."""
        if request.method == "HEAD":
            return response
        response, fault = self._unpacked(request, response)
        if fault is None and response.status < 300 and request.meta.get(names.KIND) == "search":
            response, fault = self._unzipped(request, response)
        if fault is None and response.status < 300 and request.meta.get(names.KIND) in PAGES:
            fault = self._fault(request, response)
        return response if fault is None else self._again(request, fault)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Say of a download that was stopped for its size that it was."""
        if isinstance(exception, DownloadCancelledError):
            limit = request.meta.get("download_maxsize", self._largest)
            raise AnswerError(too_large(limit, "on its way")) from exception

    def _unpacked(self, request: Request, response: Response) -> tuple[Response, Fault | None]:
        encodings = [
            name
            for value in response.headers.getlist("Content-Encoding")
            for name in value.decode("latin-1").split(",")
        ]
        if not encodings:
            return response, None
        body = decoded(response.body, encodings, self._limit(request))
        if isinstance(body, Fault):
            # A status that says no says it without its body.
            return _with_body(response, b""), None if response.status >= 400 else body
        return _with_body(response, body), None

    def _unzipped(self, request: Request, response: Response) -> tuple[Response, Fault | None]:
        """A sitemap out of the gzip file that it is kept in: many sites have `homes.xml.gz`."""
        if not response.body.startswith(_GZIP):
            return response, None
        body = decoded(response.body, ["gzip"], self._limit(request))
        if isinstance(body, Fault):
            return response, body
        return (_with_body(response, body), None) if is_sitemap(body) else (response, None)

    def _limit(self, request: Request) -> int:
        largest = int(request.meta.get("download_maxsize", self._largest))
        kind = request.meta.get(names.KIND)
        # One byte more than a page may have: that one is too large is then said of the page. A list
        # may be a sitemap, which has up to 50,000 addresses.
        small = kind in PAGES and kind != "search"
        return min(largest, self._options.max_bytes + 1) if small else largest

    def _fault(self, request: Request, response: Response) -> Fault | None:
        body = response.body
        if request.meta.get(names.KIND) == "search" and is_sitemap(body):
            return whole_fault("xml", body, announced=True)
        declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
        form = form_of(declared, body)
        if isinstance(form, Fault):
            return form
        if fault := tree_fault(body, self._options.max_bytes):
            return fault
        if request.meta.get(names.MODE) == "browser" or not body:
            return None  # the browser closes every page; an empty one is judged as a refusal
        if charset_of(body, declared) is None:
            return Fault("its text is in none of the charsets that it names")
        if form == "html" and not self._options.closed:
            return None
        return whole_fault(form, body, announced="partial" not in response.flags)

    def _again(self, request: Request, fault: Fault) -> Request:
        """The same request once more where that may help; AnswerError where it does not."""
        if fault.passing and not request.meta.get("dont_retry"):
            spider = self._crawler.spider
            assert spider is not None
            kind = fault.reason.partition(":")[0]
            if again := get_retry_request(request, spider=spider, reason=kind, logger=logger):
                return again
        raise AnswerError(fault)


class RedirectsMiddleware(RedirectMiddleware):
    """Follows redirects whichever statuses are asked for, up to `REDIRECT_MAX_TIMES` in a row."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Response | Request:
        """The request of where it leads; AnswerError where that is not to be followed."""
        del spider
        if response.status not in STATUSES or request.meta.get("dont_redirect"):
            return response
        location = (response.headers.get("Location") or b"").decode("latin-1")
        hops = request.meta.get("redirect_urls", ())
        if fault := target_fault(location, request.url, hops, self.max_redirect_times):
            raise AnswerError(fault)
        plain = request.replace(meta={k: v for k, v in request.meta.items() if k != _EVERY_STATUS})
        following = super().process_response(plain, response)
        if isinstance(following, Request):
            following.meta[_EVERY_STATUS] = request.meta.get(_EVERY_STATUS, False)
            self._refuse_other_house(following)
        return following

    def _engine_started(self) -> None:
        """Miss nobody who would handle the Referer header: `handle_referer` does."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Say nothing of the page that led on: no request does."""
        del response
        request.headers.pop("Referer", None)

    def _refuse_other_house(self, following: Request) -> None:
        """A house's page that leads to another's is not read: its row would be there twice."""
        lease = following.meta.get(names.LEASE)
        if lease is None or self._id is None:
            return
        if other := other_house(self._id, lease.house_id, lease.url, following.url):
            raise AnswerError(Fault(f"its page leads to that of another house, {other}"))

    @cached_property
    def _id(self) -> re.Pattern[str] | None:
        """What finds a house's ID in an address, by the spider's site."""
        search: Any = getattr(getattr(self.crawler.spider, "site", None), "search", None)
        return re.compile(search.id) if search is not None else None


class CookiesMiddleware(ScrapyCookies):
    """Scrapy's cookies, asked only where there are any: most requests and answers have none."""

    def process_request(
        self, request: Request, spider: Spider | None = None
    ) -> Request | Response | None:
        """Add the cookies of the site."""
        del spider
        if request.cookies or len(self.jars[request.meta.get("cookiejar")]):
            return super().process_request(request)
        if not request.meta.get("dont_merge_cookies"):
            request.headers.pop("Cookie", None)
        return None

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Keep the cookies of an answer."""
        del spider
        return (
            super().process_response(request, response) if _SETS in response.headers else response
        )


def _with_body(response: Response, body: bytes) -> Response:
    """The answer with its encodings undone, of the class that its content has."""
    response.headers.pop("Content-Encoding", None)
    kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
    if issubclass(kind, TextResponse):
        return response.replace(cls=kind, body=body, encoding=None)
    return response.replace(cls=kind, body=body)
