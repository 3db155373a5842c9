"""The lists of a search while they are read: what each shows, and which the site cuts off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from scraper.extract.total import Total
from scraper.sites.split import Part, Split, divided, whole

SLACK: Final = 0.03
"""Share of a total that a list may lack without being cut off: sold since it was counted, listed
twice, hidden."""
FEW: Final = 2
"""So few may be missing of any list."""
_ROUND: Final = 100
"""A total that it divides may be the most that the site ever names."""
_TOLD: Final = 50
"""Lists that `run.json` names one by one."""


@dataclass(eq=False, slots=True)
class HouseList:
    """One list of houses: of the site file, or a part of such a one."""

    where: str
    """The entry of the search that it belongs to."""
    part: Part
    above: HouseList | None = None
    """The list that it is a part of."""
    total: int | None = None
    """Houses that the site says it has."""
    at_least: bool = False
    """Whether the site says that there are more."""
    found: set[str] = field(default_factory=set)
    """IDs that its own pages showed."""
    asked: set[str] = field(default_factory=set)
    """Addresses of its pages."""
    pages: int = 0
    """Pages that were read."""
    parts: list[HouseList] = field(default_factory=list)
    is_cut: bool = False
    """Whether the site has more houses in it than it shows."""
    rendered: bool = False
    """Whether its pages need the browser."""
    depth: int = 0
    """Indexes of sitemaps that led to it."""
    is_ignored: bool = False
    """Whether the site took no notice of what was added to its address."""

    @property
    def url(self) -> str:
        """The address of its first page."""
        return self.part.url

    @property
    def all_found(self) -> set[str]:
        """IDs that it and its parts showed."""
        return self.found.union(*(one.all_found for one in self.parts))

    @property
    def leaves(self) -> Iterator[HouseList]:
        """The parts that were not divided any more; the list itself where it was not."""
        if not self.parts:
            yield self
        for one in self.parts:
            yield from one.leaves

    @property
    def named(self) -> int:
        """Houses in it by the site's own word, else those that were found."""
        return len(self.found) if self.total is None else self.total

    @property
    def short(self) -> bool:
        """Whether houses are missing that the site says it has."""
        if self.total is None:
            return any(leaf.is_cut for leaf in self.leaves)
        return is_short(len(self.all_found), self.total)


class Lists:
    """All lists of a crawl."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self.tops: list[HouseList] = []
        """The lists of the site file."""
        self._named: set[str] = set()
        """Addresses of the lists of the file, and of the sitemaps that an index named."""
        self._cap: int | None = None
        """Houses that the site shows of a list at most, as far as that was met."""

    def begin(self, where: str, url: str) -> HouseList:
        """A list of the site file."""
        found = HouseList(where, whole(url))
        self.tops.append(found)
        self._named.add(url)
        return found

    def below(self, index: HouseList, urls: Iterable[str]) -> Iterator[HouseList]:
        """The sitemaps that an index names, each a list; those that were named before left out."""
        for url in urls:
            if url not in self._named:
                self._named.add(url)
                self.tops.append(HouseList(index.where, whole(url), depth=index.depth + 1))
                yield self.tops[-1]

    def read(self, one: HouseList, ids: Iterable[str], total: Total | None) -> None:
        """Take note of a page of a list."""
        one.pages += 1
        one.found.update(ids)
        if one.total is None and total is not None:
            one.total, one.at_least = total.count, total.at_least
        if one.pages == 1 and one.found and self.split.pages is not None:
            self._met(len(one.found) * self.split.pages)

    def is_over(self, one: HouseList) -> bool:
        """Whether a list is known to be cut off before it was read to its end."""
        known = self._cap is not None and one.total is not None and one.total > self._cap
        return bool(known and self.split.by)

    def ended(self, one: HouseList) -> list[HouseList]:
        """The parts to read in place of a list that is cut off; none where it is whole."""
        one.is_cut = self.is_over(one) or self._is_cut(one)
        if not one.is_cut:
            return []
        if one.pages > 1:
            self._met(len(one.found))
        one.is_ignored = _is_ignored(one)
        if one.is_ignored:
            return []
        one.parts = [
            HouseList(one.where, part, one, rendered=one.rendered)
            for part in divided(one.part, self.split)
        ]
        return one.parts

    def _met(self, houses: int) -> None:
        self._cap = max(houses, self._cap or 0)

    def _is_cut(self, one: HouseList) -> bool:
        if one.total is None:
            return self.split.pages is not None and one.pages >= self.split.pages
        if one.at_least:
            return True
        return one.pages > 0 and is_short(len(one.found), one.total)

    def facts(self) -> dict[str, Any]:
        """What became of the lists, for `run.json`: sums, then the divided and the short ones."""
        counted = [one for one in self.tops if one.total is not None]
        told = [one for one in self.tops if one.parts or one.short]
        return {
            "lists": len(self.tops),
            "with_total": len(counted),
            "total": sum(one.named for one in counted),
            "found": sum(len(one.all_found) for one in counted),
            "divided": sum(bool(one.parts) for one in self.tops),
            "short": sum(one.short for one in self.tops),
            "told": [_fact(one) for one in told[:_TOLD]],
        }


def is_short(found: int, total: int) -> bool:
    """Whether more houses are missing than come and go while a list is read.

    >>> is_short(60, 240), is_short(239, 240), is_short(98, 100), is_short(0, 0)
    (True, False, False, False)
    """
    return total - found > max(FEW, SLACK * total)


def _is_ignored(one: HouseList) -> bool:
    """Whether a part is the same as another one: then dividing it on would never end.

    All of a list may be in one of its parts, but not in two.
    """
    if one.above is None:
        return False
    others = [part for part in one.above.parts if part is not one and part.pages]
    same = {one.total, one.above.total}
    if one.total and one.total % _ROUND and any({part.total} == same for part in others):
        return True
    return bool(one.found) and any(part.found == one.found for part in others)


def _fact(one: HouseList) -> dict[str, Any]:
    leaves = [*one.leaves]
    stuck = [leaf for leaf in leaves if leaf.is_cut]
    return {
        "where": one.where,
        "url": one.url,
        "total": one.total,
        "found": len(one.all_found),
        "parts": len(leaves) if one.parts else 0,
        "sum_of_parts": sum(leaf.named for leaf in leaves) if one.parts else None,
        "cut_off": [
            {
                "url": leaf.url,
                "total": leaf.total,
                "found": len(leaf.found),
                "ignored": leaf.is_ignored,
            }
            for leaf in stuck[:_TOLD]
        ],
    }


def list_lines(facts: Mapping[str, Any]) -> list[str]:
    """What a person has to know of the lists, a line each; nothing where all are whole.

    >>> list_lines({"told": []})
    []
    """
    lines = []
    for one in facts.get("told", ()):
        total = "an unknown number" if one["total"] is None else f"{one['total']:,}"
        line = f"{one['where']}: {one['found']:,} of {total} houses"
        if one["parts"]:
            line += f", in {one['parts']:,} parts that name {one['sum_of_parts']:,}"
        if one["cut_off"]:
            stuck = one["cut_off"][0]
            line += f"; cut off by the site: {stuck['url']}"
            if any(leaf["ignored"] for leaf in one["cut_off"]):
                line += ": the site takes no notice of what [search.split] adds to its address"
            elif not one["parts"]:
                line += ": say under [search.split] how to divide it"
        lines.append(line)
    return lines
