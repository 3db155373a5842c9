"""How a list that a site cuts off is divided: by price, by town, by kind of home."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

RANGE = (0, 1_000_000_000)
"""Amounts that bands are made of where the file names none. An empty half costs one request."""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to divide a list by: named values, or bands of an amount."""

    add: str
    """What is added to an address: `type={value}` or `min={low}&max={high}` to its query, or
    `/{value}` to its path."""
    values: tuple[str, ...] = ()
    """What `{value}` stands for, one after the other; empty for bands."""
    range: tuple[int, int] = RANGE
    """Lowest `{low}` and highest `{high}`, both included; halved for as long as it takes."""

    @property
    def is_bands(self) -> bool:
        """Whether the way is bands of an amount."""
        return not self.values


@dataclass(frozen=True, slots=True)
class Split:
    """What a site offers against its own cap."""

    by: tuple[Way, ...] = ()
    """The ways in the order in which they are used."""
    pages: int | None = None
    """Pages that the site shows of a list at most; None: known only by the total it shows."""


@dataclass(frozen=True, slots=True)
class Part:
    """The address of a part of a list, and how the part itself would be divided."""

    url: str
    way: int
    """Number of the way that it was made by; -1 for a list of the file."""
    base: str
    """Its address without what that way added."""
    band: tuple[int, int] | None = None


def whole(url: str) -> Part:
    """A list as the site file names it.

    >>> whole("https://a.example/s").way
    -1
    """
    return Part(url, -1, url)


def divided(part: Part, split: Split) -> list[Part]:
    """The parts of a list; empty where the site file offers no way any more.

    >>> ways = (Way("t={value}", ("flat", "house")), Way("from={low}&to={high}", range=(0, 9)))
    >>> flats, houses = divided(whole("https://a.example/s?page=1"), Split(ways))
    >>> flats.url
    'https://a.example/s?page=1&t=flat'
    >>> [one.band for one in divided(flats, Split(ways))]
    [(0, 4), (5, 9)]
    >>> cheap, dear = divided(flats, Split(ways))
    >>> [one.url for one in divided(dear, Split(ways))]  # doctest: +NORMALIZE_WHITESPACE
    ['https://a.example/s?page=1&t=flat&from=5&to=7',
     'https://a.example/s?page=1&t=flat&from=8&to=9']
    """
    if part.band is not None and part.band[0] < part.band[1]:
        return _bands(split.by[part.way], part.way, part.base, part.band)
    number = part.way + 1
    if number >= len(split.by):
        return []
    way = split.by[number]
    if way.is_bands:
        return _bands(way, number, part.url, way.range)
    return [
        Part(added(part.url, way.add, {"value": value}), number, part.url) for value in way.values
    ]


def _bands(way: Way, number: int, base: str, band: tuple[int, int]) -> list[Part]:
    low, high = band
    middle = (low + high) // 2
    return [
        Part(added(base, way.add, {"low": str(a), "high": str(b)}), number, base, (a, b))
        for a, b in ((low, middle), (middle + 1, high))
    ]


def added(url: str, add: str, values: dict[str, str]) -> str:
    """An address with something added: to its path where that begins with `/`, else to its query.

    A name that the query has already gets the new value.

    >>> added("https://a.example/s/", "/{value}/", {"value": "north end"})
    'https://a.example/s/north%20end/'
    >>> added("https://a.example/s?t=any&x=1", "t={value}", {"value": "flat"})
    'https://a.example/s?x=1&t=flat'
    """
    parts = urlsplit(url)
    for name, value in values.items():
        add = add.replace(f"{{{name}}}", quote(value, safe=""))
    if add.startswith("/"):
        return urlunsplit(parts._replace(path=parts.path.rstrip("/") + add))
    new = add.lstrip("?&")
    named = {name for name, _ in parse_qsl(new, keep_blank_values=True)}
    kept = [
        step for step in parts.query.split("&") if step and unquote(step.split("=")[0]) not in named
    ]
    return urlunsplit(parts._replace(query="&".join([*kept, new])))
