"""What a robots.txt says: the Robots Exclusion Protocol of RFC 9309, parsed and matched.

Beyond the RFC: `Crawl-delay`, `Request-rate` and `Sitemap` lines, which sites use and mean;
`Content-Usage` lines (draft-ietf-aipref-attach-05) and Cloudflare's `Content-Signal`, whose words
are kept as they stand; the misspellings that
Google's parser accepts; and a `Disallow` is matched against every spelling of a path that means
the same, while an `Allow` counts for the spelling that it names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from scraper.gate.pattern import Path, Pattern, decoded, written
from scraper.guard import Verdict

LIMIT: Final = 500 * 1024
"""Octets that are read; what comes after them is ignored (RFC 9309 2.5)."""

_DISALLOW: Final = ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw")
_KEYS: Final = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), "user-agent"),
    **dict.fromkeys(_DISALLOW, "disallow"),
    "allow": "allow",
    **dict.fromkeys(("sitemap", "site-map"), "sitemap"),
    "crawl-delay": "crawl-delay",
    "request-rate": "request-rate",
    "content-usage": "content-usage",
    "content-signal": "content-signal",
}
_MOST_USAGE: Final = 1000
"""Lines of preferences that are looked at."""
_TOKEN: Final = re.compile(r"[A-Za-z_-]+")
_RATE: Final = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})\s*([smhd]?)", re.IGNORECASE)
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_NEWLINE: Final = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rule:
    """An `Allow` or a `Disallow` line."""

    allow: bool
    text: str
    """The line as a person reads it."""
    line: int
    """Its number in the file, from 1."""
    asked: Pattern
    """As it is written."""
    normal: Pattern
    """With escapes normalised."""

    def matches(self, path: Path) -> bool:
        """Whether the rule speaks about a path."""
        if self.allow:
            return self.asked.matches(path.asked) or self.asked.matches(path.plain)
        return self.normal.matches(path.normal)

    @property
    def weight(self) -> tuple[int, bool]:
        """The rule with the most octets decides; among equals the one that allows (2.2.2)."""
        return len(self.normal.text), self.allow


@dataclass(slots=True)
class _Group:
    """User-agent lines and what follows them until the next user-agent line."""

    tokens: dict[str, int] = field(default_factory=dict)
    """Product token, with how many notes stood before its line."""
    rules: list[Rule] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Lines that are no rules: they apply to the tokens that stand above them."""


@dataclass(frozen=True)
class Rules:
    """A robots.txt."""

    source: str
    """Where it comes from, for messages."""
    sitemaps: tuple[str, ...]
    _groups: tuple[_Group, ...]
    _selected: dict[str, tuple[list[Rule], list[tuple[str, str]]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def parse(cls, body: bytes, source: str = "robots.txt") -> Rules:
        """Read a file; never raises, whatever the octets are."""
        groups: list[_Group] = []
        sitemaps: list[str] = []
        closed = True
        for number, key, value in _records(body):
            if key == "sitemap":
                sitemaps.append(_shown(value))
            elif key == "user-agent":
                if closed:
                    groups.append(_Group())
                    closed = False
                _name(groups[-1], value)
            elif groups:
                closed = _take(groups[-1], number, key, value) or closed
        return cls(source, tuple(sitemaps), tuple(groups))

    def verdict(self, token: str, url: str) -> Verdict:
        """Whether a crawler may ask for a URL.

        `token` is the product token (`product_token`), not the whole user agent.

        >>> rules = Rules.parse(b"User-agent: *\\nDisallow: /private/")
        >>> rules.verdict("housecrawl", "http://homes.example/private/1").rule
        'robots.txt line 2: Disallow: /private/'
        """
        path = Path.of(url)
        if path.normal == "/robots.txt":
            return Verdict(True, f"{self.source}: the file itself")
        matching = (rule for rule in self._for(token)[0] if rule.matches(path))
        best = max(matching, key=lambda rule: rule.weight, default=None)
        if best is None:
            return Verdict(True, f"{self.source}: no rule")
        shown = f"{self.source} line {best.line}: {best.text}"
        return Verdict(best.allow, shown, "" if best.allow else f"disallowed by {shown}")

    def crawl_delay(self, token: str) -> float | None:
        """Seconds between two requests, the longest that is said."""
        found = (_number(value) for value in self._notes(token, "crawl-delay"))
        return max((seconds for seconds in found if seconds is not None), default=None)

    def request_rate(self, token: str) -> Rate | None:
        """The slowest rate that is said; its time of day, where one is said, is not looked at."""
        found = (_rate(value) for value in self._notes(token, "request-rate"))
        rates = [rate for rate in found if rate is not None]
        return max(rates, key=lambda rate: rate.seconds / rate.requests, default=None)

    def usage(self, token: str, url: str, key: str = "content-usage") -> tuple[str, ...]:
        """What the Content-Usage lines (or those of `key`) with the longest path say of a URL.

        >>> rules = Rules.parse(b"User-agent: *\\nContent-Usage: / train-ai=n")
        >>> rules.usage("housecrawl", "http://homes.example/a")
        ('train-ai=n',)
        """
        path = Path.of(url)
        lines = [_preference(value) for value in islice(self._notes(token, key), _MOST_USAGE)]
        found = [line for line in lines if Pattern(line[0]).matches(path.normal)]
        longest = max((len(pattern) for pattern, _ in found), default=0)
        return tuple(words for pattern, words in found if len(pattern) == longest)

    def _notes(self, token: str, key: str) -> Iterator[str]:
        return (value for name, value in self._for(token)[1] if name == key)

    def _for(self, token: str) -> tuple[list[Rule], list[tuple[str, str]]]:
        """Rules and notes of all groups of a token; of `*` where no group names it (2.2.1)."""
        name = token.lower()
        if name not in self._selected:
            wanted = name if any(name in group.tokens for group in self._groups) else "*"
            groups = [group for group in self._groups if wanted in group.tokens]
            rules = [rule for group in groups for rule in group.rules]
            notes = [note for group in groups for note in group.notes[group.tokens[wanted] :]]
            self._selected[name] = rules, notes
        return self._selected[name]


def product_token(user_agent: str) -> str:
    """The product token that a user agent string starts with (RFC 9309 2.2.1).

    >>> product_token("housecrawl/0.1 (+https://homes.example/bot)")
    'housecrawl'
    """
    found = _TOKEN.match(user_agent)
    return found.group() if found else ""


def _records(body: bytes) -> Iterator[tuple[int, str, str]]:
    """Line number, key and value of every line that is understood."""
    for number, line in enumerate(_NEWLINE.split(_readable(body)), start=1):
        text = line.partition(b"#")[0].strip().decode("latin-1")
        key, colon, value = text.partition(":")
        if not colon:
            words = text.split()
            key, value = words if len(words) == 2 else ("", "")
        if known := _KEYS.get(key.strip().lower()):
            yield number, known, value.strip()


def _readable(body: bytes) -> bytes:
    """The octets that count: without a byte order mark, and not beyond the limit."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = body.decode("utf-16", "replace").encode()
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):
        if body.startswith(mark):
            body = body[len(mark) :]
            break
    if len(body) <= LIMIT:
        return body
    # A rule that is cut would speak about other paths than the site meant.
    return body[: max(body.rfind(b"\n", 0, LIMIT), body.rfind(b"\r", 0, LIMIT), 0)]


def _name(group: _Group, value: str) -> None:
    everybody = value == "*" or value.startswith(("* ", "*\t"))
    group.tokens.setdefault("*" if everybody else product_token(value).lower(), len(group.notes))


def _take(group: _Group, number: int, key: str, value: str) -> bool:
    """Add a line to a group; whether a user-agent line after it starts a new one."""
    if key not in ("allow", "disallow"):
        group.notes.append((key, value))
        return False
    if value:
        allow = key == "allow"
        text = f"{key.capitalize()}: {_shown(value)}"
        for path in (value, *_directory(value, allow=allow)):
            asked, normal = Pattern(written(path)), Pattern(decoded(path))
            group.rules.append(Rule(allow, text, number, asked, normal))
    return True


def _directory(value: str, *, allow: bool) -> Iterator[str]:
    """`Allow: /a/index.html` allows `/a/` too, as Google reads it."""
    directory, slash, page = value.rpartition("/")
    if allow and slash and page.startswith("index.htm"):
        yield f"{directory}/$"


def _preference(value: str) -> tuple[str, str]:
    """Path and words of a line; drafts before attach-05 let the path be left out."""
    path, *words = value.split(None, 1) if value.startswith("/") else ("/", value)
    return decoded(path), _shown(words[0]) if words else ""


def _shown(value: str) -> str:
    return value.encode("latin-1").decode("utf-8", "replace")


def _number(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _rate(value: str) -> Rate | None:
    found = _RATE.match(value)
    if not found or not int(found.group(1)):
        return None
    return Rate(int(found.group(1)), int(found.group(2)) * float(_SECONDS[found.group(3).lower()]))
