"""Facts that an object of embedded JSON keeps in two pieces, such as street and number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from scraper.extract.kept import by_keys
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import fold, key_of
from scraper.parse.tables import lines


@dataclass(slots=True)
class Found:
    """A value out of an object."""

    column: str
    value: Json
    path: str
    depth: int
    unit: str = ""


def joined(node: dict[str, Json], path: str, depth: int) -> Iterator[Found]:
    """The address and the postal code that two keys of an object make up.

    >>> [f.value for f in joined({"street": "Kerkstraat", "number": 21}, "", 0)]
    ['Kerkstraat 21']
    >>> [f.value for f in joined({"outcode": "M33", "incode": "4AB", "town": "Sale"}, "", 0)]
    ['M33 4AB']
    """
    if not (words := _pieces(node)):
        return
    pieces = {word: str(node[key]) for key, word in words if _is_piece(node[key])}
    street = next((pieces[key] for key in STREETS if key in pieces), "")
    number = next((pieces[key] for key in _NUMBERS if key in pieces), "")
    if street and number and len(number) < 9 and number[0].isdigit() and number not in street:
        yield Found("address", _line(street, number), f"{path}.street".lstrip("."), depth)
    if "outcode" in pieces and "incode" in pieces:
        code = f"{pieces['outcode']} {pieces['incode']}"
        yield Found("zip", code, f"{path}.outcode".lstrip("."), depth)


@by_keys
def _pieces(keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """The keys of such pieces, with their words; none where there is but one."""
    found = [(key, word) for key in keys if (word := key_of(key)) in _PIECES]
    return found if len(found) > 1 else []


def _is_piece(value: Json) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""


def _line(street: str, number: str) -> str:
    """Street and number in the order of the street's language."""
    words = fold(street).split()
    leads = words and (words[0] in _NUMBER_FIRST or words[-1] in _english())
    return f"{number} {street}" if leads else f"{street} {number}"


STREETS: Final = ("street", "streetname", "rue", "strasse", "straat", "via", "calle", "road")
_NUMBERS: Final = (
    "streetnumber",
    "housenumber",
    "number",
    "numero",
    "hausnummer",
    "huisnummer",
    "civico",
)
_PIECES: Final = frozenset((*STREETS, *_NUMBERS, "outcode", "incode"))
_NUMBER_FIRST: Final = frozenset(
    ["rue", "avenue", "boulevard", "chemin", "place", "impasse", "allee", "route", "quai", "cours"]
)
"""First words of French streets, whose number stands before them."""


@cache
def _english() -> frozenset[str]:
    """Last words of English streets, whose number stands before them."""
    return frozenset(line["word"] for line in lines("street_words") if line["kind"] == "suffix")
