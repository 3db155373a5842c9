"""The tables of words in `scraper/extract/words`, read once, and the form words are compared in."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

IGNORED = "-"
"""Column of a label that is known and must fill no column."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a word stands for."""

    column: str
    """A column, or `price`, `sold`, `last_sold` that the sale settles, or `-`."""
    weight: float = 1.0
    """0 to 1: how sure the word alone is."""
    unit: str = ""
    """The unit that the word itself names."""


@cache
def lines(name: str) -> tuple[dict[str, str], ...]:
    """The lines of `words/<name>.csv`; those that start with # are comments.

    >>> lines("statuses")[0]
    {'words': 'sold', 'status': 'sold'}
    """
    text = files("scraper.extract.words").joinpath(f"{name}.csv").read_text("utf-8")
    kept = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(kept, restval=""))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A label in the form labels are compared in.

    >>> fold("Sq. Ft:"), fold("  Año de construcción "), fold("€/m²"), fold("No. of Beds")
    ('sq ft', 'ano de construccion', '€/m2', 'no of beds')
    """
    text = text.casefold()
    if not text.isascii():
        split = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in split if not unicodedata.combining(char))
    return " ".join(text.replace(".", " ").replace("\u2019", "'").split()).strip(" :*•·|-\u2013?#,")


@cache
def labels() -> dict[str, Term]:
    """Folded label to what it stands for."""
    found: dict[str, Term] = {}
    for line in lines("labels"):
        term = Term(line["column"], float(line["weight"]))
        found.setdefault(fold(line["label"]), term)
    return found


@lru_cache(maxsize=8192)
def label_term(text: str, unit: str = "") -> Term | None:
    """What a label stands for; "Built" with a unit of area is the floor area, not the year.

    A label that the table does not know is tried without what stands in brackets, without words
    for a number in front, without a unit behind, and by its parts around a stroke.

    >>> label_term("Zip/Postal code").column, label_term("Built", "m²").column
    ('zip', 'living_area_sqft')
    >>> label_term("N. camere").column, label_term("Superficie mq").column
    ('bedrooms', 'living_area_sqft')
    >>> label_term("Property tax (2023)").column, label_term("Roof")
    ('annual_tax_amount', None)
    """
    folded = fold(text)
    known = labels()
    found = known.get(folded)
    if found is None and len(folded) < 60:
        found = _town(folded) or next((known[f] for f in _forms(folded) if f in known), None)
    if unit and unit not in _MONEY_UNITS and (found is None or found.column == "year_built"):
        found = _AREA_LABELS.get(folded.split(" ")[0]) or found
    return found


def _town(folded: str) -> Term | None:
    """`PLZ / Ort`: the value has code and town, as an address has."""
    parts = [labels().get(part.strip()) for part in folded.split("/")]
    columns = {part.column for part in parts if part is not None}
    return Term("address", 0.7) if {"zip", "city"} <= columns else None


def _forms(folded: str) -> Iterator[str]:
    """Shorter forms of a label, the nearest first."""
    bare = _BRACKETS.sub("", folded).strip()
    yield bare
    without = _NUMBER_WORDS.sub("", bare)
    yield without
    yield _OFTEN.sub("", without)
    yield _UNIT_AT_END.sub("", without).strip()
    if "/" in folded:
        yield from (part.strip() for part in folded.split("/"))


@cache
def keys() -> dict[str, Term]:
    """JSON key, lower case without separators, to what it stands for."""
    return {line["key"]: Term(line["column"], 1.0, line["unit"]) for line in lines("keys")}


@lru_cache(maxsize=8192)
def key_term(name: str) -> Term | None:
    """What a JSON key stands for: by the table, else by the word inside its affixes.

    >>> key_term("bedroomsQuantity"), key_term("obj_livingSpace"), key_term("abTest")
    (Term(column='bedrooms', weight=0.9, unit=''), \
Term(column='living_area_sqft', weight=0.9, unit=''), None)
    >>> key_term("plotSizeSqm"), key_term("landArea_m2").unit
    (Term(column='lot_size_sqft', weight=0.9, unit='sqm'), 'm2')
    """
    word = key_of(name) if len(name) < 40 else ""
    if not word:
        return None
    known = keys()
    if word in known:
        return known[word]
    unit = _KEY_UNIT.search(word)
    bare = word[: unit.start()] if unit else word
    base = known.get(bare) or known.get(_core(bare))
    if base is None or base.column not in _NUMBERS:
        return None
    if unit is None:
        return Term(base.column, 0.9, base.unit)
    return Term(base.column, 0.9, unit[1]) if base.column.endswith("_sqft") else None


def _core(word: str) -> str:
    """A key's word without what only says how its value is stored."""
    found = _AFFIXES.fullmatch(word)
    return found[1] if found else ""


@lru_cache(maxsize=8192)
def key_of(name: str) -> str:
    """A JSON key in the form keys are compared in.

    >>> key_of("numberOfBedrooms"), key_of("lot_sqft"), key_of("@type")
    ('numberofbedrooms', 'lotsqft', 'type')
    """
    return _NO_LETTER.sub("", name.lower())


@cache
def words_pattern(where: str, region: str) -> re.Pattern[str]:
    """The words of `regions.csv` for one kind of place and region, as one pattern."""
    words = [
        line["words"]
        for line in lines("regions")
        if line["where"] == where and line["region"] == region
    ]
    if where == "heading":
        # `*estimate` is also the end of a made-up word.
        forms = (rf"\w*{fold(w[1:])}" if w[0] == "*" else re.escape(fold(w)) for w in words)
        return re.compile(r"(?<!\w)(?:" + "|".join(forms) + r")(?!\w)")
    return re.compile("|".join(re.escape(word) for word in words) or r"(?!)")


@cache
def status_words() -> tuple[tuple[str, str], ...]:
    """Folded words of a sale's state and the status they mean, longest words first."""
    found = [(fold(line["words"]), line["status"]) for line in lines("statuses")]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def unit_like(text: str) -> bool:
    """Whether a text is a unit of area or a currency.

    >>> unit_like("m²"), unit_like("sq. ft."), unit_like("LAND")
    (True, True, False)
    """
    bare = text.strip()
    return len(bare) < _LONGER_THAN_UNITS and _is_unit(bare)


@lru_cache(maxsize=8192)
def _is_unit(text: str) -> bool:
    return _UNIT.match(text) is not None


@lru_cache(maxsize=8192)
def split_unit(label: str) -> tuple[str, str]:
    """A label and the unit that stands in it.

    >>> split_unit("Plot (m²)"), split_unit("Beds"), split_unit("Sq. Ft:")
    (('Plot', 'm²'), ('Beds', ''), ('Sq. Ft:', 'sq ft'))
    """
    found = _UNIT_IN_LABEL.match(label)
    if found is not None and unit_like(found[2]):
        return found[1].strip(), found[2].strip()
    named = _UNIT_AT_END.search(fold(label)) if len(label) < 40 else None
    return label, named[1] if named else ""


_NUMBERS = frozenset(
    [
        "price",
        "listed_price",
        "sold_price",
        "bedrooms",
        "bathrooms",
        "full_bathrooms",
        "rooms",
        "stories",
        "parking_spaces",
        "garage_spaces",
        "living_area_sqft",
        "lot_size_sqft",
        "year_built",
    ]
)
"""Columns whose keys are known with affixes too; words of the others are part of many keys."""
_AFFIXES = re.compile(
    r"(?:obj|listing|property|prop|house|home|nb|num|numberof|no|total|raw|display|formatted|main|exact)?"
    r"(.+?)"
    r"(?:value|amount|num|number|total|count|cnt|qty|quantity|raw|int|float|string|text|formatted|display"
    r"|search|asstring|label)?"
)
_KEY_UNIT = re.compile(r"(sqft|sqm|m2|acres|hectares|squarefeet|squaremeters|squaremetres)$")
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]$")
_NUMBER_WORDS = re.compile(
    r"^(?:n|nr|no|nº|n°|num|number of|no of|total|total number of|#|numero de|nombre de|nb de|nb"
    r"|numero|anzahl der|anzahl|aantal|quantidade de|approx|approximate)\s+"
)
_OFTEN = re.compile(
    r"\s+(?:mtl|monatlich|pro monat|mensuel(?:le)?s?|par mois|mensual(?:es)?|al mes|mensili?"
    r"|al mese|mensal|por mes|per maand|monthly|per month|annual|annually|per year|per annum)$"
)
_MONEY_UNITS = frozenset(("$", "€", "£", "usd", "eur", "gbp"))
_AREA_LABELS = {
    "built": Term("living_area_sqft", 0.9),
    "interior": Term("living_area_sqft", 0.8),
    "internal": Term("living_area_sqft", 0.8),
    "living": Term("living_area_sqft", 0.9),
    "house": Term("living_area_sqft", 0.8),
    "construidos": Term("living_area_sqft", 0.9),
    "land": Term("lot_size_sqft", 0.9),
    "plot": Term("lot_size_sqft", 0.9),
}
"""First words of labels that name an area only together with its unit."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_UNIT_IN_LABEL = re.compile(r"^(.*?)\s*[(\[]([^)\]]*)[)\]]\s*:?\s*$")
_UNIT_AT_END = re.compile(r"\b(sq ft|sqft|square feet|acres|hectares|m2|sqm|sq m|mq|qm)$")
_LONGER_THAN_UNITS = 12
_UNIT = re.compile(
    r"(?i)^(m2|m²|sqm|sq\.? ?m|sq\.? ?ft\.?|sqft|ft2|ft²|acres?|ac|ha|hectares?|mq"
    r"|sq\.? ?yd|usd|eur|gbp|[$€£])$"
)
