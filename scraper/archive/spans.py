"""Where a text says something personal, as stretches of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from scraper.privacy.marks import CUT
from scraper.privacy.redact import cut

Span = tuple[int, int]
"""First character and the one after the last."""


@lru_cache(4096)  # a page says most things twice: to people and in its data
def personal_spans(text: str, country: str | None = None) -> Sequence[Span]:
    """The stretches that the privacy step takes out of a text, in order.

    >>> text = "Quiet street. Call Jane Roe at 714-536-0199. Two baths."
    >>> [text[a:b] for a, b in personal_spans(text)]
    ['Call Jane Roe', '714-536-0199']
    """
    found = cut(text, country)
    if CUT not in found:
        return []
    # What is left stands in the text in the same order: what is between was taken out.
    left = (_loose(piece) for piece in found.split(CUT))
    match = re.fullmatch("(.*?)".join(left), text, re.DOTALL)
    if match is None:
        return [(0, len(text))]
    spans = (match.span(number) for number in range(1, (match.re.groups or 0) + 1))
    return [(start, end) for start, end in spans if end > start]


def _loose(piece: str) -> str:
    """A pattern of a text in which white space may be any."""
    words = re.split(r"\s+", piece)
    return r"\s+".join(re.escape(word) for word in words)
