"""The texts that scripts make of a single value: `1475000` as `1,475,000`, a date as `3/4/2024`."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Final

from scraper.browser.leaves import Scalar

_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?$")
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,10})?$")
_TAG: Final = re.compile(r"<[^>]{1,400}>")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DATES: Final = (
    "%Y-%m-%d", "%m/%d/%Y", "{m}/{d}/%Y", "%d/%m/%Y", "{d}/{m}/%Y", "%d.%m.%Y", "{d}.{m}.%Y",
    "%B {d}, %Y", "%b {d}, %Y", "{d} %B %Y", "{d} %b %Y", "%d %b %Y", "%b %d, %Y", "%B %Y", "%b %Y",
    "%m/%d/%y", "{m}/{d}/%y", "%Y", "%Y/%m/%d", "%d-%m-%Y",
)  # fmt: skip
_EARLIEST, _LATEST = -2_208_988_800, 4_102_444_800
"""Seconds of 1900 and of 2100."""


def texts(value: Scalar) -> Iterator[tuple[str, str]]:
    """Form and text of each way to write a value, the plainest first.

    >>> dict(texts(1475000))["n:,:0"], dict(texts("2024-03-04"))["d:{m}/{d}/%Y"]
    ('1,475,000', '3/4/2024')
    >>> dict(texts("SINGLE_FAMILY"))["Words"]
    'Single Family'
    """
    for form in _forms_of(value):
        if text := formed(value, form):
            yield form, text


def formed(value: Scalar, form: str) -> str | None:
    """A value in a form; None where it has no such form."""
    name, _, rest = form.partition(":")
    if name == "n":
        return _as_number(value, rest)
    if name == "d":
        day = _day(value)
        return _as_day(day, rest) if day else None
    return _WORDS[name](_plain(value))


def _forms_of(value: Scalar) -> Iterator[str]:
    yield "as"
    if isinstance(value, bool):
        return
    if isinstance(value, str):
        if len(value) > 2000 or "<" in value or "&" in value:
            yield "text"
        if len(value) <= 60 and not value.isdecimal():
            yield from (name for name in _WORDS if name not in ("as", "text"))
    if _number(value) is not None:
        yield from (f"n:{sep}:{digits}" for digits in ("0", "-", "1", "2") for sep in _SEPARATORS)
    if _day(value) is not None:
        yield from (f"d:{form}" for form in _DATES)


_SEPARATORS: Final = (",", "", ".", " ", "'")


def _plain(value: Scalar) -> str:
    """A value as a script writes it into a page, white space as a page shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return " ".join(str(value).split())


def _words(text: str) -> str:
    return " ".join(_CAMEL.sub(" ", text).replace("_", " ").replace("-", " ").split())


_WORDS: Final[dict[str, Callable[[str], str]]] = {
    "as": lambda text: text,
    "text": lambda text: " ".join(html.unescape(_TAG.sub(" ", text)).split()),
    "upper": str.upper,
    "lower": str.lower,
    "First": lambda text: text[:1].upper() + text[1:],
    "First lower": lambda text: text[:1].upper() + text[1:].lower(),
    "words": lambda text: _words(text).lower(),
    "Words": lambda text: _words(text).title(),
    "Words lower": lambda text: _words(text).lower().capitalize(),
    "hyphen": lambda text: "-".join(_words(text).lower().split()),
}


def _number(value: Scalar) -> float | int | None:
    if isinstance(value, str):
        return float(value) if _NUMBER.match(value) else None
    return value if abs(value) < 1e15 else None


def _as_number(value: Scalar, rest: str) -> str | None:
    """`,:2`: a comma between thousands, two digits behind the point; `-`: as many as there are."""
    separator, _, digits = rest.rpartition(":")
    number = None if isinstance(value, bool) else _number(value)
    if number is None:
        return None
    places = len(_plain(number).partition(".")[2]) if digits == "-" else int(digits)
    text = f"{_rounded(number, places):,.{places}f}"
    whole, point, behind = text.partition(".")
    if separator == "." and point:
        point = ","
    return whole.replace(",", separator) + point + behind


def _rounded(number: float, places: int) -> float:
    """Halves are rounded up, as scripts do."""
    if places:
        return round(number, places)
    return number if isinstance(number, int) else float(int(number + (0.5 if number > 0 else -0.5)))


def _day(value: Scalar) -> date | None:
    if isinstance(value, str):
        found = _ISO.match(value)
        try:
            return date(int(found[1]), int(found[2]), int(found[3])) if found else None
        except ValueError:
            return None
    if isinstance(value, bool) or abs(value) < 1e8:
        return None
    seconds = value / 1000 if abs(value) > 1e11 else value
    if not _EARLIEST < seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC).date()


def _as_day(day: date, form: str) -> str:
    return day.strftime(form).replace("{m}", str(day.month)).replace("{d}", str(day.day))
