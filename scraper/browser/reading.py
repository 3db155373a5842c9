"""From the data of a page to what the page says, without the page: learned from both.

Each fact, label, photo and line of the price history of the examples has to come out of their data
exactly as it was read from the rendered page; so a house read this way has the row that the
browser would have given. What no example was like is not guessed: it is `UnknownError`, and the
house is rendered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scraper.browser.cases import Said, Target, codes, is_code, learn_target, may_decide
from scraper.browser.leaves import Json, Path, kind, member
from scraper.browser.lists import Entry, ListRule, learn_list
from scraper.browser.template import Example, UnknownError, paths_of
from scraper.facts import Extraction, Fact, PriceEvent

Examples = Sequence[tuple[Example, Extraction]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the examples had: more than that is new, and what it does to a page is not known."""

    members: Mapping[Path, frozenset[str]]
    """Members of the objects that facts come from."""
    words: Mapping[Path, frozenset[str]]
    """Words of which there are few: a page may make a difference by them."""

    def check(self, example: Example) -> None:
        """UnknownError where a document has something new."""
        for path, known in self.members.items():
            for name in _members(example, path):
                if name not in known:
                    raise UnknownError(f"{'.'.join(map(str, path))} has a new member {name[:40]!r}")
        for path, known in self.words.items():
            value = example.at(path)
            if str(value) not in known:
                raise UnknownError(f"{'.'.join(map(str, path))} is {str(value)[:40]!r} for once")


@dataclass(frozen=True, slots=True)
class Reading:
    """How data are read."""

    facts: Mapping[str, Target]
    """Column to how its best fact comes out of the data."""
    labels: Mapping[str, Target]
    """Label to its value, in the order of the page."""
    disputed: tuple[tuple[str, Target], ...]
    """Column to what other places of the page say of it, as far as that is in the data."""
    photos: ListRule
    history: ListRule
    known: Known

    def read(self, tree: Json) -> Extraction:
        """What the page of a document says; UnknownError where that cannot be known."""
        example = Example(tree)
        self.known.check(example)
        facts = ((column, target.said(example)) for column, target in self.facts.items())
        labels = ((label, target.said(example)) for label, target in self.labels.items())
        others: dict[str, list[Fact]] = {}
        for column, target in self.disputed:
            if (one := target.said(example)) is not None:
                others.setdefault(column, []).append(_fact(column, one))
        return Extraction(
            others={column: tuple(facts) for column, facts in others.items()},
            best={column: _fact(column, one) for column, one in facts if one is not None},
            labels={label: str(one.raw) for label, one in labels if one is not None},
            photo_urls=tuple(str(one.raw) for (one,) in self.photos.read(example) if one),
            price_history=tuple(_event(entry) for entry in self.history.read(example)),
        )

    def paths(self) -> Iterator[Path]:
        """The ways that are used."""
        for target in (*self.facts.values(), *self.labels.values()):
            yield from _paths(target)
        for rule in (self.photos, self.history):
            if rule.path is not None:
                yield rule.path


def learn_reading(examples: Examples) -> Reading | str:
    """How the examples' data give what their pages say; or why they do not, in a few words."""
    docs = [example for example, _ in examples]
    words = lru_cache(lambda: codes(docs))
    columns = dict.fromkeys(column for _, seen in examples for column in seen.best)
    labels = _ordered([list(seen.labels) for _, seen in examples])
    facts: dict[str, Target] = {}
    shown: dict[str, Target] = {}
    for column in columns:
        found = learn_target(docs, [_said(seen.best.get(column)) for _, seen in examples], words)
        if isinstance(found, str):
            return f"{column} {found}"
        facts[column] = found
    for label in labels:
        found = learn_target(docs, [_text(seen.labels.get(label)) for _, seen in examples], words)
        if isinstance(found, str):
            return f"{label[:40]!r} {found}"
        shown[label] = found
    photos = learn_list(docs, [[(_text(url),) for url in seen.photo_urls] for _, seen in examples])
    history = learn_list(docs, [_entries(seen) for _, seen in examples])
    if isinstance(photos, str) or isinstance(history, str):
        return f"the list of photos {photos}" if isinstance(photos, str) else f"history {history}"
    targets = [*facts.values(), *shown.values()]
    disputed = tuple(_disputed(docs, examples, words))
    reading = Reading(facts, shown, disputed, photos, history, _known(docs, targets))
    return _tried(reading, examples)


def _disputed(
    docs: Sequence[Example], examples: Examples, words: Callable[[], Sequence[Path]]
) -> Iterator[tuple[str, Target]]:
    """What loses against the best facts, each place of it by itself."""
    most: Counter[str] = Counter()
    for _, seen in examples:
        for column, facts in seen.others.items():
            most[column] = max(most[column], len(facts))
    for column, count in most.items():
        for place in range(count):
            places = [seen.others.get(column, ())[place : place + 1] for _, seen in examples]
            found = learn_target(docs, [_said(one[0]) if one else None for one in places], words)
            if not isinstance(found, str):
                yield column, found


def difference(one: Extraction, other: Extraction) -> str:
    """The first thing that two pages say differently: `sold_price: '1' and '2'`; "" for none."""
    for name in dict.fromkeys((*one.best, *other.best)):
        first, second = one.best.get(name), other.best.get(name)
        if (first and (first.raw, first.unit)) != (second and (second.raw, second.unit)):
            return f"{name}: {_short(first and first.raw)} and {_short(second and second.raw)}"
    for name in dict.fromkeys((*one.labels, *other.labels)):
        if one.labels.get(name) != other.labels.get(name):
            return f"{name}: {_short(one.labels.get(name))} and {_short(other.labels.get(name))}"
    if one.photo_urls != other.photo_urls:
        return f"photos: {len(one.photo_urls)} and {len(other.photo_urls)}, or others"
    if one.price_history != other.price_history:
        return "price_history"
    return ""


def _tried(reading: Reading, examples: Examples) -> Reading | str:
    """The reading where it holds for all that it was learned from."""
    for example, seen in examples:
        try:
            if unlike := difference(reading.read(example.tree), seen):
                return f"{unlike} by the data and the page"
        except UnknownError as error:
            return str(error)
    return reading


def _known(docs: Sequence[Example], targets: Sequence[Target]) -> Known:
    used = {path for target in targets for path in _paths(target)}
    objects = {path[:end] for path in used for end in range(1, len(path))}
    objects = {path for path in objects if path[0] != "house"}
    inside = objects | {way for path in used for way in _keyed(path)}
    members = {
        path: frozenset(name for doc in docs for name in _members(doc, path)) for path in inside
    }
    words: dict[Path, frozenset[str]] = {}
    for path in {path for doc in docs for path in doc.leaves}:
        if may_decide(path) and path[:-1] in objects and path not in used:
            values = [doc.at(path) for doc in docs]
            different = frozenset(map(str, values))
            if all(is_code(value) for value in values) and len(different) <= len(docs) / 2:
                words[path] = different
    return Known(members, words)


def _keyed(path: Path) -> Iterator[Path]:
    """The lists on a way that go by a word, each as `_members` takes it."""
    for place, step in enumerate(path):
        if isinstance(step, tuple) and step[0] != "*":
            yield (*path[:place], (step[0], ""))


def _members(example: Example, path: Path) -> Iterator[str]:
    """Names of the members that say something; of a list, the words that tell its items apart.

    A way that ends with `("level", "")` stands for the words of the member `level` of a list.
    """
    last = path[-1]
    if isinstance(last, tuple) and last[1] == "":
        items = example.at(path[:-1])
        for item in items if isinstance(items, list) else ():
            yield str(member(item, last[0]))
        return
    found = example.at(path)
    if isinstance(found, dict):
        yield from (str(name) for name, value in found.items() if kind(value) != "n")


def _paths(target: Target) -> Iterator[Path]:
    for case in target.cases:
        for options in paths_of(case.template):
            yield options[0]
    yield from target.guards


def _ordered(rows: list[list[str]]) -> list[str]:
    """All names, each behind the one it follows.

    >>> _ordered([["a", "c"], ["a", "b", "c"]])
    ['a', 'b', 'c']
    """
    order: list[str] = []
    for row in rows:
        place = 0
        for name in row:
            if name in order:
                place = order.index(name) + 1
            else:
                order.insert(place, name)
                place += 1
    return order


def _entries(seen: Extraction) -> list[Entry]:
    return [
        (_text(event.date), _text(event.event), None if event.price is None else Said(event.price))
        for event in seen.price_history
    ]


def _event(entry: Entry) -> PriceEvent:
    day, event, price = entry
    return PriceEvent(_raw(day), _raw(event), None if price is None else price.raw)


def _fact(column: str, one: Said) -> Fact:
    return Fact(column, one.raw, one.source, one.confidence, one.unit)


def _raw(one: Said | None) -> str:
    return "" if one is None else str(one.raw)


def _said(fact: Fact | None) -> Said | None:
    return None if fact is None else Said(fact.raw, fact.unit, fact.source, fact.confidence)


def _text(value: str | None) -> Said | None:
    return None if value is None else Said(value)


def _short(value: object) -> str:
    return "nothing" if value is None else repr(value)[:60]
