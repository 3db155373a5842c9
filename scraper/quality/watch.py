"""Looks on while a crawl runs: a site that changed, or stopped answering, is known in pages."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Final

from scraper.quality.fall import Fall, falls, is_time, luck_of
from scraper.quality.fill import GIVES, KNOWN, PLACES, Fill, gives
from scraper.quality.finding import Finding, first
from scraper.quality.seen import ALL, CORE, PRICES, Seen
from scraper.quality.share import is_far_below
from scraper.quality.tables import secret_prices

REFUSALS: Final = 5
"""Refused pages in a row after which a site is not asked any more."""
SAME_PAGES: Final = 3
"""Houses with one and the same page, byte by byte. Two can be a redirect."""
SAME_HOUSES: Final = 4
"""Houses that share address, price, areas, rooms and year. Two or three can be flats of a house."""
RECENT: Final = 10
"""Pages among which they are looked for."""
NEVER_READ: Final = 20
"""Pages without a house, from the first on, after which the site file is not for this site."""
WINDOW: Final = 64
"""Latest houses of a kind that are looked at for gaps."""
FEWEST: Final = 5
"""Houses in a row without a column before it is worth a look."""
FEWEST_OTHERS: Final = 25
"""The same for what is not asked for first."""
_PAGE: Final = "page"
_FROM: Final = " from "


class Watch:
    """Told of every page as it comes; says what is wrong once, and stays with it."""

    def __init__(self, past: Fill | None = None, *, priced: bool = True) -> None:
        """`past`: what the site gave in the crawls before, None where nothing was published.

        `priced`: whether its houses have prices, as far as the site file says.
        """
        self._past = past or Fill()
        self._priced = priced
        self._now = Fill()
        self._recent: dict[str, deque[Seen]] = {}
        self._runs: dict[str, Counter[str]] = {}
        self._refused: list[str] = []
        self._unread: list[str] = []
        self._read = self._past.of(ALL).rows
        self.findings: list[Finding] = []
        """What is wrong; empty while nothing is."""
        self.doubted: set[str] = set()
        """IDs of the houses of this crawl whose rows are not to be trusted."""

    def refused(self, url: str) -> None:
        """A page was a refusal."""
        self._refused.append(url)
        if len(self._refused) >= REFUSALS and not self.findings:
            found = f"{len(self._refused)} refusals in a row, the first after {self._good}"
            self._alarm([Finding("refusals", _PAGE, found, "houses", first(self._refused))])

    def unread(self, url: str) -> None:
        """A page came, and no house could be read from it."""
        self._unread.append(url)
        n = len(self._unread)
        never = not self._read and n >= NEVER_READ
        if not self.findings and (never or is_far_below(0, n, self._read, self._read)):
            found = f"no house could be read from {n} pages in a row"
            self._alarm([Finding("unread", _PAGE, found, f"a house, as on {self._good}",
                                 first(self._unread))])  # fmt: skip

    def read(self, seen: Seen) -> None:
        """A house was read."""
        self._refused.clear()
        self._unread.clear()
        self._read += 1
        if self.findings:
            self.doubted.add(seen.house_id)
            return
        self._now.add(seen)
        for group in seen.groups:
            self._recent.setdefault(group, deque(maxlen=WINDOW)).append(seen)
        if found := self._constant(seen):
            self._alarm([found])
        elif gaps := self._gaps(seen) or self._falls() or self._no_price():
            self._alarm(gaps)

    @property
    def _good(self) -> str:
        return f"{self._read} pages before" if self._read else "the site file's word"

    def _alarm(self, findings: list[Finding]) -> None:
        self.findings = findings

    def _constant(self, seen: Seen) -> Finding | None:
        recent = list(self._recent[ALL])[-RECENT:]
        alike = [one for one in recent if seen.page and one.page == seen.page]
        if len({one.house_id for one in alike}) >= SAME_PAGES:
            return self._same(recent, alike, "page", "the same page, byte by byte,")
        alike = [one for one in recent if seen.same and one.same == seen.same]
        if len({one.house_id for one in alike}) >= SAME_HOUSES:
            return self._same(recent, alike, "address, price", "one address, price and size")
        return None

    def _same(self, recent: list[Seen], alike: list[Seen], column: str, what: str) -> Finding:
        self.doubted |= {one.house_id for one in recent[recent.index(alike[0]) :]}
        found = f"{what} for {len({one.house_id for one in alike})} different IDs"
        return Finding("constant", column, found, "a page of its own for each house",
                       first(one.url for one in alike))  # fmt: skip

    def _gaps(self, seen: Seen) -> list[Finding]:
        """A finding for each column that has stopped coming."""
        found: dict[str, Finding] = {}
        for group in seen.groups:
            for column in self._to_look_at(group, seen):
                if column not in found and (gap := self._gap(group, column)):
                    found[column] = gap
        # A layer that is silent for a column that is missing is the same news.
        return [one for name, one in found.items() if name.partition(_FROM)[0] not in found
                or _FROM not in name]  # fmt: skip

    def _falls(self) -> list[Finding]:
        """A finding for each column that fewer houses have than before, though some still do."""
        if not is_time(self._now.of(ALL).rows):
            return []
        found = {one.column: one for one in falls(self._now, self._past)}
        kept = [one for one in found.values() if one.column.partition(_FROM)[0] not in found
                or _FROM not in one.column]  # fmt: skip
        return [self._fall(one) for one in kept]

    def _fall(self, one: Fall) -> Finding:
        without = [s for s in self._recent[one.group] if one.column not in s.filled]
        self.doubted |= {seen.house_id for seen in without}
        return Finding(
            "layer" if _FROM in one.column else "fill",
            one.column,
            f"in {one.now[0]} of the first {one.now[1]} houses{_kind(one.group)}",
            f"in {one.before[0]} of {one.before[1]} before",
            first(seen.url for seen in reversed(without)),
        )

    def _no_price(self) -> list[Finding]:
        """A first crawl has no past, but a site of houses without any price is none."""
        rows = self._now.of(ALL)
        if self._past.of(ALL).rows or not self._priced or rows.filled["price"]:
            return []
        public = self._now.places(ALL) - secret_prices()
        seen = [one for one in self._recent[ALL] if one.place in public]
        if len(seen) != NEVER_READ:
            return []
        self.doubted |= {one.house_id for one in seen}
        found = f"in none of the first {len(seen)} houses"
        expected = "a price of some, or [house] required that names what the site has instead"
        return [Finding("fill", "price", found, expected, first(one.url for one in seen))]

    def _to_look_at(self, group: str, seen: Seen) -> list[str]:
        """The columns that have been missing for some houses, and that most houses had."""
        runs = self._runs.setdefault(group, Counter())
        past, now = self._past.of(group), self._now.of(group)
        for column in seen.filled & runs.keys():
            del runs[column]
        missing = (now.filled.keys() | past.filled.keys()) - seen.filled
        runs.update(missing)
        half = (past.rows + now.rows) / 2
        return sorted(
            column
            for column in missing
            if _is_due(runs[column], FEWEST if _is_core(column) else FEWEST_OTHERS)
            and past.filled[column] + now.filled[column] + runs[column] > half
        )

    def _gap(self, group: str, column: str) -> Finding | None:
        run = list(self._recent[group])[-self._runs[group][column] :]
        gaps = self._telling(group, column, run)
        rows, filled = self._before(group, column, run)
        if not is_far_below(0, len(gaps), filled, rows, luck_of(column)):
            return None
        # Also those of a place that says nothing: their prices are hidden just the same.
        self._doubt_since(run[0])
        return _gap_finding(column, group, gaps, (filled, rows))

    def _telling(self, group: str, column: str, run: list[Seen]) -> list[Seen]:
        """Of the gaps those that say something of the pages: in places that give the column.

        Places that nothing is known of count too: at once for what every buyer asks for, else as
        soon as there are several.
        """
        places = {one.place for one in run}
        giving = {one for one in places if gives(*self._at(group, column, one, run))}
        secret = secret_prices() if column in PRICES or column == "price" else frozenset[str]()
        unknown = {
            one for one in places - giving - secret if self._at(group, column, one, run)[0] < KNOWN
        }
        if column in CORE or len(unknown) >= PLACES:
            giving |= unknown
        return [one for one in run if one.place in giving]

    def _before(self, group: str, column: str, run: list[Seen]) -> tuple[int, int]:
        """Houses before the gaps, in places that give the column; and those with a value."""
        known = (
            self._at(group, column, place, run)
            for place in self._now.places(group) | self._past.places(group)
        )
        giving = [(rows, filled) for rows, filled in known if filled >= GIVES * rows]
        return sum(rows for rows, _ in giving), sum(filled for _, filled in giving)

    def _at(self, group: str, column: str, place: str, run: list[Seen]) -> tuple[int, int]:
        """Houses of a place before the gaps, and those of them with a value."""
        past, now = self._past.at(group, place), self._now.at(group, place)
        rows = past.rows + now.rows - sum(one.place == place for one in run)
        return rows, past.filled[column] + now.filled[column]

    def _doubt_since(self, since: Seen) -> None:
        everything = list(self._recent[ALL])
        start = next((n for n, one in enumerate(everything) if one is since), 0)
        self.doubted |= {one.house_id for one in everything[start:]}


def _is_core(column: str) -> bool:
    """Whether a column, or the layer of one, is asked for first."""
    return column.partition(_FROM)[0] in CORE


def _is_due(run: int, fewest: int) -> bool:
    """Whether a run of gaps is looked at: each short one, and a long one now and then.

    >>> _is_due(4, 5), _is_due(9, 5), _is_due(41, 5), _is_due(48, 5)
    (False, True, False, True)
    """
    return run >= fewest and (run < fewest + 12 or run % 8 == 0)


def _kind(group: str) -> str:
    """A group in words, behind "houses"."""
    return "" if group == ALL else f" that are {group.replace('/', ', ')}"


def _gap_finding(column: str, group: str, gaps: Sequence[Seen], before: tuple[int, int]) -> Finding:
    found = f"in none of the latest {len(gaps)} houses{_kind(group)}"
    expected = f"in {before[0]} of {before[1]} before"
    examples = first(one.url for one in reversed(gaps))
    return Finding("layer" if _FROM in column else "fill", column, found, expected, examples)
