"""Links that a visitor does not see: traps for crawlers, which nobody would follow by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from scraper.extract.document import Document

_FAR: Final = {"px": 900, "pt": 900, "em": 50, "rem": 50, "vw": 100, "vh": 100, "%": 101}
"""How far to the left or above a box is out of sight, by unit. A slide waits at -100 %."""
_FAR_TRACK: Final = 5000
"""Pixels that a `transform` moves by where no carousel moves its slides."""
_LENGTH: Final = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|vw|vh|%)?")
_MOVES: Final = (
    "text-indent",
    "left",
    "top",
    "right",
    "bottom",
    "inset",
    "margin-left",
    "margin-top",
    "margin",
)
_CLIPPED: Final = re.compile(
    r"rect\((?:[01](?:px)?[, ]*){4}\)"
    r"|inset\((?:50|[6-9]\d|100)%[^)]*\)|circle\(0[^)]*\)|polygon\((?:0(?:px|%)?[, ]*)+\)"
)
_NO_SIZE: Final = re.compile(r"scale[xy]?\(0[^.1-9]*\)")


def follows(document: Document, number: int) -> bool:
    """Whether a link may be followed: it is seen, and does not say `nofollow`."""
    rel = (document.elements[number].get("rel") or "").lower().split()
    return "nofollow" not in rel and not hidden(document, number)


def hidden(document: Document, number: int) -> bool:
    """Whether an element, or what it stands in, is not shown to a visitor whose scripts run."""
    own = document.elements[number]
    if len(own) == 0 and _is_zero(_declared(own.get("style") or "").get("font-size", "")):
        return True
    for step in document.ancestors(number):
        element = document.elements[step]
        if (
            element.tag == "noscript"
            or element.get("hidden") is not None
            or (element.get("aria-hidden") or "").lower() == "true"
            or unseen(element.get("style") or "")
        ):
            return True
    return False


def unseen(style: str) -> bool:
    """Whether a style attribute takes an element out of sight.

    >>> [unseen(s) for s in ("display: none", "opacity:.0", "position:absolute; left:-9999px")]
    [True, True, True]
    >>> [unseen(s) for s in ("clip: rect(0 0 0 0)", "width:0;height:0", "text-indent:-99em")]
    [True, True, True]
    >>> [unseen(s) for s in ("", "left:-20px", "height:0;padding-bottom:66%", "opacity:0.9")]
    [False, False, False, False]
    """
    if ":" not in style:
        return False
    said = _declared(style)
    return (
        said.get("display") == "none"
        or said.get("visibility") in ("hidden", "collapse")
        or _is_zero(said.get("opacity", ""))
        or _is_away(said)
        or _is_clipped(said)
        or _is_nothing(said)
    )


def _declared(style: str) -> Mapping[str, str]:
    """The properties of a style attribute; the last of a name counts."""
    pairs = (part.partition(":") for part in style.lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip()
        for name, colon, value in pairs
        if colon
    }


def _is_away(said: Mapping[str, str]) -> bool:
    """Moved off the screen, as a whole or its text."""
    moved = _LENGTH.findall(said.get("transform", ""))
    if any(unit == "px" and float(number) <= -_FAR_TRACK for number, unit in moved):
        return True
    return any(_is_far(said[name]) for name in _MOVES if name in said)


def _is_far(value: str) -> bool:
    found = _LENGTH.findall(value)
    return any(float(number) <= -_FAR[unit or "px"] for number, unit in found)


def _is_clipped(said: Mapping[str, str]) -> bool:
    clip = f"{said.get('clip', '')} {said.get('clip-path', '')}"
    return bool(_CLIPPED.search(clip))


def _is_nothing(said: Mapping[str, str]) -> bool:
    """Without a size. A box without a height but with a padding keeps room for a picture."""
    if _NO_SIZE.search(said.get("transform", "")):
        return True
    if any(name.startswith("padding") and not _is_zero(said[name]) for name in said):
        return False
    sides = [_is_tiny(said.get(name, "")) for name in ("width", "height")]
    cut = said.get("overflow", "") in ("hidden", "clip")
    return all(sides) or (any(sides) and cut)


def _is_tiny(value: str) -> bool:
    return _is_zero(value) or value == "1px"


def _is_zero(value: str) -> bool:
    """`0`, `0px`, `.0`, `0%`.

    >>> [_is_zero(v) for v in ("0", "0px", ".0", "0.0%", "", "0.5", "10")]
    [True, True, True, True, False, False, False]
    """
    found = _LENGTH.fullmatch(value)
    return found is not None and float(found[1]) == 0
