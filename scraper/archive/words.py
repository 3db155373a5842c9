"""What of a page may stand in the archive, and what of it names or reaches somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import orjson

from scraper.archive.spans import personal_spans
from scraper.parse.tables import plain
from scraper.privacy.marks import DONE
from scraper.privacy.personal import personal_label

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_MAIL: Final = re.compile(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(
    r"(?<![\w.-])(?:\+?1[\s.-]{1,2})?(?:\(\d{3}\)\s?|\d{3}[\s.-])\d{3}[\s.-]\d{4}(?![\w-])"
    r"|(?<![\w])\+\d[\d\s().-]{7,17}\d"
)
_PEOPLE: Final = frozenset({"Person", "RealEstateAgent"})
_OF_PEOPLE: Final = frozenset(
    ["name", "givenName", "familyName", "additionalName", "alternateName", "email", "telephone",
     "faxNumber", "description", "image", "logo", "url", "sameAs", "identifier"]
)  # fmt: skip
"""What schema.org says of a person that is no place."""
_HOUSE: Final = re.compile(
    r"(?i)price|bed|bath|latitude|built|sqft|(?:land|living|lot)_?(?:area|size)|home_?type"
)
_HOUSE_KEYS: Final = 2
"""Keys of an object that speak of a house, from which on it is one: `listingByIdV2`."""
_CODED: Final = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.+Z-]*|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[A-Z_]+"
)
"""Times, numbers of records and constants."""
_APART: Final = re.compile(r"\s*[,;|•·]\s*")
_MOST_WORDS: Final = 6
_DIGITS: Final = 7


@dataclass(frozen=True)
class Words:
    """What is known of one page before it is redacted."""

    row: Mapping[str, object]
    """The row that was read from it, without personal data: all that it says may stay."""
    labels: Mapping[str, str]
    """Every label and value of the page."""
    country: str | None = None
    """ISO 3166-1 alpha-2: how phone numbers are written."""
    names: set[str] = field(default_factory=set)
    """Values that stand for people on this page, to be taken out wherever they are."""

    def __post_init__(self) -> None:
        self.learn(value for label, value in self.labels.items() if personal_label(label))

    def learn(self, values: Iterable[str]) -> None:
        """Take values for names, phones or addresses of people, unless the row says them too."""
        for value in values:
            text = " ".join(value.replace(DONE, " ").split())
            # "Jane Roe, Acme Realty": elsewhere she may stand alone. Behind it may be a place.
            for one in {text, _APART.split(text)[0]}:
                if _is_telling(one) and not self.may_stay(one):
                    self.names.add(one)

    def may_stay(self, text: str) -> bool:
        """Whether the row says a text itself, word for word."""
        return f" {plain(text)} " in self._said

    def without(self, text: str) -> str:
        """A text of the page with a mark in the place of everything personal."""
        for start, end in reversed(self.spans(text)):
            text = text[:start] + DONE + text[end:]
        return text

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The stretches of a text that are personal, in order, none of them touching."""
        if not any(char.isalnum() for char in text):
            return []
        found = [one.span() for one in self._pattern.finditer(text)] if self._pattern else []
        found += personal_spans(text, self.country)
        return _joined((a, b) for a, b in found if not self.may_stay(text[a:b]))

    def without_known(self, text: str) -> str:
        """A text that is no sentence, such as an address or a program, without names and mails."""
        text = _MAIL.sub(DONE, text)
        return self._pattern.sub(DONE, text) if self._pattern else text

    def without_numbers(self, text: str) -> str:
        """A program's text without anything that is written as only phone numbers are."""
        return _PHONE.sub(lambda one: one[0] if self.may_stay(one[0]) else DONE, text)

    def value(self, value: Any, *, personal: bool = False) -> Any:
        """A value out of JSON, what is under a personal key with marks in place of its texts."""
        if isinstance(value, dict):
            return {key: self._under(key, one, value, personal) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, personal=personal) for one in value]
        if isinstance(value, str):
            return self._text(value, personal)
        # A phone number may be a number.
        return None if personal and _is_long(value) else value

    def _under(self, key: str, value: Any, within: Mapping[str, Any], personal: bool) -> Any:
        return self.value(value, personal=_stays_personal(key, value, within, personal))

    def _text(self, text: str, personal: bool) -> str:
        if personal:
            return text if not plain(text) or self.may_stay(text) else DONE
        if text[:1] in ("{", "[") and (inner := packed(text)) is not None:
            clean = self.value(inner)
            return text if clean == inner else orjson.dumps(clean).decode()
        if is_address(text):
            return self.without_known(text)
        if " " not in text:
            return self.without_numbers(self.without_known(text))
        return self.without(text)

    @cached_property
    def _said(self) -> str:
        # An address, such as that of a photo, may itself hold the name that is looked for.
        texts = (text for text in _texts(self.row) if not is_address(text))
        return f" {' '.join(map(plain, texts))} "

    @property
    def _pattern(self) -> re.Pattern[str] | None:
        """All names, as they also stand in addresses: `jane-roe`, `Jane%20Roe`."""
        if not self.names:
            return None
        known = self.__dict__.get("_known")
        if known is None or known[0] != len(self.names):
            ordered = sorted(self.names, key=lambda name: (-len(name), name))
            each = "|".join(_written(name) for name in ordered)
            # A program writes a line's end or a tag right before a name: `\\n`, `\\u003e`.
            start = r"(?:(?<![^\W_])|(?<=\\[nrt])|(?<=\\u[\da-fA-F]{4}))"
            pattern = re.compile(rf"{start}(?:{each})(?![^\W_])", re.IGNORECASE)
            known = self.__dict__["_known"] = (len(self.names), pattern)
        return known[1]


def is_personal(key: str, within: Mapping[str, Any]) -> bool:
    """Whether a key of a JSON object holds what names or reaches a person.

    >>> is_personal("listingAgent", {}), is_personal("parking", {})
    (True, False)
    >>> is_personal("name", {"@type": "Person"}), is_personal("name", {"@type": "House"})
    (True, False)
    """
    kind = within.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    if key in _OF_PEOPLE and any(one in _PEOPLE for one in kinds if isinstance(one, str)):
        return True
    return personal_label(_HUMP.sub(" ", key))


def personal_texts(value: Any, *, personal: bool = False) -> Iterator[str]:
    """The texts under personal keys of a value out of JSON.

    >>> list(personal_texts({"agent": {"name": "Jane Roe", "n": 1}, "beds": "3"}))
    ['Jane Roe']
    """
    if isinstance(value, dict):
        for key, one in value.items():
            yield from personal_texts(one, personal=_stays_personal(key, one, value, personal))
    elif isinstance(value, list):
        for one in value:
            yield from personal_texts(one, personal=personal)
    elif isinstance(value, str):
        if personal:
            yield value
        elif value[:1] in ("{", "[") and (inner := packed(value)) is not None:
            yield from personal_texts(inner)


def is_address(text: str) -> bool:
    """Whether a text is an address, whole or of a host that is known.

    >>> is_address("https://homes.example/a b"), is_address("/p/1.jpg"), is_address("1/2 acre")
    (True, True, False)
    """
    return "//" in text[:8] or (text.startswith("/") and " " not in text)


def packed(text: str) -> Any:
    """The JSON that a text holds, None where it holds none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _stays_personal(key: str, value: Any, within: Mapping[str, Any], personal: bool) -> bool:
    """Whether what is under a key names or reaches a person; a house in it does not."""
    if not (personal or is_personal(key, within)):
        return False
    keys = value if isinstance(value, dict) else ()
    return sum(_HOUSE.search(one) is not None for one in keys) < _HOUSE_KEYS


def _texts(value: object) -> Iterator[str]:
    """All texts in a row, those of its maps and lists too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _is_telling(text: str) -> bool:
    """Whether a value is enough of a name, phone or address to be looked for elsewhere."""
    if "<" in text or _CODED.fullmatch(text):
        return False
    if "@" in text or sum(map(str.isdigit, text)) >= _DIGITS:
        return len(text) <= 80
    words = [word for word in re.split(r"[\W_]+", text) if word]
    return 2 <= len(words) <= _MOST_WORDS and text[:1].isupper()


def _is_long(value: object) -> bool:
    return type(value) is int and len(str(abs(value))) >= _DIGITS


def _written(name: str) -> str:
    words = [re.escape(word) for word in re.split(r"[\W_]+", name) if word]
    return r"(?:[\W_]|%20|%2B){1,4}".join(words)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one.

    >>> _joined([(5, 9), (0, 3), (2, 4)])
    [(0, 4), (5, 9)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
