"""The lists that pages show, photos and price history: where they stand in the data, and how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from scraper.browser.cases import Said, Target, codes, learn_target
from scraper.browser.leaves import Json, Path, keys_of, member
from scraper.browser.template import Example, UnknownError

Entry = tuple[Said | None, ...]
"""The fields of one entry of a list."""
_EXAMPLES: Final = 48
"""Entries that a rule is learned from at most; it is tried on all of them."""
_LEAST: Final = 4
"""A list that a page cuts off shows so many entries at least."""


@dataclass(frozen=True, slots=True)
class ListRule:
    """How a list of the data becomes one of the page."""

    path: Path | None
    """Where it stands; None for one that no page shows."""
    most: int | None = None
    """Entries that a page shows at most."""
    turned: bool = False
    """Whether a page shows them the other way round."""
    fields: tuple[Target, ...] = ()

    def read(self, example: Example) -> list[Entry]:
        """The entries in a document; UnknownError where one is as none was."""
        if self.path is None:
            return []
        items = example.at(self.path)
        if items is not None and not isinstance(items, list):
            raise UnknownError(f"{self.path[-1]} is no list")
        shown = list(reversed(items or [])) if self.turned else list(items or [])
        house = example.at(("house",))
        entries = (Example({"item": item, "house": house}) for item in shown[: self.most])
        return [tuple(field.said(entry) for field in self.fields) for entry in entries]


def learn_list(examples: Sequence[Example], shown: Sequence[list[Entry]]) -> ListRule | str:
    """The rule by which documents come to the lists of their pages; or why there is none."""
    longest = max(range(len(shown)), key=lambda n: len(shown[n]))
    if not shown[longest]:
        return ListRule(None)
    for path in _list_paths(examples[longest].tree, ()):
        lists = [example.at(path) or [] for example in examples]
        if not all(isinstance(one, list) for one in lists):
            continue
        if _fits(lists, shown) is None:
            continue
        for turned in (False, True):
            rule = _rule(examples, shown, path, turned)
            if rule is not None:
                return rule
    return "is not in the data"


def _fits(lists: Sequence[list[Json]], shown: Sequence[list[Entry]]) -> int | None:
    """Entries that pages show at most, 0 for all; None where the lengths do not fit."""
    if all(len(one) == len(two) for one, two in zip(lists, shown, strict=True)):
        return 0
    most = max(len(one) for one in shown)
    cut = all(min(len(one), most) == len(two) for one, two in zip(lists, shown, strict=True))
    return most if cut and most >= _LEAST else None


def _rule(
    examples: Sequence[Example], shown: Sequence[list[Entry]], path: Path, turned: bool
) -> ListRule | None:
    lists = [example.at(path) or [] for example in examples]
    most = _fits(lists, shown) or None
    items: list[tuple[Example, Entry]] = []
    for example, found, entries in zip(examples, lists, shown, strict=True):
        ordered = list(reversed(found)) if turned else found
        house = example.at(("house",))
        items += [
            (Example({"item": item, "house": house}), entry)
            for item, entry in zip(ordered[:most], entries, strict=True)
        ]
    step = max(1, len(items) // _EXAMPLES)
    some = items[::step]
    docs = [one for one, _ in some]
    words = lru_cache(lambda: codes(docs))
    fields = []
    for number in range(len(items[0][1])):
        field = learn_target(docs, [entry[number] for _, entry in some], words)
        if isinstance(field, str):
            return None
        fields.append(field)
    rule = ListRule(path, most, turned, tuple(fields))
    return rule if _holds(rule, examples, shown) else None


def _holds(rule: ListRule, examples: Sequence[Example], shown: Sequence[list[Entry]]) -> bool:
    try:
        return all(
            [raws(entry) for entry in rule.read(example)] == [raws(entry) for entry in entries]
            for example, entries in zip(examples, shown, strict=True)
        )
    except UnknownError:
        return False


def raws(entry: Entry) -> tuple[object, ...]:
    """The values of an entry's fields."""
    return tuple(None if one is None else one.raw for one in entry)


def _list_paths(node: Json, path: Path) -> Iterator[Path]:
    """Ways to the lists of a document, those above before those inside."""
    queue: list[tuple[Json, Path]] = [(node, path)]
    while queue:
        node, path = queue.pop(0)
        if isinstance(node, dict):
            queue += [(value, (*path, key)) for key, value in node.items()]
        elif isinstance(node, list) and node:
            yield path
            if len(path) < 8 and len(node) <= 30:
                queue += [
                    (item, (*path, (name, str(member(item, name)))))
                    for name in keys_of(node)
                    for item in node
                ]
                queue += [(item, (*path, place)) for place, item in enumerate(node[:3])]
