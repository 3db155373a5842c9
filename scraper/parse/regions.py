"""States, provinces and counties by name and by short form."""

from __future__ import annotations

from functools import cache

from scraper.parse.tables import Line, any_of, lines, plain
from scraper.parse.text import clean_text


def parse_state(raw: object, *, country: str | None = None) -> str | None:
    """The usual short form of a state or province; as it stands where the country's is not known.

    Without a country the US are meant.

    >>> parse_state("California"), parse_state("ca"), parse_state("Kwazulu Natal", country="ZA")
    ('CA', 'CA', 'KZN')
    >>> parse_state("Lombardia", country="IT"), parse_state("NC"), parse_state("--")
    ('Lombardia', 'NC', None)
    """
    # Before the words for nothing: `NC` is one of them in French.
    known = short_form(raw, country or "US", "state") if isinstance(raw, str) else None
    return known or clean_text(raw)


def short_form(name: str, country: str, level: str) -> str | None:
    """The short form of a region of a country, by its name or its short form; else None.

    >>> short_form("New York", "US", "state"), short_form("Co. Meath", "IE", "county")
    ('NY', 'Meath')
    """
    return _regions(country, level).get(_bare(name))


@cache
def pattern_of(country: str, level: str) -> str:
    """A pattern that matches each name and short form of the regions of a country.

    >>> "New York" in pattern_of("US", "state").replace(r"\\s*", " ")
    True
    """
    named = _lines(country, level)
    return any_of([*(line["code"] for line in named), *(line["name"] for line in named)])


def _bare(name: str) -> str:
    """A region's name in plain letters, without the word for what it is."""
    words = plain(name).split()
    if len(words) > 1:
        words = [word for word in words if word not in ("co", "county", "province", "state")]
    return " ".join(words)


@cache
def _regions(country: str, level: str) -> dict[str, str]:
    known = _lines(country, level)
    return {_bare(line[key]): line["code"] for line in known for key in ("name", "code")}


@cache
def _lines(country: str, level: str) -> tuple[Line, ...]:
    kept = (line for line in lines("regions") if line["country"] == country)
    return tuple(line for line in kept if line["level"] == level)
