"""Counts of things, years, scores and distances."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from scraper.parse.number import FRACTION, NUMBER, fraction, spell_out_fractions, to_float
from scraper.parse.tables import any_of, lines
from scraper.parse.text import clean_text

_PLAIN: Final = re.compile(r"\d{1,6}(?:\.\d+)?")
_NUMBER: Final = re.compile(rf"(?<![\w.,-])(?:[TF](?=\d))?(?:{FRACTION}|(?P<number>{NUMBER}))")
_ENDS: Final = re.compile(r"\s*(?:[-\u2013\u2014~]|to|bis|à|hasta|até|tot)\s*\d", re.IGNORECASE)
_PLUS: Final = re.compile(r"\s?\+\s?(\d{1,2})(?![\d.,])")
_YEAR: Final = re.compile(r"(?<![\d.,])(1\d{3}|20\d{2}|2100)(?!\d|,\d)")
_YEARS: Final = re.compile(r"\d{4}\s*(?:[-\u2013\u2014/]|to)\s*\d{4}")
_WORD: Final = re.compile(r"[^\W\d_]+")
_OF: Final = re.compile(r"\s*(?:/|out of|of|von|sur|de|su|van)\s*\d")


def parse_count(raw: object) -> float | None:
    """How many: the first number of the text, or the word for one. None for a range, or none.

    >>> [parse_count(raw) for raw in ("2.5", "3 beds", "two", "Studio", "4+", 3, "2½", "1 1/2")]
    [2.5, 3.0, 2.0, 0.0, 4.0, 3.0, 2.5, 1.5]
    >>> parse_count("2 full, 1 half"), parse_count("T4"), parse_count("3+1"), parse_count("2,5")
    (2.5, 4.0, 4.0, 2.5)
    >>> [parse_count(raw) for raw in ("--", "3 - 4", "Garage", "-1", "", None, True)]
    [None, None, None, None, None, None, None]
    """
    text = clean_text(raw)
    if text is None or len(text) > 200:
        return None
    if _PLAIN.fullmatch(text):
        return float(text)
    text = spell_out_fractions(text)
    baths = _bath_pattern().findall(text)
    if len(baths) > 1:
        return sum(int(number) * _bath_parts()[_squeezed(part)] for number, part in baths)
    match = _NUMBER.search(text)
    if match is None:
        return _in_words(text)
    if _ENDS.match(text, match.end()):
        return None
    return _with_plus(_value(match), text, match.end())


def parse_year(raw: object) -> int | None:
    """The year, 1000 to 2100, that a text names first; None for a span of years.

    >>> parse_year("1988"), parse_year(1988.0), parse_year("Built in 1890, renovated 2010")
    (1988, 1988, 1890)
    >>> parse_year("1988-01-01"), parse_year("1985-1990"), parse_year("0"), parse_year("--")
    (1988, None, None, None)
    """
    text = clean_text(raw)
    if text is None or _YEARS.search(text):
        return None
    match = _YEAR.search(text)
    return int(match[1]) if match else None


def parse_score(raw: object) -> float | None:
    """A rating as it is shown, without what it is out of.

    >>> parse_score("8/10"), parse_score("8 out of 10"), parse_score("7.5"), parse_score(9)
    (8.0, 8.0, 7.5, 9.0)
    >>> parse_score("NR"), parse_score("--")
    (None, None)
    """
    text = clean_text(raw)
    match = re.search(rf"(?<![\w.,-])(?:{NUMBER})", text) if text else None
    if text is None or match is None:
        return None
    return None if _ENDS.match(text, match.end()) else to_float(match[0], decimal=".,")


def parse_miles(raw: object, *, unit_hint: str = "mi") -> float | None:
    """A distance in miles; a bare number is in `unit_hint`.

    >>> parse_miles("1.4 mi"), parse_miles("0.3"), parse_miles(1)
    (1.4, 0.3, 1.0)
    >>> round(parse_miles("2 km"), 3), round(parse_miles("500 m"), 3), parse_miles("--")
    (1.243, 0.311, None)
    """
    text = clean_text(raw)
    match = _distance_pattern().search(spell_out_fractions(text)) if text else None
    if match is None:
        return None
    unit = (match["unit"] or unit_hint).casefold()
    factor = _distances().get(unit)
    value = to_float(match["number"], decimal=".," if unit not in _SHORT else "")
    return None if factor is None or value is None else value * factor


_SHORT: Final = frozenset({"m", "ft", "feet", "yd", "yds", "yards", "metres", "meters"})
"""Units so short that `1,200` of them are over a thousand."""


def _value(match: re.Match[str]) -> float | None:
    if match["over"]:
        return fraction(match["whole"], match["over"], match["under"])
    return to_float(match["number"])


def _with_plus(value: float | None, text: str, end: int) -> float | None:
    """`3+1` are four rooms; `3+` are three or more."""
    match = _PLUS.match(text, end)
    return value + int(match[1]) if match and value is not None else value


def _in_words(text: str) -> float | None:
    for word in _WORD.findall(text.casefold()):
        if word in _words():
            return _words()[word]
    return None


def _squeezed(part: str) -> str:
    return re.sub(r"[\s-]+", "", part.casefold())


@cache
def _words() -> dict[str, float]:
    return {line["word"]: float(line["count"]) for line in lines("count_words")}


@cache
def _bath_parts() -> dict[str, float]:
    return {_squeezed(line["word"]): float(line["part"]) for line in lines("bath_parts")}


@cache
def _bath_pattern() -> re.Pattern[str]:
    words = any_of(line["word"] for line in lines("bath_parts")).replace(r"\s*", r"[\s-]*")
    return re.compile(rf"(?<![\d.,/])(\d{{1,2}})[ -]({words})(?![\w/])", re.IGNORECASE)


@cache
def _distances() -> dict[str, float]:
    return {line["spelling"]: float(line["miles"]) for line in lines("distance_units")}


@cache
def _distance_pattern() -> re.Pattern[str]:
    unit = any_of(_distances())
    return re.compile(
        rf"(?<![\w.,-])(?P<number>{NUMBER})(?:\s?(?P<unit>{unit})(?!\w))?", re.IGNORECASE
    )
