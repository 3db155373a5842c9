"""A number as people write it: which sign groups the digits, and which begins the decimals."""

from __future__ import annotations

import math
import re
from typing import Final

NUMBER: Final = r"(?:\d{1,3}(?:[ '\u2019]\d{3})+(?!\d)|\d+)(?:[.,]\d+)*|(?<!\w)\.\d{1,3}(?![\d.,])"
"""Pattern of one number in text whose blanks were made plain."""

FRACTIONS: Final = {"¼": 0.25, "½": 0.5, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
"""Signs for a part of one."""

FRACTION: Final = r"(?:(?P<whole>\d+)[ -])?(?P<over>\d+) ?[/\u2044] ?(?P<under>\d+)"
"""Pattern of `1/4` and `1 1/2`."""

_VULGAR = re.compile(rf"(\d*) ?([{''.join(FRACTIONS)}])")


def to_float(written: str, *, decimal: str = "") -> float | None:
    """The value of a text that `NUMBER` matched; None where it does not fit a float.

    A lone point or comma before exactly three digits groups them (`1.250` is 1250), unless it is
    in `decimal`, which lists the signs that are known to begin the decimals.

    >>> [to_float(text) for text in ("1,475,000", "1.250.000", "1 298,00", "0.394", "12,50,000")]
    [1475000.0, 1250000.0, 1298.0, 0.394, 1250000.0]
    >>> to_float("1.250"), to_float("1.250", decimal="."), to_float("1'049,95"), to_float(".75")
    (1250.0, 1.25, 1049.95, 0.75)
    """
    bare = written.replace(" ", "").replace("'", "").replace("\u2019", "")
    last = max(bare.rfind("."), bare.rfind(","))
    if last >= 0:
        head, tail = bare[:last].replace(".", "").replace(",", ""), bare[last + 1 :]
        bare = head + tail if _groups(bare, last, decimal) else f"{head}.{tail}"
    value = float(bare)
    return value if math.isfinite(value) else None


def _groups(bare: str, last: int, decimal: str) -> bool:
    """Whether the last sign of the number groups digits."""
    sign, head = bare[last], bare[:last]
    if len(bare) - last != 4:
        return False
    if "." in head or "," in head:
        return sign in head
    return head.isdigit() and len(head) <= 3 and head[0] != "0" and sign not in decimal


def spell_out_fractions(text: str) -> str:
    """Text with the signs of `FRACTIONS` as decimals.

    >>> spell_out_fractions("2½ baths"), spell_out_fractions("¼ acre")
    ('2.5 baths', '0.25 acre')
    """
    if text.isascii():
        return text
    return _VULGAR.sub(lambda m: f"{int(m[1] or 0) + FRACTIONS[m[2]]:g}", text)


def fraction(whole: str | None, over: str, under: str) -> float | None:
    """The value of the groups of `FRACTION`.

    >>> fraction("1", "1", "2"), fraction(None, "1", "0")
    (1.5, None)
    """
    divisor = to_float(under)
    above, base = to_float(over), to_float(whole or "0")
    if not divisor or above is None or base is None:
        return None
    return base + above / divisor
