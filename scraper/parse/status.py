"""What a page says of the sale, out of words of seven languages and the enumerations of feeds."""

from __future__ import annotations

from scraper.parse.text import clean_text
from scraper.parse.vocabulary import meaning


def parse_status(raw: object) -> str | None:
    """One of `schema.STATUSES`, by the table `statuses`; None where the text says none.

    >>> [parse_status(raw) for raw in ("RECENTLY_SOLD", "For sale", "Sold STC", "Off market")]
    ['sold', 'for_sale', 'pending', 'off_market']
    >>> [parse_status(raw) for raw in ("https://schema.org/InStock", "Vendu", "Te koop", "--")]
    ['for_sale', 'sold', 'for_sale', None]
    """
    text = clean_text(raw)
    if text is None or len(text) > 200:
        return None
    return meaning("statuses", "status", text)
