"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a message: what was meant, or what there is where nothing comes near.

    >>> meant("labls", ["url", "labels"])
    '; did you mean "labels"?'
    >>> meant("zzz", ["url", "labels"])
    '; known: labels, url'
    """
    names = sorted(known)
    near = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; known: {', '.join(names)}" if len(names) <= 12 else ""
