"""Text as a page has it, tidied; the words for nothing become None."""

from __future__ import annotations

import html
import math
from functools import cache

from scraper.parse.tables import lines

_INVISIBLE = dict.fromkeys([*map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"), 0])


def clean_text(raw: object) -> str | None:
    r"""The text on one line without needless blanks; None for the words that mean nothing.

    A whole float loses its point; a flag is no text. Entities that a feed left in are resolved.

    >>> clean_text(" Forced\u00a0air,\n gas "), clean_text("AT&amp;T"), clean_text(2112.0)
    ('Forced air, gas', 'AT&T', '2112')
    >>> [clean_text(raw) for raw in ("--", " N/A ", "No data", "None", "", None, True)]
    [None, None, None, None, None, None, None]
    """
    if isinstance(raw, str):
        text = raw
    elif isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw):
        text = str(int(raw)) if raw == int(raw) else str(raw)
    else:
        return None
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii() or "\0" in text:
        text = text.translate(_INVISIBLE)
    text = " ".join(text.split())
    return None if text.casefold() in _null_words() else text


@cache
def _null_words() -> frozenset[str]:
    return frozenset({"", *(line["word"].casefold() for line in lines("null_words"))})
