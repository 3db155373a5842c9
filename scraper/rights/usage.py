"""Preferences in one line: `Content-Usage: train-ai=n, search=y`.

Content-Usage is draft-ietf-aipref-attach-05 (19 August 2026) with the words of
draft-ietf-aipref-vocab-08 (14 September 2026). Content-Signal is Cloudflare's of September 2025,
`ai-train=no`, found in robots.txt only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_MEMBER: Final = re.compile(
    r"\s*(?P<word>[a-z*][a-z0-9_.*-]{0,40})\s*=\s*\"?(?P<value>[A-Za-z0-9-]{1,20})\"?\s*(?:;.*)?"
)
_MOST: Final = 20


def preferences(values: Iterable[str]) -> tuple[str, ...]:
    """What is said for each word; of a word that is said twice the last counts (RFC 9651 3.2).

    A part that is not understood costs only itself, where the draft would ignore the line: a
    preference that can be read is not lost by another that cannot.

    >>> preferences(["train-ai=n, search=y;q=1", "oops, search=n"])
    ('train-ai=n', 'search=n')
    """
    found: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            if match := _MEMBER.fullmatch(part):
                found[match["word"]] = match["value"].lower()
    return tuple(f"{word}={value}" for word, value in found.items())[:_MOST]
