"""What each value of a site file has to be, and what it is made into."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from babel import Locale

from scraper.schema import columns_by_name
from scraper.sites.selectors import check_place, check_selector
from scraper.sites.words import meant
from scraper.sites.wrong import WrongValueError

Check = Callable[[object], object]
"""Takes what the file says, returns what the model holds, raises WrongValueError."""

_WRITTEN_BY_THE_CRAWL: Final = frozenset(
    {
        "site",
        "house_id",
        "url",
        "photo_count",
        "first_seen",
        "last_seen",
        "fetched_at",
        "final_url",
        "fetch_mode",
        "http_status",
        "body_sha256",
        "robots_rule",
        "usage_signals",
        "sources",
        "confidence",
        "disputed",
        "extractor_version",
        "run_id",
    }
)
_NOT_TEXT: Final = frozenset({"photo_urls", "price_history", "facts"})


def name(value: object) -> str:
    """The site's name: a column's value, and part of file names."""
    found = text(value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", found):
        raise WrongValueError(
            f'found "{found}", expected letters, digits, ".", "_", "-", at most 64'
        )
    return found


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str):
        raise WrongValueError(f"found {kind(value)}, expected a text in quotes")
    if not value.strip():
        raise WrongValueError("found an empty text, expected something in it, or the key left out")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts without repeats."""
    return tuple(dict.fromkeys(text(item) for item in _list(value)))


def address(value: object) -> str:
    """A web address."""
    found = text(value)
    _check_url(found, "")
    return found


def search_urls(value: object) -> tuple[str, ...]:
    """Addresses that may hold `{where}`."""
    found = texts(value)
    if not found:
        raise WrongValueError("found an empty list, expected at least one address")
    for url in found:
        _check_url(url, "where")
    return found


def house_url(value: object) -> str:
    """An address that holds `{id}`, not in its host: a page must not choose who is asked."""
    url = text(value)
    _check_url(url, "id")
    if "{id}" not in url:
        raise WrongValueError(
            f'found "{url}", expected an address with {{id}} where the house ID goes'
        )
    if "{" in urlsplit(url).netloc:
        raise WrongValueError(f'found "{url}", expected {{id}} behind the host, not in it')
    return url


def pattern(value: object) -> str:
    """A regular expression."""
    _compiled(text(value))
    return text(value)


def id_pattern(value: object) -> str:
    """A regular expression whose group 1 is the house ID."""
    found = pattern(value)
    if not _compiled(found).groups:
        raise WrongValueError(
            f"found '{found}' without a group, expected brackets around the house ID: '/h/([0-9]+)'"
        )
    return found


def selector(value: object) -> str:
    """CSS or XPath."""
    return check_selector(text(value))


def readable_columns(value: object) -> tuple[str, ...]:
    """Columns that a page can fill."""
    found = texts(value)
    for item in found:
        _check_column(item, _columns() | _NOT_TEXT)
    return found


def labels(value: object) -> dict[str, str]:
    """Words of the site to columns."""
    found = _table(value)
    for label, column in found.items():
        with WrongValueError.at(label):
            _check_column(text(column), _columns())
    return {label: text(column) for label, column in found.items()}


def fields(value: object) -> dict[str, str]:
    """Columns to their places."""
    found = _table(value)
    for column, place in found.items():
        with WrongValueError.at(column):
            _check_column(column, _columns())
            check_place(text(place))
    return {column: text(place) for column, place in found.items()}


def country(value: object) -> str:
    """A country, ISO 3166-1 alpha-2."""
    return _code(
        value, 2, Locale("en").territories, "a country as ISO 3166-1 has it, like US or GB"
    )


def currency(value: object) -> str:
    """A currency, ISO 4217."""
    return _code(
        value, 3, Locale("en").currencies, "a currency as ISO 4217 has it, like USD or EUR"
    )


def language(value: object) -> str:
    """A language, ISO 639-1."""
    found = text(value)
    if len(found) != 2 or found not in Locale("en").languages:
        raise WrongValueError(
            f'found "{found}", expected a language as ISO 639-1 has it, like en or de'
        )
    return found


def flag(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise WrongValueError(f"found {kind(value)}, expected true or false")
    return value


def render_mode(value: object) -> str:
    """When a browser is used."""
    found, modes = text(value), ("auto", "never", "always", "data")
    if found not in modes:
        raise WrongValueError(
            f'found "{found}", expected auto, never, always or data{meant(found, modes)}'
        )
    return found


def delay(value: object) -> float:
    """Seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValueError(f"found {kind(value)}, expected seconds as a number")
    if not math.isfinite(value) or value < 0:
        raise WrongValueError(f"found {value}, expected seconds, 0 or more")
    return float(value)


def concurrency(value: object) -> int:
    """How many at once."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValueError(f"found {kind(value)}, expected a whole number")
    if value < 1:
        raise WrongValueError(f"found {value}, expected 1 or more")
    return value


def kind(value: object) -> str:
    """What a value is, in words: `the number 3`.

    >>> kind(3), kind([]), kind("a")
    ('the number 3', 'a list', 'the text "a"')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value}"'
    if isinstance(value, list | tuple):
        return "a list"
    return "a table" if isinstance(value, dict) else f"a {type(value).__name__}"


def _compiled(found: str) -> re.Pattern[str]:
    try:
        return re.compile(found)
    except re.error as error:
        at = f" at position {error.pos}" if error.pos is not None else ""
        raise WrongValueError(
            f"found '{found}', expected a regular expression: {error.msg}{at}"
        ) from None


def _check_url(url: str, placeholder: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError as error:
        raise WrongValueError(f'found "{url}", expected an address: {error}') from None
    if parts.username is not None or parts.password is not None:
        # The address is not repeated: messages are logged and sent on.
        raise WrongValueError(
            "found a name or a password in the address, expected none:"
            " what is behind a log-in is not read"
        )
    if not usable:
        raise WrongValueError(
            f'found "{url}", expected an absolute address that starts with http:// or https://'
        )
    for found in re.findall(r"\{[^}]*\}?", url):
        if found != f"{{{placeholder}}}":
            raise WrongValueError(f'found {found} in "{url}", expected only {{{placeholder}}}')


def _columns() -> frozenset[str]:
    """Columns that text of a page can be read into."""
    known = columns_by_name("houses")
    raw = {f"{column.name}_raw" for column in known.values() if column.has_raw}
    return frozenset(known) - raw - _WRITTEN_BY_THE_CRAWL - _NOT_TEXT


def _check_column(found: str, known: frozenset[str]) -> None:
    if found in _WRITTEN_BY_THE_CRAWL:
        raise WrongValueError(f'found "{found}", which the crawl itself writes: leave it out')
    if found not in known:
        raise WrongValueError(
            f'found "{found}", expected a column of the table houses{meant(found, known)}'
        )


def _code(value: object, length: int, known: Mapping[str, object], expected: str) -> str:
    found = text(value)
    if len(found) != length or not found.isalpha() or found not in known:
        raise WrongValueError(f'found "{found}", expected {expected}')
    return found


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise WrongValueError(f"found {kind(value)}, expected a list in [ ]")
    return list(value)


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise WrongValueError(f"found {kind(value)}, expected a table")
    return value
