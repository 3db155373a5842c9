"""Which part of a search's address names the place, so that `{where}` can stand there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from scraper.schema import Row
from scraper.sites.draft_slots import Address, address

_COLUMNS: Final = ("city", "county", "state", "zip", "region")
_PAGES: Final = re.compile(r"(?i)^(?:page|pg|p|pagina|seite|start|offset|sort|order|orden)$")


@dataclass(frozen=True, slots=True)
class WhereRule:
    """The search's address with its place taken out."""

    url: str
    """`[search] urls`: with `{where}` where a place was found."""
    where: tuple[str, ...] = ()
    """The place of the given address; empty without `{where}`."""
    others: tuple[str, ...] = ()
    """Other places that the page links to in the same way."""


def places(rows: Iterable[Row]) -> frozenset[str]:
    """The towns, states and postal codes of houses as addresses write them.

    >>> sorted(places([{"city": "Alder Point", "state": "OR", "zip": None}]))
    ['alder point', 'alder-point', 'alder_point', 'alderpoint', 'or']
    """
    found: set[str] = set()
    for row in rows:
        for column in _COLUMNS:
            words = _plain(str(row.get(column) or ""))
            if len(words) > 1:
                found |= {words.replace(" ", joint) for joint in ("-", "_", " ", "")}
    return frozenset(found)


def where_rule(
    search: str, links: Sequence[str], names: Collection[str], heads: Sequence[str] = ()
) -> WhereRule:
    """The search's address as `[search] urls` has it.

    `links` are the addresses on the search page, `names` the places of its houses, `heads` the
    titles of their pages: a word that is in all of them, and that other searches on the page
    have another word for, is a place too.

    >>> links = ["https://a.example/sold/brush-creek", "https://a.example/h/1"]
    >>> where_rule("https://a.example/sold/alder-point?v=2", links, {"alder-point"})
    ... # doctest: +NORMALIZE_WHITESPACE
    WhereRule(url='https://a.example/sold/{where}?v=2', where=('alder-point',),
              others=('brush-creek',))
    """
    own = address(search)
    if own is None:
        return WhereRule(search)
    found = [one for link in links if (one := address(link)) and one.root == own.root]
    for place in reversed(range(len(own.steps))):
        if _is_place(own.steps[place], names):
            return _in_path(search, own, place, found)
    for name, value in own.query.items():
        if _is_place(value, names) and not _PAGES.search(name):
            return _in_query(search, own, name, found)
    return _by_siblings(search, own, found, heads)


def _by_siblings(
    search: str, own: Address, links: Sequence[Address], heads: Sequence[str]
) -> WhereRule:
    shown = [f" {_plain(head)} " for head in heads]
    for place in reversed(range(1, len(own.steps))):
        if (
            _in_all(own.steps[place], shown)
            and (rule := _in_path(search, own, place, links)).others
        ):
            return rule
    for name, value in own.query.items():
        if _in_all(value, shown) and (rule := _in_query(search, own, name, links)).others:
            return rule
    return WhereRule(search)


def _in_all(step: str, shown: Sequence[str]) -> bool:
    words = _plain(unquote(step))
    return len(words) > 2 and bool(shown) and all(f" {words} " in head for head in shown)


def _in_path(search: str, own: Address, place: int, links: Sequence[Address]) -> WhereRule:
    entry = own.steps[place]
    head, _, rest = (
        search.partition(f"/{entry}") if search.count(f"/{entry}") == 1 else ("", "", "")
    )
    if not head:
        return WhereRule(search)
    others = [
        one.steps[place]
        for one in links
        if len(one.steps) == len(own.steps)
        and set(one.query) <= set(own.query)
        and all(
            a == b for n, (a, b) in enumerate(zip(one.steps, own.steps, strict=True)) if n != place
        )
    ]
    return WhereRule(f"{head}/{{where}}{rest}", (unquote(entry),), _others(others, entry))


def _in_query(search: str, own: Address, name: str, links: Sequence[Address]) -> WhereRule:
    entry = own.query[name]
    written = re.search(rf"(?<=[?&]){re.escape(name)}=([^&#]*)", search)
    if written is None:
        return WhereRule(search)
    url = f"{search[: written.start(1)]}{{where}}{search[written.end(1) :]}"
    others = [
        one.query[name]
        for one in links
        if one.steps == own.steps and set(one.query) == set(own.query)
    ]
    return WhereRule(url, (entry,), _others(others, entry))


def _others(found: Iterable[str], own: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if one not in (own, quote(own))))


def _is_place(step: str, names: Collection[str]) -> bool:
    """Whether a part of an address is a place, alone or with other words: `salem-or`."""
    words = _plain(unquote(step))
    if words in names or words.replace(" ", "-") in names:
        return True
    parts = words.split()
    longest = max((len(name.split("-")) for name in names), default=0)
    runs = {"-".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)}
    return longest > 0 and any(len(run) > 2 and run in names for run in runs)


def _plain(text: str) -> str:
    """A name in the letters of addresses.

    >>> _plain("Saint-Étienne"), _plain("Alder Point, OR")
    ('saint etienne', 'alder point or')
    """
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z0-9]+", bare))
