"""When a rendered page is finished enough to be read."""

from __future__ import annotations

from contextlib import suppress

from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

QUIET_LIMIT = 8_000
"""Milliseconds after which a page that never stops asking is read as it stands."""


async def settle(page: Page) -> None:
    """Wait until the page asks for nothing more, or has had its time."""
    with suppress(PlaywrightTimeoutError):
        await page.wait_for_load_state("networkidle", timeout=QUIET_LIMIT)
