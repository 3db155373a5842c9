"""Days, in the spellings of portals and feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

from scraper.parse.tables import lines, plain
from scraper.parse.text import clean_text

_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_YEAR_FIRST: Final = re.compile(r"(?<!\d)(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?!\d)")
_NUMERIC: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORD: Final = r"(?P<m>[^\W\d_]{3,})"
_MONTH_DAY: Final = re.compile(
    rf"{_WORD}\.?[ -]?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[ -]+(?P<y>\d{{4}})(?!\d)"
)
_DAY_MONTH: Final = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|\u00ba|\u00aa|\u00b0|\.)?[ /-]*"
    rf"(?:of |de |d')?(?:the )?{_WORD}\.?(?:,? |-|/)?(?:de |del |of )?"
    r"(?P<y>\d{4}|'\d{2}|(?<=-)\d{2})(?!\d)"
)
_YEAR_MONTH: Final = re.compile(rf"(?<!\d)(?P<y>\d{{4}})[ ,-]+{_WORD}\.?[ -](?P<d>\d{{1,2}})(?!\d)")
_EPOCH: Final = re.compile(r"-?\d{9,13}(?:\.0+)?")
_GUESSABLE: Final = re.compile(r"(?=.*\d{4})(?=.*(?<!\d)\d{1,2}(?!\d)).{8,40}")
_WRITTEN: Final = re.compile(r"[^\W\d_]{2,}")
_MILLISECONDS: Final = 1e10
"""Seconds since 1970 beyond which a number is one of milliseconds (the year 2286)."""
_EPOCH_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_date(raw: object, *, day_first: bool = False, language: str | None = None) -> date | None:
    """The day that a text says exactly; None where a part is missing or has to be guessed.

    Seconds and milliseconds since 1970 are read as UTC. `day_first` decides for `03/04/2022`
    only; a day over 12 decides itself, and points mean day first. Names of months are the table
    `months`; what the table does not know goes to dateparser with all guessing switched off, in
    `language` (ISO 639-1) where it is given.

    >>> [str(parse_date(raw)) for raw in ("2022-07-29", "2022-07-29T23:30:00Z", 1659052800000)]
    ['2022-07-29', '2022-07-29', '2022-07-29']
    >>> [str(parse_date(raw)) for raw in ("Jul 29, 2022", "29 July 2022", "07/29/2022")]
    ['2022-07-29', '2022-07-29', '2022-07-29']
    >>> [str(parse_date(raw)) for raw in ("29 de julio de 2022", "1er août 2022", "3. März 2022")]
    ['2022-07-29', '2022-08-01', '2022-03-03']
    >>> str(parse_date("03/04/2022")), str(parse_date("03/04/2022", day_first=True))
    ('2022-03-04', '2022-04-03')
    >>> [parse_date(raw) for raw in ("2022", "July 2022", "today", "3 days ago", "13/13/2022")]
    [None, None, None, None, None]
    """
    text = clean_text(raw)
    if text is None or len(text) > 200:
        return None
    if match := _ISO.match(text):
        return _day(match[1], match[2], match[3])
    if _EPOCH.fullmatch(text):
        return _since_1970(float(text))
    if match := _COMPACT.fullmatch(text):
        return _day(*match.groups())
    for found in _spelled(text, day_first):
        return found
    return _last_resort(text, day_first, language)


def _spelled(text: str, day_first: bool) -> Iterator[date]:
    """The days that the text says in numbers, then those with a month in words."""
    yield from filter(None, (_day(m[1], m[3], m[4]) for m in _YEAR_FIRST.finditer(text)))
    yield from filter(None, (_numeric(m, day_first) for m in _NUMERIC.finditer(text)))
    text = text.casefold()
    for pattern in (_MONTH_DAY, _DAY_MONTH, _YEAR_MONTH):
        found = (_day(_year(m["y"]), _month(m["m"]), m["d"]) for m in pattern.finditer(text))
        yield from filter(None, found)


def _numeric(match: re.Match[str], day_first: bool) -> date | None:
    first, second, year = match[1], match[3], _year(match[4])
    if day_first or match[2] == ".":
        return _day(year, second, first) or _day(year, first, second)
    return _day(year, first, second) or _day(year, second, first)


def _day(year: str, month: str | int, day: str) -> date | None:
    """The day, None where the calendar has none such."""
    if not (month and int(year) >= 1000):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _year(text: str) -> str:
    """Four digits of a year; two are of the century that does not lie ahead.

    >>> _year("99"), _year("'21"), _year("2022")
    ('1999', '2021', '2022')
    """
    digits = text.strip("'")
    if len(digits) == 4:
        return digits
    ahead = datetime.now(tz=UTC).year + 1
    year = ahead - ahead % 100 + int(digits)
    return str(year if year <= ahead else year - 100)


def _since_1970(number: float) -> date | None:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS else number
    try:
        return (_EPOCH_DAY + timedelta(seconds=seconds)).date()
    except OverflowError:
        return None


def _month(word: str) -> int:
    """The number of a month by its name, 0 where it is none."""
    return _months().get(word) or _months().get(plain(word), 0)


@cache
def _months() -> dict[str, int]:
    return {plain(line["word"]): int(line["month"]) for line in lines("months")}


def _last_resort(text: str, day_first: bool, language: str | None) -> date | None:
    """What dateparser makes of a short text that has all three parts of a day."""
    if not _GUESSABLE.fullmatch(text) or not _WRITTEN.search(text):
        return None
    import dateparser

    settings = {
        "DATE_ORDER": "DMY" if day_first else "MDY",
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
        "STRICT_PARSING": True,
    }
    known = [language] if language else None
    try:
        found = dateparser.parse(text, languages=known, settings=settings)
    except (ValueError, TypeError, OverflowError, re.error):
        return None
    return found.date() if found else None
