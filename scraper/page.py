"""A page as it was answered, whichever way it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal

from w3lib.encoding import html_to_unicode

FetchMode = Literal["http", "data", "browser"]


@dataclass(frozen=True)
class Page:
    """An answered page."""

    url: str
    """The address that was asked for."""
    final_url: str
    """The address that answered, after redirects."""
    status: int
    """HTTP status."""
    headers: Mapping[str, str]
    """Headers of the answer, names in lower case, repeated ones joined with a comma."""
    body: bytes = field(repr=False)
    """The decompressed body; for a browser page the document as it stood, in UTF-8."""
    fetch_mode: FetchMode
    """The way it was asked for."""
    fetched_at: datetime
    """When it was answered, UTC."""

    @cached_property
    def text(self) -> str:
        """The body as text, by header, byte order mark, meta tag, else UTF-8."""
        return html_to_unicode(self.headers.get("content-type"), self.body)[1]

    @cached_property
    def sha256(self) -> str:
        """Hash of the body, hexadecimal."""
        return sha256(self.body).hexdigest()
