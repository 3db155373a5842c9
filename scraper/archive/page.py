"""A page as the archive has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from scraper.page import Page

_DROPPED: Final = frozenset(
    ["set-cookie", "set-cookie2", "content-encoding", "transfer-encoding", "content-length",
     "www-authenticate", "authorization", "proxy-authenticate", "connection", "keep-alive"]
)  # fmt: skip


@dataclass(frozen=True)
class ArchivedPage(Page):
    """A page out of the archive: what is personal is not in it, all else as it was answered."""

    site: str
    house_id: str
    run_id: str
    """The run that fetched it."""
    original_sha256: str
    """Hash of the body as it was answered, hexadecimal."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Columns of the row that are not of the page: the rule of robots.txt, rights signals."""

    @property
    def sha256(self) -> str:
        """Hash of the body as it was answered: the archived one is redacted."""
        return self.original_sha256


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a page lies in the archive."""

    site: str
    house_id: str
    url: str
    fetched_at: datetime
    """UTC."""
    run_id: str
    fetch_mode: str
    name: str
    """The WARC file."""
    offset: int
    """Where its record begins in that file."""
    length: int
    """Bytes of its record, compressed."""


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that go into the archive: no cookie, none of the transport.

    >>> kept_headers({"set-cookie": "a=b", "content-type": "text/html", "content-length": "9"})
    {'content-type': 'text/html'}
    """
    return {name: value for name, value in headers.items() if name.lower() not in _DROPPED}
