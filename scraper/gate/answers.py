"""What asking for a robots.txt came to, and how long that holds (RFC 9309 2.3.1 and 2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from scraper.gate.robots import LIMIT, Rules
from scraper.guard import Verdict

REDIRECTS: Final = 5
"""Redirects in a row that are followed; one more, and there is no file (RFC 9309 2.3.1.2)."""
LIFE: Final = 24 * 3600.0
"""Seconds that an answer is used (RFC 9309 2.4)."""
LAST_GOOD: Final = 30 * 24 * 3600.0
"""Seconds that the last good answer stands in for one that cannot be had (RFC 9309 2.3.1.4)."""

Outcome = Literal["rules", "allow_all", "deny_all"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host says about being crawled."""

    outcome: Outcome
    source: str
    """The address that was asked."""
    reason: str
    """Why everything is allowed or denied; empty where there are rules."""
    rules: Rules | None = None
    body: bytes = field(default=b"", repr=False)
    """What the rules were read from."""

    def verdict(self, token: str, url: str) -> Verdict:
        """Whether a crawler with this product token may ask for a URL."""
        if self.rules is not None:
            return self.rules.verdict(token, url)
        rule = f"{self.source}: {self.reason}"
        if self.outcome == "allow_all":
            return Verdict(True, rule)
        reason = f"robots.txt cannot be had, so nothing is asked: {rule}"
        return Verdict(False, rule, reason, for_now=True)

    def delay(self, token: str) -> float:
        """Seconds that the host wants between two requests: Crawl-delay or Request-rate."""
        if self.rules is None:
            return 0.0
        rate = self.rules.request_rate(token)
        return max(
            self.rules.crawl_delay(token) or 0.0, rate.seconds / rate.requests if rate else 0.0
        )


def answered(status: int, body: bytes, source: str) -> Answer:
    """The answer that a final status brings (redirects are followed before).

    2xx: the rules of the body. 4xx: there is no file, everything is allowed; but 429 says "not
    now", so nothing is asked. 5xx and whatever else is no answer: nothing is asked.

    >>> [answered(s, b"", "x").outcome for s in (200, 204, 401, 404, 429, 500, 503, 304, 999)]
    ['rules', 'rules', 'allow_all', 'allow_all', 'deny_all', 'deny_all', 'deny_all', 'deny_all', \
'deny_all']
    """
    if 200 <= status < 300:
        return Answer("rules", source, "", Rules.parse(body, source), body[: LIMIT + 4])
    if 400 <= status < 500 and status != 429:
        return Answer("allow_all", source, f"HTTP {status}, so there is no robots.txt")
    return Answer("deny_all", source, f"HTTP {status}")


def unreachable(reason: str, source: str) -> Answer:
    """The answer where there was none: nothing is asked (RFC 9309 2.3.1.4)."""
    return Answer("deny_all", source, f"the host could not be reached ({reason})")


def redirected_too_often(source: str) -> Answer:
    """The answer after too many redirects: there is no file (RFC 9309 2.3.1.2)."""
    return Answer("allow_all", source, f"more than {REDIRECTS} redirects, so there is none")


class Record:
    """What is known about one host over time. The clock is the caller's: `now` in seconds."""

    def __init__(self, retry: float) -> None:
        self._retry = retry
        """Seconds after which a host that could not be asked is asked again."""
        self._answer: Answer | None = None
        self._until = 0.0
        self._good: Answer | None = None
        self._good_until = 0.0

    def current(self, now: float) -> Answer | None:
        """The answer that holds, or None where the host has to be asked."""
        return self._answer if now < self._until else None

    def remember(self, answer: Answer, age: float, now: float) -> None:
        """Start from a good answer that an earlier process had, so many seconds old."""
        self._good, self._good_until = answer, now + LAST_GOOD - age
        self._answer, self._until = answer, now + LIFE - age

    def take(self, answer: Answer, now: float) -> Answer:
        """Keep a fresh answer; gives the one that holds, which may be the last good one."""
        if answer.outcome != "deny_all":
            self._good, self._good_until = answer, now + LAST_GOOD
            self._answer, self._until = answer, now + LIFE
            return answer
        held = self._good if self._good is not None and now < self._good_until else answer
        self._answer, self._until = held, now + self._retry
        return held
