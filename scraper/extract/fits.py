"""Whether a text can be the value of a column: a first sieve, before any cleaning."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from scraper.extract.vocabulary import fold, status_words
from scraper.parse.home_type import parse_home_type
from scraper.schema import columns_by_name


@lru_cache(maxsize=1024)
def kind_of(column: str) -> str:
    """What a column's text has to look like: money, area, date, count, year, text, ...

    >>> kind_of("price"), kind_of("bedrooms"), kind_of("year_built"), kind_of("heating")
    ('money', 'count', 'year', 'text')
    """
    if column in ("price", "sold", "last_sold"):
        return "money" if column == "price" else "sale"
    if column == "year_built":
        return "year"
    if column == "hoa_monthly":
        return "money"
    if column in ("latitude", "longitude"):
        return "degrees"
    found = columns_by_name("houses").get(column)
    return found.kind if found is not None else "text"


def fits(column: str, text: str) -> bool:
    """Whether a text can be a value of a column.

    >>> fits("bedrooms", "3"), fits("bedrooms", "Kitchen"), fits("price", "$1,475,000 USD")
    (True, False, True)
    >>> fits("high_school", "PK,9-12"), fits("high_school", "Oak Hill")
    (False, True)
    >>> fits("price", "$2,400/mo"), fits("price", "$642/sqft"), fits("year_built", "1988")
    (False, False, True)
    """
    sieve = _SIEVES.get(kind_of(column))
    if sieve is not None:
        longest, pattern = sieve
        words = kind_of(column) == "count" and fold(text) in _COUNT_WORDS
        return len(text) < longest and (words or pattern.search(text) is not None)
    if kind_of(column) == "money":
        # A price by area may stand in brackets behind the price.
        return len(text) < 80 and is_money(text.split(" (", maxsplit=1)[0], column)
    return _fits_text(column, text)


def _fits_text(column: str, text: str) -> bool:
    """Whether a text can be a value of a column that is no number."""
    if column == "status":
        return status_of(text) is not None
    if column == "home_type":
        return len(text) < 60 and (
            parse_home_type(text) is not None or typology("", text) is not None
        )
    if column in _SHORT_TEXTS:
        return 1 < len(text) < 60 and not is_amount(text)
    if column.endswith("_school"):
        return _GRADES.fullmatch(fold(text)) is None and 3 < len(text) < 100
    return 0 < len(text) < 300 or column == "description"


def typology(label: str, value: str) -> tuple[str, str] | None:
    """The count of rooms that a type like `T2` stands for: of bedrooms in Portugal, else of rooms.

    >>> typology("Tipologia", "T2"), typology("Type de bien", "T3"), typology("Type", "House")
    (('bedrooms', '2'), ('rooms', '3'), None)
    """
    found = _TYPOLOGY.fullmatch(value)
    if found is None:
        return None
    return "bedrooms" if fold(label).startswith("tipologia") else "rooms", found[1]


def is_money(text: str, column: str = "price") -> bool:
    """Whether a text is a sum that was or is asked or paid once."""
    if _ON_REQUEST.search(text):
        return True
    if not _NUMBER.search(text):
        return False
    if column == "hoa_monthly":
        return not _PER_AREA.search(text)
    if column == "annual_tax_amount":
        return not _PER_AREA.search(text) and not _MONTH.search(text)
    return not _PER.search(text) and "%" not in text


def is_amount(text: str) -> bool:
    """Whether a text is nothing but a sum with its currency.

    >>> is_amount("$1,475,000"), is_amount("570 000 €"), is_amount("AED 2.52M"), is_amount("3 bd")
    (True, True, True, False)
    """
    return len(text) < 60 and _AMOUNT.match(text) is not None


def status_of(text: str) -> str | None:
    """The status of the sale that a short text names.

    >>> status_of("FOR_SALE"), status_of("Sold on 07/29/22"), status_of("Kitchen")
    ('for_sale', 'sold', None)
    >>> status_of("Sold STC"), status_of("https://schema.org/InStock")
    ('pending', 'for_sale')
    """
    folded = fold(text.replace("_", " ").replace("/", " "))
    if len(folded) > 80:
        return None
    known = _by_first_word()
    near = {one for word in _WORD.findall(folded) for one in known.get(word, ())}
    for _, words, status in sorted(near):
        place = folded.find(words)
        if place >= 0 and _alone(folded, place, place + len(words)):
            return status
    return None


@cache
def _by_first_word() -> dict[str, list[tuple[int, str, str]]]:
    """The words of a sale's state by their first one, with their rank: a text has few of them."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for rank, (words, status) in enumerate(status_words()):
        found.setdefault(_WORD.findall(words)[0], []).append((rank, words, status))
    return found


def _alone(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


_SYMBOL = r"(?:US\$|A\$|C\$|NZ\$|R\$|MX\$|HK\$|S\$|[$€£¥₹₺₽₪₩₱฿₫]|kr\.?|zł|Kč|Ft|CHF|Fr\.?|Rs\.?|R)"
_CODE = r"(?:[A-Z]{3}|MN|UF|Dhs?\.?)"
_SUM = (
    r"\d[\d.,'\s]*(?:\s?(?:k|K|M|m|mn|[Mm]illion|Mio\.?|[Ll]akhs?|[Ll]acs?|L|Crs?|[Cc]rores?)\b)?"
)
_PART = (
    rf"(?:(?:{_CODE}\s?)?{_SYMBOL}\s?{_SUM}(?:\s?{_CODE})?"
    rf"|{_CODE}\s{_SUM}|{_SUM}\s?(?:{_SYMBOL}|{_CODE}))"
)
_TERMS = (
    r"[.,]?[-\u2013]{0,2}(?:\s?(?:\+|k\.?k\.?|v\.?o\.?n\.?|kosten koper|vrij op naam|VH?B|FP|NP"
    r"|FAI|HAI|o\.?n\.?o\.?|neg\.?|negotiable|\*))?"
)
"""What may follow a price: who pays the costs, and whether it is open to offers."""
_AMOUNT = re.compile(
    r"^(?:(?:(?i:from|offers over|guide price|ab|dès|desde|da|offers in excess of|asking price"
    r"|offers in region of|offers around|offers in the region of|oieo|oiro|guide|amv:?|vanaf"
    r"|à partir de|a partir de|price:?|fixed price))\s+)?"
    rf"{_PART}(?:\s?[-\u2013\u2014]\s?{_PART})?{_TERMS}$"
)
_TYPOLOGY = re.compile(r"[TFV](\d)(?:\+\d)?")
_NUMBER = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+")
_STARTS = re.compile(r"^[<>~≈ca.\s]*\d")
_COUNT = re.compile(
    r"(?i)^[<>~≈ca.\s]*\d{1,3}(?:[.,]\d{1,2})?(?![\d.,]*\d)(?!\s*(?:sq|m²|m2|acre|ac\b|ha\b|ft|[€$£%]))"
)
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]\d\d|20\d\d)(?!\d)")
_MONTH = re.compile(r"(?i)/\s?mo|per month|a month|monthly|/\s?mes|/\s?mois|/\s?mese|/\s?maand|pcm")
_PER_AREA = re.compile(r"(?i)/\s?(?:sq|m²|m2|ft|mq)|per (?:sq|m²|m2)")
_PER = re.compile(
    r"(?i)/\s?(?:sq|m²|m2|ft|mq|mo|month|mes|mois|mese|monat|week|wk|night|yr|year|an\b|ano)"
    r"|per (?:sq|m²|m2|month|week|night|year|annum)|\bpcm\b|\bpw\b|a month|monthly"
)
_ON_REQUEST = re.compile(
    r"(?i)\b(?:on request|on application|poa|contact agent|auf anfrage|sur demande|a consultar"
    r"|su richiesta|sob consulta|op aanvraag|auction)\b"
)
_GRADE = r"(?:pre-?k|tk|kg|[pk]{1,2}|\d{1,2})(?:st|nd|rd|th)?"
_GRADES = re.compile(rf"(?:grades?:? )?{_GRADE}(?: ?(?:[-,&\u2013]|to) ?{_GRADE})*|\d+ ?/ ?\d+")
_COUNT_WORDS = frozenset(
    [
        "none",
        "studio",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    ]
)
_SHORT_TEXTS = frozenset(("city", "state", "zip", "county", "country", "region"))
_AREA = (
    r"\W{0,3}[\d.]*\d|(?:ca|approx|circa|about|env|total|over|lot|aprox|pl)\b\D{0,12}\d"
    r"|.*\d\s?(?:sq|sf|m²|m2|mq|qm|ac|ha|ft|pc|cent|ground|guntha|marla|kanal|perch)"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|half an?|a quarter)\b.*\bacres?"
)
"""An area begins with its number, or has its unit behind it."""
_SIEVES = {
    "area": (
        60,
        re.compile(rf"^(?={_AREA})(?!.*(?:{_PER.pattern.removeprefix('(?i)')}))", re.IGNORECASE),
    ),
    "count": (40, _COUNT),
    "score": (40, _STARTS),
    "year": (30, _YEAR),
    "date": (60, _NUMBER),
    "sale": (60, _NUMBER),
    "degrees": (30, _NUMBER),
}
"""Kind to the longest text of it and to what the text must hold."""
