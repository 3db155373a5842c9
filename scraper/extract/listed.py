"""What a search page shows of each house that it lists, as a number to compare with the next time.

Only amounts of money and the state of the sale count: photos, badges and "3 days ago" are others on
every visit, and say nothing of the house.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from scraper.extract.document import Document
from scraper.parse.money import parse_money
from scraper.parse.status import parse_status

_RUNS: Final = 60
"""Texts that a house's place in a list holds at most: what has more is the list itself."""
_LISTS: Final = frozenset(["ul", "ol", "table", "tbody", "section", "main", "body"])
"""What a place in a list stands in, where there is no other house to end it."""
_SHORT: Final = 60
"""Letters of a text that says a price or the state of the sale, and nothing else."""


def shown_of(parsed: Document, links: Sequence[tuple[str, int]]) -> dict[str, int | None]:
    """House ID to a number that differs where the list shows another price or state of the sale.

    `links`: house ID and element of each link to a house, in the page's order; the first one of a
    house counts. None where nothing of this is shown. The house's place in the list is the largest
    element around its link without a link to another.
    """
    out: dict[str, int | None] = {}
    before, afters = -1, _next_others(parsed, links)
    for (house_id, element), after in zip(links, afters, strict=True):
        if house_id not in out:
            out[house_id] = _digest(parsed, _card(parsed, element, before, after))
        before = element
    return out


def _next_others(parsed: Document, links: Sequence[tuple[str, int]]) -> list[int]:
    """Of each link the element of the next one to another house; behind the last where none is."""
    found, last, after = [], "", len(parsed.attributes)
    following = after
    for house_id, element in reversed(links):
        if house_id != last:
            after, last = following, house_id
        found.append(after)
        following = element
    return found[::-1]


def _card(parsed: Document, element: int, before: int, after: int) -> int:
    found, is_alone = element, before < 0 and after == len(parsed.attributes)
    for one in parsed.ancestors(element):
        texts = parsed.end_runs[one] - parsed.first_runs[one]
        if one <= before or parsed.ends[one] > after or texts > _RUNS:
            break
        if is_alone and parsed.tags[one] in _LISTS:
            break
        found = one
    return found


def _digest(parsed: Document, card: int) -> int | None:
    texts = parsed.texts[parsed.first_runs[card] : parsed.end_runs[card]]
    short = [text for text in texts if len(text) <= _SHORT]
    states = {state for text in short if (state := parse_status(text))}
    sums = [asked for text in short if (asked := amount(text))]
    if not sums and not states:
        return None
    return digest(repr((sorted(states), sums)))


def digest(said: str) -> int:
    """A number to compare instead of a text."""
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), "big", signed=True)


def amount(text: str) -> tuple[float, float | None] | None:
    """The sum of money that a text shows, the ends of a range; None for payments and other numbers.

    >>> amount("$450,000"), amount("450 000 EUR"), amount("$400K - $450K")
    ((450000.0, None), (450000.0, None), (400000.0, 450000.0))
    >>> [amount(text) for text in ("$2,100/mo", "1,850 sqft", "2,418 views", "21 Nov 2026", "3 bd")]
    [None, None, None, None, None]
    """
    if not any(map(str.isdecimal, text)):
        return None
    money = parse_money(text)
    if money is None or money.amount is None or money.currency is None or money.period:
        return None
    return money.amount, money.high
