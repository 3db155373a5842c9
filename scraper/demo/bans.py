"""A site that refuses whoever asks too much: by source address, as real ones do."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from scraper.demo.server import Answer, Request

Refusing = Literal["403", "429", "503", "challenge", "blank", "stale"]

_FREE: Final = ("/robots.txt", "/static/")
"""What is answered to everybody and counts for nobody."""
_HOUSE: Final = "/house/"
_CHALLENGE: Final = (
    b"<!doctype html><html><head><title>Just a moment...</title></head><body>"
    b"<h1>Please verify you are a human</h1><p>Unusual traffic from your network.</p>"
    b"<form><div class='cf-turnstile'></div></form></body></html>"
)
_FRAME: Final = (
    "<!doctype html><html><head><title>{title}</title></head><body><header><h1>{title}</h1>"
    "<nav><a href='/'>Start</a> <a href='/about'>About us</a></nav></header><main>{main}</main>"
    "<footer><p>{text}</p></footer></body></html>"
)
_TEXT: Final = "We bring people and places together, with care and a smile. " * 20
_BLANK: Final = _FRAME.format(title="Welcome", main="<p>Nothing to see just now.</p>", text=_TEXT)
_STALE: Final = _FRAME.format(
    title="1 Nowhere Lane",
    main="<p class='address'>1 Nowhere Lane, Salem, OR 97301</p><dl><dt>Price</dt><dd>$1,000,001"
    "</dd><dt>Living area</dt><dd>1,234 sqft</dd><dt>Year built</dt><dd>1977</dd></dl>",
    text=_TEXT,
)


@dataclass(frozen=True, slots=True)
class Ban:
    """When an address is refused, how, and for how long."""

    pages: int
    """Requests that an address may make; the next one begins its ban."""
    refusing: Refusing = "403"
    """The status. Or, with status 200: `challenge`, a page that asks for a human; `blank`, one of
    the site without anything on it; `stale`, that of one and the same house."""
    seconds: float = 0.0
    """How long it lasts; then the address may make as many requests again. 0: for ever."""

    @classmethod
    def parse(cls, text: str) -> Ban:
        """A ban from `PAGES:HOW[:SECONDS]`; ValueError for anything else.

        >>> Ban.parse("40:429:10")
        Ban(pages=40, refusing='429', seconds=10.0)
        """
        pages, _, rest = text.partition(":")
        how, _, seconds = rest.partition(":")
        refusing = next((one for one in get_args(Refusing) if one == (how or "403")), None)
        if refusing is None or not pages.isdecimal():
            raise ValueError(f"{text!r} is not PAGES:{'|'.join(get_args(Refusing))}[:SECONDS]")
        return cls(int(pages), refusing, float(seconds or 0))


@dataclass(slots=True)
class Bans:
    """The bans of a site; a site asks before it answers."""

    ban: Ban
    clock: Callable[[], float] = time.monotonic
    begun: list[tuple[float, str]] = field(default_factory=list)
    """When each ban began, by the server's clock, and whose."""
    refused: set[float] = field(default_factory=set)
    """Times of the requests that were refused, as the log has them."""
    _counts: Counter[str] = field(default_factory=Counter)
    _until: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer | None:
        """The refusal of a request, or None where it may be answered."""
        who, now = request.client[0], self.clock()
        if request.path.startswith(_FREE):
            return None
        with self._lock:
            if self._until.get(who, 0.0) <= now and who in self._until:
                del self._until[who]
            if who not in self._until:
                self._counts[who] += 1
                if self._counts[who] <= self.ban.pages:
                    return None
                self._begin(who, now)
            self.refused.add(request.time)
            return self._refusal(self._until[who] - now, house=request.path.startswith(_HOUSE))

    def _begin(self, who: str, now: float) -> None:
        self._counts[who] = 0
        self._until[who] = now + (self.ban.seconds or float("inf"))
        self.begun.append((now, who))

    def _refusal(self, left: float, *, house: bool) -> Answer:
        if self.ban.refusing == "challenge":
            return Answer(_CHALLENGE)
        if self.ban.refusing in ("blank", "stale"):
            is_stale = house and self.ban.refusing == "stale"
            return Answer((_STALE if is_stale else _BLANK).encode())
        status = int(self.ban.refusing)
        told = status in (429, 503) and left < float("inf")
        headers = {"Retry-After": str(int(left) + 1)} if told else {}
        return Answer(b"refused", status, "text/plain", headers=headers)
