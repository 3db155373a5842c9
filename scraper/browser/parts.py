"""What a rendered page was answered: its document, and parts that it was refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from scraper.browser.asking import Answered

DATA: Final = frozenset({"Fetch", "XHR"})
"""Kinds of requests by which scripts get the facts of a page."""
_REFUSED: Final = frozenset({401, 403, 429, 503})


def document(answers: Sequence[Answered], url: str, status: int) -> Answered | None:
    """How the document of a page began; None where nobody saw it."""
    found = (one for one in answers if one.kind == "Document")
    return next((one for one in found if (one.url, one.status) == (url, status)), None)


def refused(answers: Iterable[Answered], url: str) -> str:
    """The first data of a page's own host that it was refused, or that came as a page of its own.

    "" where there were none.

    >>> said = [Answered("f", "http://a/data", "XHR", 403, ())]
    >>> refused(said, "http://a/"), refused(said, "http://b/")
    ('HTTP 403 for http://a/data', '')
    """
    own = urlsplit(url).netloc
    data = (one for one in answers if one.kind in DATA and urlsplit(one.url).netloc == own)
    return next((f"{why} for {one.url}" for one in data if (why := _why(one))), "")


def of_frames(framed: Sequence[Answered], urls: Iterable[str]) -> Iterator[Answered]:
    """Of what frames were answered: what those were that show these addresses."""
    shown = set(urls)
    frames = {one.frame for one in framed if one.kind == "Document" and one.url in shown}
    return (one for one in framed if one.frame in frames)


def _why(one: Answered) -> str:
    """Why an answer is no data; "" where it may be.

    >>> page = [("content-type", "text/html; charset=utf-8")]
    >>> _why(Answered("", "", "XHR", 403, ())), _why(Answered("", "", "XHR", 200, page))
    ('HTTP 403', 'a page in place of data')
    >>> _why(Answered("", "", "XHR", 200, [("content-type", "text/json")]))
    ''
    """
    if one.status in _REFUSED:
        return f"HTTP {one.status}"
    page = one.status < 300 and one.header("content-type").startswith("text/html")
    return "a page in place of data" if page else ""
