"""Areas in any unit that portals use, as square feet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from scraper.parse.number import FRACTION, NUMBER, fraction, spell_out_fractions, to_float
from scraper.parse.tables import any_of, lines
from scraper.parse.text import clean_text


@dataclass(frozen=True, slots=True)
class Area:
    """An area as a page shows it."""

    sqft: float
    """Square feet; the low end of a range."""
    high: float | None
    """Square feet at the high end of a range, else None."""
    value: float
    """The number that the page shows, in `unit`; the low end of a range."""
    unit: str
    """The page's unit by its name in the table `area_units`: `sqft`, `acre`, `m2`, ..."""
    text: str
    """The text that it came from, tidied."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One number of the text and its unit, "" where none stands with it."""

    start: int
    end: int
    value: float
    unit: str
    digits: int
    """Digits that count: the more there are, the more exact the number is."""


_ONE: Final = rf"(?P<fraction>{FRACTION})(?![\d/])|(?P<number>{NUMBER})"
_NEGATIVE: Final = re.compile(r"[-\u2212]\s?\.?\d")
_BETWEEN: Final = re.compile(r"\s*(?:[-\u2013\u2014~]|to|bis|à|a|hasta|até|tot)\s*", re.IGNORECASE)
_IN_WORDS: Final = re.compile(r"(?:an? )?([A-Za-z]{3,8})(?= (?:an? |of an? )?acres?\b)")
_SMALLER: Final = frozenset({"marla", "cent", "guntha", "perch", "are"})
_AND: Final = re.compile(r"[ ,]*(?:and |& )?")
_BIG_UNIT: Final = 200.0
"""Square feet from which a unit is one of land: three decimals are usual there (`1.125 acres`)."""


def parse_area(raw: object, *, unit_hint: str | None = None) -> Area | None:
    """The area that a text, or a number out of JSON, shows; None where it shows none.

    `unit_hint` is any spelling of a unit, for a number that carries none itself. A bare number
    without a hint is None, since nobody knows whether feet or metres are meant: `area_or_reason`
    says so in words. Units are the table `area_units`.

    >>> parse_area("1.05 Acres")
    Area(sqft=45738.0, high=None, value=1.05, unit='acre', text='1.05 Acres')
    >>> def short(raw, **hints):
    ...     area = parse_area(raw, **hints)
    ...     return area and (round(area.sqft, 2), area.high, area.unit)
    >>> short("2,298 sqft"), short("1.250 m²"), short("84.53Sq. Meter")
    ((2298.0, None, 'sqft'), (13454.88, None, 'm2'), (909.87, None, 'm2'))
    >>> short("1/4 acre"), short("1 1/2 acres"), short("½ ac"), short("0.16 ha / 0.394 acres")
    ((10890.0, None, 'acre'), (65340.0, None, 'acre'), (21780.0, None, 'acre'), \
(17162.64, None, 'acre'))
    >>> short("1,200 - 1,400 sq ft"), short("50 x 120 ft"), short("5 Marla")
    ((1200.0, 1400.0, 'sqft'), (6000.0, None, 'sqft'), (1361.25, None, 'marla'))
    >>> short("2100 - 2850", unit_hint="sq ft"), short(120, unit_hint="m2"), short("1,114")
    ((2100.0, 2850.0, 'sqft'), (1291.67, None, 'm2'), None)
    >>> short("5 Kanal 10 Marla"), short("5+ acres"), short("Square Feet: 2,298")
    ((29947.5, None, 'kanal'), (217800.0, None, 'acre'), (2298.0, None, 'sqft'))
    >>> short("151 METRES_SQUARED"), short("1,450 SQ_FT"), short(2, unit_hint="HAR")
    ((1625.35, None, 'm2'), (1450.0, None, 'sqft'), (215278.0, None, 'ha'))
    >>> short("five acres"), short("Half an acre")
    ((217800.0, None, 'acre'), (21780.0, None, 'acre'))
    >>> [short(raw) for raw in ("--", "irregular", "0 sqft", "72 x 168 x 115 x 168", None)]
    [None, None, None, None, None]
    """
    found = area_or_reason(raw, unit_hint=unit_hint)
    return found if isinstance(found, Area) else None


def area_or_reason(raw: object, *, unit_hint: str | None = None) -> Area | str:
    """The area, or why there is none.

    >>> area_or_reason("1,114"), area_or_reason("--")
    ('a number without a unit', 'no value')
    >>> area_or_reason("72 x 168 x 115 x 168"), area_or_reason("50 x 120")
    ('sides that are no rectangle', 'sides without a unit of length')
    """
    text = clean_text(raw)
    if text is None:
        return "no value"
    if _NEGATIVE.match(text):
        return "a negative number"
    hint = unit_name(unit_hint)
    written = _spoken(spell_out_fractions(text.replace("_", " ")))
    without_sides = _sides_pattern().sub(" ", written)
    parts = _parts(without_sides)
    if without_sides != written and not any(part.unit for part in parts):
        return _rectangle(written, text, hint)
    return _area(parts, without_sides, text, hint)


def _spoken(text: str) -> str:
    """A text that begins with a number in words with it in digits: `five acres`, `half an acre`."""
    if text[:1].isdigit() or not text.isascii():
        return text
    match = _IN_WORDS.match(text)
    if match is None:
        return text
    parts = {"half": "0.5", "quarter": "0.25"}
    count = parts.get(match[1].casefold()) or next(
        (line["count"] for line in lines("count_words") if line["word"] == match[1].casefold()), ""
    )
    return count + text[match.end(1) :].replace(" an ", " ").replace(" of ", " ") if count else text


def unit_name(spelling: str | None) -> str:
    """The name of a unit of area from any spelling; "" where it is none.

    >>> unit_name("Square Feet"), unit_name("Acres"), unit_name("M²"), unit_name("EUR")
    ('sqft', 'acre', 'm2', '')
    """
    if not spelling:
        return ""
    match = _unit_pattern().fullmatch(spelling.replace("_", " ").strip())
    return _unit_of(match[0]) if match else ""


def _area(parts: list[_Part], written: str, text: str, hint: str) -> Area | str:
    """The area of the part that says most, or of the range that it begins."""
    if not parts:
        return "no number"
    first = _most_exact(parts)
    if first is None:
        return _bare(parts, written, text, hint)
    low, high = _ends(first, parts, written)
    if high is None:
        low += _rest(first, parts, written)
    return _made(low, high, first.unit, text)


def _rest(part: _Part, parts: list[_Part], written: str) -> float:
    """What a smaller unit of land adds to the part, in its unit: `5 Kanal 10 Marla`."""
    place = parts.index(part) + 1
    if place == len(parts) or parts[place].unit not in _SMALLER:
        return 0.0
    size = parts[place].value * _factors()[parts[place].unit] / _factors()[part.unit]
    joined = _AND.fullmatch(written[part.end : parts[place].start])
    return size if joined and size < 1 else 0.0


def _bare(parts: list[_Part], written: str, text: str, hint: str) -> Area | str:
    """The area of numbers without any unit, by the hint."""
    low, high = _ends(parts[0], parts, written)
    used = 1 if high is None else 2
    before = _unit_pattern().match(written)
    if before and not written[before.end() : parts[0].start].strip(" :.="):
        hint = _unit_of(before[0])
    if not hint:
        return "a range without a unit" if high else "a number without a unit"
    if len(parts) > used:
        return "several numbers without a unit"
    return _made(low, high, hint, text)


def _most_exact(parts: list[_Part]) -> _Part | None:
    """The first part with a unit, or the more exact one of the same area said twice."""
    united = [part for part in parts if part.unit]
    if not united:
        return None
    first = united[0]
    size = first.value * _factors()[first.unit]
    same = [p for p in united if abs(p.value * _factors()[p.unit] - size) <= 0.05 * size]
    return max(same, key=lambda part: part.digits, default=first)


def _ends(part: _Part, parts: list[_Part], written: str) -> tuple[float, float | None]:
    """Low and high end of the range that the part is an end of; no high end where it is none."""
    place = parts.index(part)
    for low, high in ((place - 1, place), (place, place + 1)):
        if low < 0 or high >= len(parts):
            continue
        first, second = parts[low], parts[high]
        if first.unit not in ("", part.unit) or second.unit not in ("", part.unit):
            continue
        between = written[first.end : second.start]
        if _BETWEEN.fullmatch(between) and first.value < second.value:
            return first.value, second.value
    return part.value, None


def _made(low: float, high: float | None, unit: str, text: str) -> Area | str:
    factor = _factors()[unit]
    if low <= 0:
        return "zero"
    return Area(low * factor, None if high is None else high * factor, low, unit, text)


def _rectangle(written: str, text: str, hint: str) -> Area | str:
    """The area of `50 x 120 ft`; a hint of an area tells the unit of the sides."""
    found = list(_sides_pattern().finditer(written))
    if len(found) != 1 or found[0]["more"] or not _closed(written, found[0].end()):
        return "sides that are no rectangle"
    match = found[0]
    sides = [to_float(match["a"]), to_float(match["b"])]
    units = {_lengths()[u.casefold()] for u in (match["ua"], match["ub"]) if u}
    unit = units.pop() if units else {"sqft": "sqft", "m2": "m2", "sqyd": "sqyd"}.get(hint, "")
    if units or not unit:
        return "sides in two units" if units else "sides without a unit of length"
    if not sides[0] or not sides[1]:
        return "zero"
    return _made(sides[0] * sides[1], None, unit, text)


def _closed(written: str, end: int) -> bool:
    """Whether no further side follows, such as `x irreg`."""
    return not re.match(r"\s*[x\u00d7*]", written[end:], re.IGNORECASE)


def _parts(text: str) -> list[_Part]:
    """Every number of the text with the unit after it."""
    found = (_part(match) for match in _pattern().finditer(text))
    return [part for part in found if part]


def _part(match: re.Match[str]) -> _Part | None:
    unit = _unit_of(match["unit"]) if match["unit"] else ""
    decimal = "." if unit and _factors()[unit] >= _BIG_UNIT else ""
    if match["fraction"]:
        value = fraction(match["whole"], match["over"], match["under"])
        digits = 9
    else:
        value = to_float(match["number"], decimal=decimal)
        digits = len(re.sub(r"\D", "", match["number"]).lstrip("0"))
    if value is None:
        return None
    return _Part(match.start(), match.end(), value, unit, digits)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?:{_ONE})(?:\+?[ -]?(?P<unit>{_unit_words()})(?!\w))?", re.IGNORECASE)


@cache
def _unit_pattern() -> re.Pattern[str]:
    return re.compile(_unit_words(), re.IGNORECASE)


@cache
def _sides_pattern() -> re.Pattern[str]:
    """`50 x 120 ft`, `50' x 120'`, and the third side of what is no rectangle."""
    unit = any_of(_lengths())
    number = r"\d+(?:,\d{3})*(?:\.\d+)?"
    times = r"\s*(?:[x\u00d7*]|by)\s*"
    return re.compile(
        rf"(?P<a>{number})\s?(?P<ua>{unit})?{times}(?P<b>{number})(?:\s?(?P<ub>{unit})(?![\w²]))?"
        rf"(?P<more>(?:{times}{number}(?:\s?(?:{unit})(?![\w²]))?)*)",
        re.IGNORECASE,
    )


@cache
def _unit_words() -> str:
    return any_of(line["spelling"] for line in lines("area_units"))


def _unit_of(spelling: str) -> str:
    """The name of the unit of a spelling that the pattern matched."""
    return _units()["".join(spelling.casefold().split())]


@cache
def _units() -> dict[str, str]:
    return {
        "".join(line["spelling"].casefold().split()): line["unit"] for line in lines("area_units")
    }


@cache
def _factors() -> dict[str, float]:
    return {line["unit"]: float(line["sqft"]) for line in lines("area_units")}


@cache
def _lengths() -> dict[str, str]:
    """The spellings of units of length, to the unit of the area that two of them span."""
    return {line["spelling"]: line["area_unit"] for line in lines("side_units")}
