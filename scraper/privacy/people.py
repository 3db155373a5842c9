"""Names of people behind the words that announce them, and their licence numbers."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from scraper.privacy.marks import CUT
from scraper.privacy.tables import any_of, lines

_WORD: Final = r"[A-ZÀ-ÖØ-Þ][\w'’.-]*"  # noqa: RUF001  both apostrophes are met
_NAME: Final = re.compile(
    rf"{_WORD}(?:(?:\s+|\s*&\s*|\s+(?:de|da|van|von|der|la|y|and|of)\s+){_WORD}){{0,4}}"
)
_LINKS: Final = "(?:at|on|op|unter|au|al|sur|via|under|tel|phone)"
_SHORT: Final = 5
"""Words at most between a word such as `call` and the number or address behind it."""


def cut_people(text: str) -> str:
    """Put a mark in the place of names that follow a cue, or stand right before a cut.

    >>> cut_people("Listing agent: Jane Roe, Acme Realty. Great light.").replace(CUT, "*")
    '*, Acme Realty. Great light.'
    >>> cut_people("Call today to see it, a place to call your own")
    'Call today to see it, a place to call your own'
    """
    text = _cue().sub(_without_name, text)
    if CUT in text:
        text = _reached().sub(CUT, text)
        text = _before_cut().sub(CUT, text)
    return text


def people(text: str) -> list[str]:
    """The names that follow a cue, of two words or more.

    >>> people("Listing agent: Jane Roe, Acme Realty. Call today.")
    ['Jane Roe']
    """
    found = (_leading_name(match["name"].split()) for match in _cue().finditer(text))
    return [" ".join(name).strip(".,") for name in found if len(name) > 1]


def cut_licences(text: str) -> str:
    """Put a mark in the place of licence numbers.

    >>> cut_licences("DRE #01234567, Lic. 12345").replace(CUT, "*")
    '*, *'
    """
    return _licence().sub(CUT, text)


@cache
def _licence() -> re.Pattern[str]:
    words = any_of(line["words"] for line in lines("licences"))
    number = r"(?:no|nr|n°|number|num|id)?\b[.\s]{0,2}[:#\s.№]{0,4}"
    return re.compile(
        rf"\b(?:{words})\b\.?\s{{0,2}}{number}(?:[A-Z]{{1,3}}[.\s-]?)?\d[\d\s.-]{{2,18}}\d\b"
        r"(?:-?[A-Z]{1,3}\b)?",
        re.IGNORECASE,
    )


@cache
def _reached() -> re.Pattern[str]:
    """A cue, few words in one sentence, a cut: `call or text Jane @ *`."""
    calls = any_of(_cues("call"))
    between = rf"(?:[^\s.!?;{CUT}]+[\s,:]+){{0,{_SHORT}}}?"
    return re.compile(
        rf"\b(?:{calls})\b(?:\s+(?:or|and|/)\s+(?:{calls})\b)?[\s.,:@#()-]*{between}[\s@:(-]*{CUT}",
        re.IGNORECASE,
    )


@cache
def _before_cut() -> re.Pattern[str]:
    """Two or more capitalised words right before a cut: `Jane Roe, *`."""
    return re.compile(rf"{_WORD}(?:\s+{_WORD}){{1,3}}\s*[,:@(|-]*\s*(?:{_LINKS}\s+)?{CUT}")


@cache
def _cue() -> re.Pattern[str]:
    """A cue, and all that may be a name behind it."""
    calls, by, roles = (any_of(_cues(kind)) for kind in ("call", "by", "role"))
    return re.compile(
        rf"\b(?P<cue>(?i:{calls})|(?P<by>(?i:{by}))|(?P<role>(?i:{roles})))\b"
        rf"(?P<sign>\s*[:\u2013-]\s*|\s+(?:is|are)\s+|,?\s+)(?P<name>{_NAME.pattern})"
    )


def _without_name(match: re.Match[str]) -> str:
    """The mark and what is left of a sentence, or the text as it is where no name follows."""
    words = match["name"].split()
    announced = bool(match["sign"].strip()) or bool(match["by"])
    name = _leading_name(words)
    if not name or (match["role"] and not announced and len(name) < 2):
        return match[0]
    name = words if announced else name
    rest = match["name"].split(None, len(name))[len(name) :]
    end = "." if name[-1].endswith(".") and not rest else ""
    return " ".join((CUT + end, *rest))


def _leading_name(words: list[str]) -> list[str]:
    """The words before the first that is no part of a name."""
    known = _not_names()
    for number, word in enumerate(words):
        if word.strip(".,'’-").casefold() in known and word not in ("and", "of", "la"):  # noqa: RUF001
            return words[:number]
    return words


@cache
def _not_names() -> frozenset[str]:
    return frozenset(line["word"] for line in lines("not_names"))


def _cues(kind: str) -> list[str]:
    return [line["words"] for line in lines("cues") if line["kind"] == kind]
