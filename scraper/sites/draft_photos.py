"""Whether the photos of a new site need a pattern, and which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,}|\d+")


def photo_pattern(pages: Sequence[Sequence[str]]) -> str | None:
    """The pattern that the photos of houses match and what several houses share does not.

    `pages` are the photos found on each house page. None where none is needed: no two houses
    share a picture, or nothing tells the pictures apart.

    >>> logo = "https://a.example/brand/7.png"
    >>> photos = ["https://a.example/ph/11/1.jpg", "https://a.example/ph/12/1.jpg"]
    >>> photo_pattern([[photos[0], logo], [photos[1], logo]])
    '/ph/[0-9]+/[0-9]+[.]jpg'
    >>> photo_pattern([photos[:1], photos[1:]])
    """
    times = Counter(url for page in pages for url in set(page))
    shared = {url for url, n in times.items() if n > 1}
    own = [url for page in pages for url in page if url not in shared]
    if len(pages) < 2 or not shared or not own:
        return None
    forms = Counter(_form(url) for url in own)
    pattern = forms.most_common(1)[0][0]
    if any(re.search(pattern, url) for url in shared):
        return None
    return pattern if forms[pattern] >= 0.9 * len(own) else None


def _form(url: str) -> str:
    """The path of an address with its numbers and hashes left open."""
    path = urlsplit(url).path
    return _ID.sub(_open, re.sub(r"\.", "[.]", path))


def _open(found: re.Match[str]) -> str:
    if found[0].isdecimal():
        return "[0-9]+"
    return "[0-9a-f-]+"
