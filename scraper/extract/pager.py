"""The numbers under a list: which page this is, and which link leads to the one behind it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scraper.extract.document import Document
from scraper.extract.hidden import follows

_MOST: int = 100_000
"""A larger number is no page's."""


def by_number(parsed: Document) -> str:
    """The address of the page with the number after this one's, as the link has it; "" for none.

    A pager's links are numbers whose addresses differ from each other in one place only, whatever
    that place is called.
    """
    numbers = _pager(parsed)
    if not numbers:
        return ""
    current = _current(parsed, numbers)
    return numbers.get(current + 1, "") if current is not None else ""


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are the same page, fragments and the order of queries aside.

    >>> is_same("https://a.example/s/?b=1&a=2#top", "https://a.example/s?a=2&b=1")
    True
    """
    return _plain(one) == _plain(other)


def _plain(url: str) -> str:
    parts = urlsplit(url)
    query = urlencode(sorted(parse_qsl(parts.query)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), query, ""))


def _pager(parsed: Document) -> dict[int, str]:
    """Number to address, for the links that are the pager."""
    found = [
        (int(text), str(parsed.attributes[number].get("href")))
        for number in parsed.links
        if (text := parsed.text_of(number, 3)).isdecimal()
        and 0 < int(text) < _MOST
        and follows(parsed, number)
    ]
    forms = Counter(_form(parsed.absolute(href)) for _, href in found)
    named = {form for form in forms if _PAGED.search(form)}
    own = _steps(parsed.url)
    kept = [
        (n, href)
        for n, href in found
        if _form(parsed.absolute(href)) in named or _is_one_apart(own, parsed.absolute(href))
    ]
    numbers: dict[int, str] = {}
    for n, href in kept:
        numbers.setdefault(n, href)
    return numbers


def _form(url: str) -> str:
    """An address with a sign for each number in it."""
    return _NUMBER.sub("0", url)


def _steps(url: str) -> tuple[str, ...]:
    """The parts of an address: host, steps of its path, `name=value` of its query, sorted."""
    parts = urlsplit(url)
    path = [step for step in parts.path.split("/") if step]
    return (parts.netloc, *path, *(f"?{k}={v}" for k, v in sorted(parse_qsl(parts.query))))


def _is_one_apart(own: Sequence[str], url: str) -> bool:
    """Whether an address differs from the page's own in one number, or in one part more or less."""
    theirs = _steps(url)
    more = Counter(theirs) - Counter(own)
    less = Counter(own) - Counter(theirs)
    if own[:1] != theirs[:1] or more.total() > 1 or less.total() > 1:
        return False
    if not more or not less:
        return all(_NUMBER.search(step) for step in (*more, *less))
    one, other = next(iter(more)), next(iter(less))
    return one != other and _form(one) == _form(other)


def _current(parsed: Document, numbers: dict[int, str]) -> int | None:
    marked = _marked(parsed)
    if marked is not None:
        return marked
    for n, href in numbers.items():
        if is_same(parsed.absolute(href), parsed.url):
            return n
    found = _PAGED.search(parsed.url)
    if found:
        return int(found[1])
    return _unlinked(parsed, numbers) or 1


def _marked(parsed: Document) -> int | None:
    """The number that the page marks as its own."""
    for number, attributes in enumerate(parsed.attributes):
        marked = attributes.get("aria-current") in ("page", "true")
        if marked or _ACTIVE.search(attributes.get("class") or ""):
            text = parsed.text_of(number, 3)
            if text.isdecimal() and 0 < int(text) < _MOST:
                return int(text)
    return None


def _unlinked(parsed: Document, numbers: dict[int, str]) -> int | None:
    """The number that stands between the linked ones without being a link itself."""
    places = [n for n in parsed.links if str(parsed.attributes[n].get("href")) in numbers.values()]
    runs = [parsed.first_runs[place] for place in places]
    if not runs:
        return None
    for run in range(max(0, min(runs) - 2), min(len(parsed.texts), max(runs) + 3)):
        text = parsed.texts[run]
        if run not in runs and text.isdecimal() and int(text) not in numbers:
            return int(text)
    return None


_NUMBER = re.compile(r"\d+")
_PAGED = re.compile(r"(?i)(?:page|pg|pn|pagina|seite|p)[=/_-]?(\d{1,4})\b")
_ACTIVE = re.compile(r"(?i)\b(?:active|current|selected)\b")
