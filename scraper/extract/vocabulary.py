"""The tables of words in `scraper/extract/words`, read once, and the form words are compared in."""

from __future__ import annotations

import csv
import re
import unicodedata
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


@cache
def keys() -> dict[str, Term]:
    """JSON key, lower case without separators, to what it stands for."""
    return {line["key"]: Term(line["column"], 1.0, line["unit"]) for line in lines("keys")}


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
        return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(fold(w)) for w in words) + r")(?!\w)")
    return re.compile("|".join(re.escape(word) for word in words) or r"(?!)")


@cache
def status_words() -> tuple[tuple[str, str], ...]:
    """Folded words of a sale's state and the status they mean, longest words first."""
    found = [(fold(line["words"]), line["status"]) for line in lines("statuses")]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def split_unit(label: str) -> tuple[str, str]:
    """A label and the unit that stands in it.

    >>> split_unit("Plot (m²)"), split_unit("Beds"), split_unit("Sq. Ft:")
    (('Plot', 'm²'), ('Beds', ''), ('Sq. Ft:', 'sq ft'))
    """
    found = _UNIT_IN_LABEL.match(label)
    if found is not None and _UNIT.match(found[2].strip()):
        return found[1].strip(), found[2].strip()
    named = _UNIT_AT_END.search(fold(label)) if len(label) < 40 else None
    return label, named[1] if named else ""


_NO_LETTER = re.compile(r"[^a-z0-9]+")
_UNIT_IN_LABEL = re.compile(r"^(.*?)\s*[(\[]([^)\]]*)[)\]]\s*:?\s*$")
_UNIT_AT_END = re.compile(r"\b(sq ft|sqft|square feet|acres|hectares|m2|sqm)$")
_UNIT = re.compile(
    r"(?i)^(m2|m²|sqm|sq\.? ?m|sq\.? ?ft\.?|sqft|ft2|ft²|acres?|ac|ha|hectares?|mq"
    r"|sq\.? ?yd|usd|eur|gbp|[$€£])$"
)
