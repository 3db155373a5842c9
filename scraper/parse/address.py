"""Addresses in one line, split into their parts by what the country's post prescribes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from scraper.parse.country import parse_country
from scraper.parse.regions import pattern_of, short_form
from scraper.parse.tables import any_of, lines
from scraper.parse.text import clean_text


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; None for what the text does not say."""

    street: str | None = None
    """Street line with house number and unit."""
    city: str | None = None
    """City or town."""
    state: str | None = None
    """State or province, as its usual short form."""
    zip: str | None = None
    """Postal code, leading zeros kept."""
    county: str | None = None
    """County or district."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a country writes the line with the postal code."""

    country: str
    layout: str
    pattern: re.Pattern[str]


_NOTE: Final = re.compile(r"\([^()\d]{4,}\)")
_COUNTY: Final = re.compile(
    r"(?:co\.?|county) [^\W\d][\w .'-]*|[^\W\d][\w .'-]* county", re.IGNORECASE
)
_FIVE_DIGITS: Final = frozenset({"US", "PR", "ES", "FR", "IT", "DE", "MX"})
"""Countries whose postal codes have five digits, some with a zero before the others."""
_HALVES: Final = {
    "CA": re.compile(r"([A-Z]\d[A-Z])[ -]?(\d[A-Z]\d)"),
    "GB": re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})"),
    "IE": re.compile(r"([A-Z]\d[\dW]) ?([A-Z\d]{4})"),
    "NL": re.compile(r"(\d{4}) ?([A-Z]{2})"),
}
"""Postal codes of two halves, that are written with a blank between them."""
_STATE_BEHIND: Final = re.compile(r"\s?/\s?([A-Z]{2})(?=,|$)")
_POST_WORDS: Final = re.compile(r"\b(?:C\.?P\.?|CEP|PLZ|postcode)[: ]*(?=\d)", re.IGNORECASE)


def split_address(raw: object, *, country: str | None = None) -> Address:
    """The parts of an address in one line (or several); all None where there is no text.

    `country` (ISO 3166-1 alpha-2) helps where the text does not name it: without it only postal
    codes that are telling by themselves are looked for. Layouts are the table `postal_codes`,
    states and counties the table `regions`. What cannot be told apart stays in the street.

    >>> split_address("19411 Castlewood Cir, Huntington Beach, CA 92648")
    Address(street='19411 Castlewood Cir', city='Huntington Beach', state='CA', zip='92648', \
county=None, country='US')
    >>> def short(text, country=None):
    ...     a = split_address(text, country=country)
    ...     return a.street, a.city, a.state, a.zip, a.county, a.country
    >>> short("5 Elm St Apt 2 Boston, Massachusetts 02108, USA")
    ('5 Elm St Apt 2', 'Boston', 'MA', '02108', None, 'US')
    >>> short("133 Bethany Road, Hoppers Crossing VIC 3029")
    ('133 Bethany Road', 'Hoppers Crossing', 'VIC', '3029', None, 'AU')
    >>> short("1 King St W, Toronto, ON M5H 1A1")
    ('1 King St W', 'Toronto', 'ON', 'M5H 1A1', None, 'CA')
    >>> short("Cecil Park, Herne Bay, Kent CT6 6DL")
    ('Cecil Park', 'Herne Bay', None, 'CT6 6DL', 'Kent', 'GB')
    >>> short("12 The Avenue, Dunboyne, Co. Meath", "IE")
    ('12 The Avenue', 'Dunboyne', None, None, 'Meath', 'IE')
    >>> short("Calle Mayor 5, 28001 Madrid, Spain"), short("Herengracht 1, 1015 BA Amsterdam")
    (('Calle Mayor 5', 'Madrid', None, '28001', None, 'ES'), \
('Herengracht 1', 'Amsterdam', None, '1015 BA', None, 'NL'))
    """
    text = clean_text(raw.replace("\n", ", ") if isinstance(raw, str) else raw)
    if text is None or len(text) > 300:
        return Address()
    text = _NOTE.sub(" ", text).replace("(", " ").replace(")", " ")
    text = " ".join(_POST_WORDS.sub("", text).split()).strip(" ,")
    text, named = _without_country(text, country)
    if (named or country) == "BR":
        text = _STATE_BEHIND.sub(r", \1", text.replace(" - ", ", "))
    for rule in _rules(named or country):
        if found := _by_rule(rule, text):
            return found
    return _without_code(text, named or country)


def parse_zip(raw: object, *, country: str | None = None) -> str | None:
    """A postal code as it stands; one of five digits gets back the zeros that a number loses.

    >>> parse_zip(1970, country="US"), parse_zip("01970-1234", country="US"), parse_zip(3029)
    ('01970', '01970-1234', '3029')
    >>> parse_zip("V6J2J8", country="CA"), parse_zip("m334ab", country="GB")
    ('V6J 2J8', 'M33 4AB')
    """
    text = clean_text(raw)
    if text and country in _FIVE_DIGITS and text.isdecimal():
        return text.zfill(5)
    halves = _HALVES.get(country or "")
    found = halves.fullmatch(text.upper()) if text and halves else None
    return f"{found[1]} {found[2]}" if found else text


def country_of(state: str | None, code: str | None) -> str | None:
    """The country that a state and a postal code can only be of.

    >>> country_of("WI", "53704"), country_of("BC", "V6J2J8"), country_of("VIC", "3029")
    ('US', 'CA', 'AU')
    >>> country_of("WI", None), country_of("Kent", "CT6 6DL"), country_of(None, "28001")
    (None, 'GB', None)
    """
    for line in lines("postal_codes"):
        if not (
            code and line["alone"] and re.fullmatch(line["pattern"], code.strip(), re.IGNORECASE)
        ):
            continue
        country = line["country"]
        if line["layout"] != "state_zip" or (state and short_form(state, country, "state")):
            return country
    return None


def _without_country(text: str, expected: str | None) -> tuple[str, str | None]:
    """The text without the country that ends it, and that country's code.

    The last words may be a state as well as a country (`Georgia`, `CA`): of the US first.
    """
    head, _, last = text.rpartition(",")
    last = last.strip(" .")
    may_be = head and not short_form(last, expected or "US", "state")
    if may_be and (found := parse_country(last)):
        return head.strip(" ,"), found
    words = text.split(" ")
    if words[-1].strip(".") in ("USA", "U.S.A", "UK") and len(words) > 2:
        return " ".join(words[:-1]).strip(" ,"), parse_country(words[-1])
    return text, None


def _by_rule(rule: _Rule, text: str) -> Address | None:
    matches = list(rule.pattern.finditer(text))
    if not matches:
        return None
    match = matches[-1]
    head, tail = text[: match.start()].strip(" ,-"), text[match.end() :].strip(" ,-")
    if rule.layout == "state_zip":
        return _state_zip(rule, match, head)
    if rule.layout == "zip_city" and tail:
        return _zip_city(rule, match, head, tail)
    return None if tail else _city_zip(rule, match, head)


def _state_zip(rule: _Rule, match: re.Match[str], head: str) -> Address:
    state = short_form(match["state"], rule.country, "state")
    county, parts = _county(_split(head), rule.country)
    street, city = _street_and_city(parts)
    code = parse_zip(match["zip"], country=rule.country)
    return Address(street, city, state, code, county, rule.country)


def _zip_city(rule: _Rule, match: re.Match[str], head: str, tail: str) -> Address:
    """`28001 Madrid`, with a province or a state behind it."""
    city, *rest = _split(tail.replace(" - ", ", ").strip(" \u2013\u2014"))
    county = state = None
    for part in rest:
        state = state or short_form(part, rule.country, "state")
        county = county or short_form(part, rule.country, "county")
    words = city.split(" ")
    if len(words) > 1 and words[-1].isupper() and short_form(words[-1], rule.country, "county"):
        city, county = " ".join(words[:-1]), words[-1]
    return Address(head or None, city, state, match["zip"], county, rule.country)


def _city_zip(rule: _Rule, match: re.Match[str], head: str) -> Address:
    state, parts = _state(_split(head), rule.country)
    county, parts = _county(parts, rule.country)
    city = parts.pop() if parts and not parts[-1][:1].isdigit() else None
    return Address(", ".join(parts) or None, city, state, match["zip"], county, rule.country)


def _without_code(text: str, country: str | None) -> Address:
    """What can be told without a postal code: a state at the end, a county, the town before."""
    parts = _split(text)
    state, parts = _state(parts, country or "US")
    county, parts = _county(parts, country or "US")
    if state and not country:
        country = "US"
    city = None
    # The only part is a town where a state follows it, else rather a street.
    fewest = 0 if state else 1
    placed = state or county or country not in (None, "US")
    if placed and len(parts) > fewest and not any(char.isdigit() for char in parts[-1]):
        city = parts.pop()
    return Address(", ".join(parts) or None, city, state, None, county, country)


def _split(text: str) -> list[str]:
    return [part for part in (part.strip(" .-") for part in text.split(",")) if part]


def _state(parts: list[str], country: str) -> tuple[str | None, list[str]]:
    """The state that ends the parts, and the parts before it."""
    found = short_form(parts[-1], country, "state") if len(parts) > 1 else None
    return (found, parts[:-1]) if found else (None, parts)


def _county(parts: list[str], country: str) -> tuple[str | None, list[str]]:
    """The county that ends the parts, and the parts before it."""
    if len(parts) < 2:
        return None, parts
    if found := short_form(parts[-1], country, "county"):
        return found, parts[:-1]
    if _COUNTY.fullmatch(parts[-1]):
        return parts[-1], parts[:-1]
    return None, parts


def _street_and_city(parts: list[str]) -> tuple[str | None, str | None]:
    """The town is the last part; in a single part it begins after the street's last word."""
    if len(parts) > 1:
        return ", ".join(parts[:-1]), parts[-1]
    if not parts:
        return None, None
    line = parts[0]
    if not line[0].isdigit():
        return None, line
    words = line.split(" ")
    cut = _end_of_street(words)
    return " ".join(words[:cut]), " ".join(words[cut:]) or None


def _end_of_street(words: list[str]) -> int:
    """The place after the street's suffix and its unit; all of the words where there is none."""
    kinds = [_street_words().get(word.casefold().strip("."), "") for word in words]
    ends = [place for place, kind in enumerate(kinds) if kind == "suffix" and place > 1]
    if not ends:
        return len(words)
    cut = ends[0] + 1
    while cut < len(words) and (kinds[cut] == "suffix" or words[cut][:1] == "#" != words[cut]):
        cut += 1
    if cut < len(words) and (kinds[cut] == "unit" or words[cut] == "#"):
        cut += 2
    return cut


@cache
def _rules(country: str | None) -> tuple[_Rule, ...]:
    """The rules of a country, or those that are telling without one."""
    chosen = [
        line
        for line in lines("postal_codes")
        if (line["country"] == country if country else line["alone"])
    ]
    return tuple(_Rule(line["country"], line["layout"], _compiled(line)) for line in chosen)


def _compiled(line: dict[str, str]) -> re.Pattern[str]:
    code = rf"(?P<zip>{line['pattern']})(?![\w-])"
    if line["layout"] == "state_zip":
        states = any_of(line["states"].split()) or pattern_of(line["country"], "state")
        return re.compile(rf"(?:^|[,\s-])\s*(?P<state>{states})\.?[,\s]+{code}", re.IGNORECASE)
    prefix = r"(?:[A-Z]{1,2}-)?" if line["layout"] == "zip_city" else ""
    return re.compile(rf"(?:^|(?<=[,\s])){prefix}{code}", re.IGNORECASE)


@cache
def _street_words() -> dict[str, str]:
    return {line["word"]: line["kind"] for line in lines("street_words")}
