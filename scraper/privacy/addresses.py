"""E-mail addresses, web addresses and handles in a text."""

from __future__ import annotations

import re
from typing import Final

from scraper.privacy.marks import CUT

_DOT: Final = r"(?:\s*[\[({]\s*(?:dot|punkt|punto|point)\s*[\])}]\s*|\s+dot\s+|\.)"
_AT: Final = r"(?:\s*[\[({]\s*(?:at|@)\s*[\])}]\s*|@)"
_LABEL: Final = r"[^\W_][\w-]{0,62}"
_MAIL: Final = re.compile(
    rf"(?:mailto:\s*)?[^\W_][\w.+'-]{{0,63}}{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{1,6}}"
    rf"|[^\W_][\w.+-]{{0,63}}\s+at\s+{_LABEL}\s+dot\s+\w{{2,24}}\b",
    re.IGNORECASE,
)
_ENDINGS: Final = "com|net|org|info|biz|realtor|io"
_WEB: Final = re.compile(
    r"(?:\b(?:https?|ftp)://|\bwww\.|\btel:|\bsms:|\bwhatsapp:|\bskype:)[^\s<>\"'\\]+"
    r"|\b(?:wa|t|m|fb)\.me/[^\s<>\"'\\]+"
    rf"|\b(?:{_LABEL}\.){{1,4}}(?:{_ENDINGS})\b(?:/[^\s<>\"'\\]*)?",
    re.IGNORECASE,
)
_HANDLE: Final = re.compile(r"(?<![\w@.])@[A-Za-z]\w{2,29}(?:\.\w{1,20})?")


def cut_addresses(text: str) -> str:
    """Put a mark in the place of every address; a listing's own text needs none of them.

    >>> cut_addresses("Mail jane.roe@homes.example.").replace(CUT, "*")
    'Mail *.'
    >>> cut_addresses("LED lights @ the rear")
    'LED lights @ the rear'
    """
    if "@" in text or " at" in text.lower() or "(at" in text.lower() or "[at" in text.lower():
        text = _MAIL.sub(CUT, text)
        text = _HANDLE.sub(CUT, text)
    return _WEB.sub(_but_its_end, text) if ":" in text or "." in text else text


def _but_its_end(match: re.Match[str]) -> str:
    """The mark, and the full stop or bracket that ends the sentence and not the address."""
    found = match[0]
    return CUT + found[len(found.rstrip(".,;:!?)")) :]
