"""Names and codes of countries, and what is usual in each."""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

from scraper.parse.tables import lines, plain
from scraper.parse.text import clean_text

LANGUAGES = ("en", "es", "fr", "it", "de", "pt", "nl")
"""The languages that words are known of, the likeliest first."""


def parse_country(raw: object) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country's name or code, in any of `LANGUAGES`.

    Names come from Unicode CLDR through Babel, further ones from `words/country_names.csv`.

    >>> [parse_country(raw) for raw in ("USA", "us", "United States", "UK", "España", "Irlande")]
    ['US', 'US', 'US', 'GB', 'ES', 'IE']
    >>> parse_country("https://schema.org/Country"), parse_country("Atlantis"), parse_country("")
    (None, None, None)
    """
    text = clean_text(raw)
    return None if text is None or len(text) > 60 else _by_name(plain(text))


@lru_cache(maxsize=1024)
def _by_name(name: str) -> str | None:
    return _names().get(name)


@cache
def _names() -> dict[str, str]:
    """Every known name and code, in plain letters, to its alpha-2 code."""
    known = (str(code) for code in Locale("en").territories)
    codes = [code for code in known if len(code) == 2 and code.isalpha()]
    found: dict[str, str] = {}
    for language in reversed(LANGUAGES):
        names = Locale(language).territories
        found.update({plain(str(names[code])): code for code in codes if code in names})
    aliases = get_global("territory_aliases")
    found.update({plain(old): new[0] for old, new in aliases.items() if new[0] in codes})
    found.update({code.lower(): code for code in codes if code not in aliases})
    found.update({plain(line["name"]): line["code"] for line in lines("country_names")})
    return found


@cache
def currency_of(country: str | None) -> str | None:
    """The ISO 4217 code of the money that a country pays with.

    >>> currency_of("ZA"), currency_of("US"), currency_of("XX"), currency_of(None)
    ('ZAR', 'USD', None, None)
    """
    if not country:
        return None
    codes = get_territory_currencies(country.upper())
    return codes[0] if codes else None


@cache
def area_unit_of(country: str | None) -> str | None:
    """The unit of a bare area in a country: `sqft`, `m2`, or None where it is not safe to say.

    >>> area_unit_of("US"), area_unit_of("FR"), area_unit_of("GB"), area_unit_of(None)
    ('sqft', 'm2', None, None)
    """
    units = {line["country"]: line["unit"] for line in lines("country_units")}
    return units.get(country or "")
