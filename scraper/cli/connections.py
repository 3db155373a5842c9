"""What Twisted's connections do again and again for every request, done once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from scrapy.core.downloader._idna_patch import _install_twisted_idna_fallbacks
from twisted.internet import endpoints
from twisted.internet.tcp import Connection

AT_ONCE: Final = 1 << 18
"""Bytes that are taken from a connection at once: most photos are one piece then, not four, and
each piece goes through half a dozen layers."""


def lighten() -> None:
    """Let connections of this process take larger pieces, and spell a host's name once."""
    Connection.bufferSize = AT_ONCE
    # An endpoint is made for each request, also where a connection is used again. What Scrapy adds
    # for odd names comes first: it leaves alone what is no longer Twisted's own.
    _install_twisted_idna_fallbacks()
    names: Any = endpoints
    if not hasattr(names._idnaBytes, "cache_info"):
        names._idnaBytes = lru_cache(maxsize=1024)(names._idnaBytes)
