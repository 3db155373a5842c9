"""Which layers a text can mean anything to, by the text alone.

Most texts of a page mean nothing to most layers, wherever they stand, and are the same on all pages
of a site: each is looked at once, and a layer is shown only what may be its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from scraper.extract.fits import is_amount, typology
from scraper.extract.kept import Kept
from scraper.extract.strips import strip_facts
from scraper.extract.vocabulary import fold, label_term, split_unit, status_words, words_pattern

if TYPE_CHECKING:
    from scraper.extract.document import Document

BARE: Final = re.compile(r"^\d{1,3}(?:[.,\s']\d{3})+$")
"""A sum without its currency."""
REQUEST: Final = re.compile(
    r"(?i)^(?:price|preis|prix|precio|prezzo|preço|prijs)?:?\s?(?:(?:up)?on request"
    r"|on (?:application|enquiry)|by negotiation|auf anfrage|sur demande|a consultar|su richiesta"
    r"|sob consulta|op aanvraag)\.?$|^(?:for sale by )?(?:auction|expressions? of interest)\b"
    r"|^(?:poa|contact agent)$"
)
SOLD: Final = re.compile(r"\b(?:sold|last sale|vendido|vendu|venduto|verkauft|verkocht)\b")
BUILT: Final = re.compile(
    r"\b(?:built|constructed|construite?|construid[oa]|construíd[oa]|costruit[oa]|erbaut|gebouwd"
    r"|baujahr|bouwjaar)\s(?:in\s|en\s|nel\s|em\s|circa\s|c\.?\s|around\s)?((?:1[6-9]|20)\d\d)\b"
)
_OF_SALE: Final = (
    *("sold", "last sale", "vendido", "vendu", "verkauft", "verkocht"),
    *("built", "constru", "costrui", "erbaut", "gebouwd", "baujahr", "bouwjaar"),
)
"""What every match of `SOLD` and `BUILT` holds."""
COLON: Final = re.compile(r"^([^:\d][^:]{1,45}?)\s*:\s+(\S.*)$")
"""A label and its value in one text."""
LONGEST_LABEL: Final = 48
SHORTEST_PROSE: Final = 80
"""A description has more characters."""
_SHORT: Final = re.compile(
    r"^\d{1,3}(?:[.,\s]?\d{3})*(?:[.,]\d{1,2})?(?:\s?[^\W\d_]{1,3}[\w.²]{0,3}(?:\s?[\w.]{1,3})?)?$"
)
"""A number that an icon may label, with a unit."""


def of_label(text: str) -> bool:
    """Whether a text may be a label, or hold one; not by a site's own words."""
    if ":" in text and COLON.match(text):
        return True
    return len(text) <= LONGEST_LABEL and (
        any(char.isalpha() for char in text) or label_term(*split_unit(text)) is not None
    )


def of_heading(text: str) -> bool:
    """Whether a text is just the words that open a part of the page."""
    if len(text) >= 40:
        return False
    folded = fold(text)
    return any(words_pattern("heading", name).fullmatch(folded) for name in _REGIONS)


def of_price(text: str) -> bool:
    """Whether a text is a sum, or the number of one."""
    return is_amount(text) or BARE.match(text) is not None


def of_request(text: str) -> bool:
    """Whether a text stands in the place of a price."""
    return len(text) < 45 and REQUEST.match(text) is not None


def of_sale(text: str) -> bool:
    """Whether a text speaks of a sale, or of the year that the house was built in."""
    if len(text) < 8:
        return False
    lowered = text.lower()
    if not any(word in lowered for word in _OF_SALE):
        return False
    return (len(text) > 24 and BUILT.search(lowered) is not None) or (
        len(text) <= 140 and SOLD.search(lowered) is not None
    )


def of_status(text: str) -> bool:
    """Whether a text is or begins with words of a sale's state, not merely holds them."""
    return len(text) <= 30 and _state().match(fold(text.replace("_", " "))) is not None


@cache
def _state() -> re.Pattern[str]:
    words = "|".join(re.escape(words) for words, _ in status_words())
    return re.compile(rf"(?:{words})(?: on | for |$)")


def of_counts(text: str) -> bool:
    """Whether a text without a label holds facts by itself."""
    if not text[:1].isalnum():
        return False
    return typology("", text) is not None or next(strip_facts(text), None) is not None


def of_number(text: str) -> bool:
    """Whether a text may be a number whose unit stands in the next one."""
    return text[:1].isalnum() and text[-1].isdigit() and len(text) < 12


def of_prose(text: str) -> bool:
    """Whether a text is long enough to describe a house."""
    return len(text) > SHORTEST_PROSE


def of_icon(text: str) -> bool:
    """Whether a text is a number that an icon may label."""
    return len(text) <= 20 and text[0].isdigit() and _SHORT.match(text) is not None


_REGIONS: Final = ("other", "money", "chrome", "history", "tax", "school")
_TESTS: Final[tuple[Callable[[str], bool], ...]] = (
    of_label,
    of_heading,
    of_price,
    of_request,
    of_sale,
    of_status,
    of_counts,
    of_number,
    of_icon,
    of_prose,
)


_MEANT: Final = Kept(
    lambda text: sum(1 << bit for bit, test in enumerate(_TESTS) if test(text)),
    longest=1_000,
    most=2_500_000,
)
"""Texts to what they may mean."""


def passing(document: Document, test: Callable[[str], bool]) -> list[int]:
    """The runs that pass a test of this module."""
    if not document.meant:
        for run, bits in enumerate(map(_MEANT.__getitem__, document.texts)):
            document.meant[bits].append(run)
    bit = 1 << _TESTS.index(test)
    found: list[int] = []
    for bits, runs in document.meant.items():
        if bits & bit:
            found += runs
    found.sort()
    return found


def own(document: Document, test: Callable[[str], bool]) -> list[int]:
    """The runs of the house's own part that pass a test of this module."""
    owners, regions = document.owners, document.regions
    return [run for run in passing(document, test) if not regions[owners[run]]]
