"""Where a redirect leads, and whether it is followed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

from scraper.answer.fault import Fault

STATUSES: Final = frozenset({301, 302, 303, 307, 308})


def target_fault(location: str | None, url: str, hops: Sequence[str], limit: int) -> Fault | None:
    """Why a redirect is not followed; None where it may be.

    `hops`: the addresses before `url`, oldest first; `limit`: how many there may be.

    >>> target_fault("/b", "http://h/a", [], 5)
    >>> target_fault("file:///etc/passwd", "http://h/a", [], 5).reason
    'redirected to file:///etc/passwd, which is no web page'
    """
    if not location:
        return Fault("redirected without an address", passing=True)
    try:
        target = urljoin(url, location)
        scheme = urlsplit(target).scheme
    except ValueError:
        return Fault(f"redirected to {location[:100]!r}, which is no address")
    if scheme not in ("http", "https"):
        return Fault(f"redirected to {target[:100]}, which is no web page")
    if len(hops) >= limit:
        circle = " in a circle" if target in (url, *hops) else ""
        return Fault(f"redirected more than {limit} times{circle}, the last time to {target[:100]}")
    return None


def other_house(pattern: re.Pattern[str], house_id: str, asked: str, target: str) -> str | None:
    """The ID of another house that a redirect leads to; None where it leads to none.

    `pattern` finds an ID (group 1) in a house's address. It is trusted where it finds the
    house's own ID in the address that was asked for.

    >>> other_house(re.compile("/h/([0-9]+)"), "7", "http://h/h/7", "http://h/h/8")
    '8'
    >>> other_house(re.compile("([0-9]+)"), "7", "http://h/7", "http://h/12-main-st/7")
    """
    own, found = pattern.search(asked), pattern.search(target)
    if not own or own[1] != house_id or not found or found[1] == house_id or house_id in target:
        return None
    return found[1]
