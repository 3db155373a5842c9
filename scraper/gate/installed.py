"""The gate stands in every crawl: settings without it end the crawl before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scraper.errors import SettingError

GATE: Final = "scraper.gate.middleware.GateMiddleware"
PARTS: Final = {
    "TWISTED_DNS_RESOLVER": "scraper.gate.middleware.PublicResolver",
    "DOWNLOAD_HANDLERS": {
        "http": "scraper.browser.handler.BrowserHandler",
        "https": "scraper.browser.handler.BrowserHandler",
    },
    "DOWNLOADER_MIDDLEWARES": {GATE: 100},
}
"""Settings by which the gate is in front of every request, of pages in the browser too."""

NEVER: Final = ("DNS_RESOLVER", "ADDONS")
"""Settings that nobody may give: the old name of `TWISTED_DNS_RESOLVER`, which Scrapy obeys before
the new one, and add-ons, which change settings after they were looked at.
"""


def refuse_without_gate(settings: Mapping[str, Any]) -> None:
    """SettingError where a setting takes the gate, or a part of it, away.

    >>> refuse_without_gate({"TWISTED_DNS_RESOLVER": "another.Resolver"})
    Traceback (most recent call last):
        ...
    scraper.errors.SettingError: TWISTED_DNS_RESOLVER takes the gate away: leave it as it is
    """
    priority = getattr(settings, "getpriority", settings.get)
    for name in NEVER:
        if priority(name):
            raise SettingError(f"{name} takes the gate away: leave it out")
    for name, expected in PARTS.items():
        found = settings.get(name)
        if not (_holds(found or {}, expected) if isinstance(expected, dict) else found == expected):
            raise SettingError(f"{name} takes the gate away: leave it as it is")


def _holds(found: Mapping[Any, Any], expected: Mapping[str, Any]) -> bool:
    """Whether entries are as they have to be; names may be classes (Scrapy's rule)."""
    named = {
        key if isinstance(key, str) else f"{key.__module__}.{key.__qualname__}": value
        for key, value in found.items()
    }
    return all(named.get(key) == value for key, value in expected.items())
