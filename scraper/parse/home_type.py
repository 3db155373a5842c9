"""Kinds of homes, out of words of seven languages and the enumerations of feeds."""

from __future__ import annotations

from scraper.parse.text import clean_text
from scraper.parse.vocabulary import meaning


def parse_home_type(raw: object, *, country: str | None = None) -> str | None:
    """One of `schema.HOME_TYPES`, by the table `home_types`; None where the text says none.

    `country` decides what differs by country: a duplex is two homes in the US and one flat over
    two floors in Spain.

    >>> [parse_home_type(raw) for raw in ("SINGLE_FAMILY", "SingleFamily", "Condominium")]
    ['SingleFamily', 'SingleFamily', 'Condo']
    >>> [parse_home_type(raw) for raw in ("Semi-detached house", "Trilocale", "Maison")]
    ['SingleFamily', 'Apartment', 'SingleFamily']
    >>> parse_home_type("https://schema.org/SingleFamilyResidence"), parse_home_type("Residential")
    ('SingleFamily', None)
    """
    text = clean_text(raw)
    if text is None or len(text) > 200:
        return None
    return meaning("home_types", "type", text, country)
