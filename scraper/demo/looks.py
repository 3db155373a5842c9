"""How the pages of a bad week look: the houses are as they were, and what is shown is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from scraper.demo.model import House

Look = Literal["", "redesign", "hundredfold", "currency", "hidden"]
"""As ever; a redesign that a site file's places do not survive; prices a hundred times too high;
prices in euros; a template that leaves the price out."""
LOOKS: Final[dict[str, str]] = {
    "redesign": "the third place of the head shows the lot, the living area has another label",
    "hundredfold": "all prices are a hundred times too high",
    "currency": "all prices are in euros",
    "hidden": "the price is on no page any more",
}
_PRICES: Final = ("sold_price", "listed_price", "last_sold_price", "estimate", "rent_estimate")
_SIZE: Final = ("Total interior livable area", "Living area", "Interior area")
_NEW_SIZE: Final = "Footprint"


def dressed(house: House, look: Look) -> House:
    """The house as such a page shows it."""
    if look == "hundredfold":
        return _priced(house, 100.0)
    if look == "hidden":
        return _priced(house, None)
    return house


def _priced(house: House, times: float | None) -> House:
    def shown(price: float | None) -> float | None:
        return None if price is None or times is None else price * times

    history = tuple(replace(event, price=shown(event.price)) for event in house.history)
    prices = {name: shown(getattr(house, name)) for name in _PRICES}
    return replace(house, history=history, **prices)  # type: ignore[arg-type]  # all prices


def painted(page: bytes, look: Look) -> bytes:
    """The page as it is served.

    >>> painted(b"<dd>$5</dd>", "currency").decode()
    '<dd>€5</dd>'
    """
    if look == "currency":
        return page.replace(b"$", "€".encode()).replace(b'"USD"', b'"EUR"')
    if look == "redesign":
        for label in _SIZE:
            page = page.replace(label.encode(), _NEW_SIZE.encode())
    return page


def ordered(glance: list[list[str]], look: Look) -> list[list[str]]:
    """What a buyer looks for first, in the order of the page's head.

    >>> ordered([["3", "bd"], ["2", "ba"], ["900", "sqft"], ["7,000", "sqft lot"]], "redesign")
    [['3', 'bd'], ['2', 'ba'], ['7,000', 'sqft lot'], ['900', 'sqft']]
    """
    if look != "redesign" or len(glance) < 4:
        return glance
    return [*glance[:2], glance[3], glance[2]]
