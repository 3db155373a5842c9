"""The price that a page shows largest, and what its sentences say of the sale."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from scraper.extract.belongs import Region
from scraper.extract.document import Document
from scraper.extract.fits import is_amount, is_money, status_of
from scraper.extract.opening import Opening
from scraper.extract.sieves import (
    BARE,
    BUILT,
    REQUEST,
    SHORTEST_PROSE,
    SOLD,
    of_price,
    of_prose,
    of_request,
    of_sale,
    of_status,
    own,
)
from scraper.extract.vocabulary import fold
from scraper.facts import Fact
from scraper.parse.currency import codes_of


def prices(document: Document, taken: Collection[int] = ()) -> Iterator[Fact]:
    """Sums that stand alone in a text of the house's own part, the most prominent surest.

    Prominent is what stands early, in an element whose class speaks of a price, or in a heading.
    `taken` are the runs that a label says are something else.
    """
    first = True
    for run in own(document, of_price):
        text = _with_currency(document, run, document.texts[run])
        if run in taken or not is_amount(text):
            continue
        if not _LARGE.search(text) or not is_money(text) or _periodic(document, run):
            continue
        sure = 0.45 + 0.1 * first
        words = _words_above(document, run)
        if _PRICE_CLASS.search(words):
            sure += 0.15
        if _near_heading(document, run):
            sure += 0.05
        first = False
        yield Fact(_column(document, run), text, "text:price", round(sure, 2))
        sign = _SIGN.search(text)
        if sign is not None:
            yield Fact("currency", sign[0], "text:price", round(sure - 0.1, 2))


def _with_currency(document: Document, run: int, text: str) -> str:
    """A number with the currency that stands in the next or the last run: `<b>200.000</b> €`."""
    if not BARE.match(text):
        return text
    near = {document.owners[run], document.parents[document.owners[run]]}
    for other in (run + 1, run - 1):
        if 0 <= other < len(document.texts) and _is_sign(document.texts[other]):
            owner = document.owners[other]
            if near & {owner, document.parents[owner]}:
                sign = document.texts[other]
                return f"{text} {sign}" if other > run else f"{sign} {text}"
    return text


def _is_sign(text: str) -> bool:
    """Whether a text is nothing but a currency."""
    return len(text) <= 4 and (_SIGN.fullmatch(text) is not None or bool(codes_of(text)))


def on_request(document: Document) -> Iterator[Fact]:
    """Words that stand in the place of a price: "Price on request", "Auction"."""
    limit = max(40, len(document.texts) // 3)
    for run in own(document, of_request):
        found = REQUEST.match(document.texts[run]) if run < limit else None
        if found is not None and not _in_link(document, run):
            yield Fact("price", found[0], "text:on request", 0.42)
            return


def sentences(document: Document) -> Iterator[Fact]:
    """Facts of sentences such as "Sold on 07/29/22 for $1,475,000" and "Built in 1969, ..."."""
    for run in own(document, of_sale):
        text = document.texts[run]
        lowered = text.lower()
        built = BUILT.search(lowered) if len(text) > 24 else None
        if built is not None:
            yield Fact("year_built", built[1], f"text:{built[0]}", 0.4)
        if len(text) > 140 or not SOLD.search(lowered):
            continue
        last = bool(_LAST.search(text))
        amount, day = _SUM.search(text), _DATE.search(text)
        source = f"text:{text[:50]}"
        if amount is not None and is_money(amount[0]) and not _SPAN.search(text):
            yield Fact("last_sold_price" if last else "sold_price", amount[0], source, 0.85)
        if day is not None:
            yield Fact("last_sold_on" if last else "sold_on", day[0], source, 0.85)
        if not last and (amount or day):
            # An earlier sale reads the same, so a badge of the status itself is surer.
            yield Fact("status", "sold", source, 0.45)


def statuses(document: Document) -> Iterator[Fact]:
    """Short texts near the top that name the state of the sale, as a badge does."""
    limit = max(60, len(document.texts) // 2)
    for run in own(document, of_status):
        text = document.texts[run]
        status = status_of(text) if run < limit else None
        if status is not None and not _in_link(document, run):
            named = _STATUS_CLASS.search(_words_above(document, run)) is not None
            if not named and fold(text) in _VAGUE:
                continue
            sure = 0.7 if named else 0.5
            yield Fact("status", status, f"text:{text}", sure)


def description(document: Document) -> Iterator[Fact]:
    """The longest text of the house's own part, or the texts of the element named for it."""
    best, where = "", "text"
    for number in document.opened(describes):
        if document.regions[number] == Region.OWN:
            text = document.text_of(number, 60)
            if len(best) < len(text) < 8000 and len(text) > SHORTEST_PROSE:
                best, where = text, "text:description"
    if not best:
        best = max((document.texts[run] for run in own(document, of_prose)), key=len, default="")
    if len(best) > SHORTEST_PROSE:
        yield Fact("description", best, where, 0.6 if where != "text" else 0.4)


def describes(one: Opening) -> bool:
    """Whether the words of a class and an id name a description."""
    get = one.attributes.get
    return _names_description(get("class") or "") or _names_description(get("id") or "")


@lru_cache(maxsize=4096)
def _names_description(words: str) -> bool:
    return _DESCRIPTION.search(words.lower()) is not None


def _periodic(document: Document, run: int) -> bool:
    """Whether the neighbouring text makes the sum a rate, an estimate or a former price."""
    after = document.texts[run + 1] if run + 1 < len(document.texts) else ""
    before = document.texts[run - 1] if run else ""
    return _RATE_AFTER.match(after) is not None or _NOT_PRICE_BEFORE.search(before) is not None


def _column(document: Document, run: int) -> str:
    before = document.texts[run - 1] if run else ""
    if len(before) < 30 and _LAST.search(before) and SOLD.search(before.lower()):
        return "last_sold_price"
    return "price"


def _words_above(document: Document, run: int) -> str:
    steps = list(document.ancestors(document.owners[run]))[:3]
    near = [document.attributes[step] for step in steps]
    return " ".join(
        f"{a.get('class') or ''} {a.get('id') or ''} {a.get('data-testid') or ''}" for a in near
    ).lower()


def _near_heading(document: Document, run: int) -> bool:
    steps = list(document.ancestors(document.owners[run]))[:4]
    return any(document.tags[step] in ("h1", "h2", "h3", "header") for step in steps)


def _in_link(document: Document, run: int) -> bool:
    steps = list(document.ancestors(document.owners[run]))[:3]
    return any(document.tags[step] in ("a", "button", "option") for step in steps)


_PRICE_CLASS = re.compile(r"price|precio|prix|prezzo|preis|prijs|preco")
_STATUS_CLASS = re.compile(r"status|badge|tag|chip|label|state")
_DESCRIPTION = re.compile(r"descri|remarks|comment-text|overview-text|omschrijving|beschreibung")
_LAST = re.compile(r"(?i)\b(?:last|prior|previous)\b")
_SPAN = re.compile(r"(?i)\b(?:recently sold|sold homes|nearby|average|median|similar)\b")
_SUM = re.compile(r"(?:[A-Z]{1,3})?[$€£]\s?\d[\d.,]*\d(?:\s?[KkMm]\b)?|\d[\d.\s,]*\d\s?[€£]")
_DATE = re.compile(
    r"(?i)\d{4}-\d\d-\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
    r"|\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,10}\.?,?\s+(?:de\s+)?\d{4}"
    r"|[^\W\d_]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+(?:19|20)\d\d"
)
_RATE_AFTER = re.compile(
    r"(?i)^\s*(?:/|per\b|a month|pcm|pw|monthly|est\.? payment|estimated|mo\b|deposit)"
)
_NOT_PRICE_BEFORE = re.compile(
    r"(?i)(?:estimate|est\.|zestimate|per month|monthly|payment|mortgage|was:?|previous|reduced"
    r"|deposit|rent|tax|fee|insurance|per sq|from|save|down by|price cut|hoa)\W*$"
)
_SIGN = re.compile(r"(?:US|A|C|NZ|HK|S|R|MX)?[$€£¥₹]|zł|Kč|CHF|AED|ZAR|\bR(?=\s?\d|$)|kr")
_LARGE = re.compile(r"\d(?:[.,\s']?\d){3}|\d\s?(?:[kKmML]\b|[Mm]io|[Mm]ill|[Ll]akh|[Ll]ac|[Cc]r)")
"""No house costs less than four digits."""
_VAGUE = frozenset(("other", "available", "active", "closed", "expired", "on market", "vendita"))
