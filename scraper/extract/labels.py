"""Labels and their values in any markup, found in the one list of a page's texts.

A label's value is the text that stands closest to it in the tree: behind it (`dl`, tables, list
items, pairs of `div` or `span`), in the same text ("Label: value"), or before it where a strip of
facts puts the number first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from scraper.extract.belongs import FOREIGN, Region
from scraper.extract.document import Document
from scraper.extract.fits import fits, kind_of, typology
from scraper.extract.nearby import apart, beside, holder, meet
from scraper.extract.sieves import COLON, LONGEST_LABEL, of_label, passing
from scraper.extract.vocabulary import IGNORED, Term, fold, label_term, split_unit, unit_like
from scraper.facts import Fact

CONFIDENCE = 0.8
_FAR = 4
"""A label and its value meet at most so many steps up the tree."""
_LABEL_TAGS = frozenset(("dt", "th"))


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and a value that belong together."""

    label: str
    value: str
    term: Term | None
    """What the label stands for, None for an unknown one."""
    unit: str
    run: int
    """The run that the label stands in."""


class LabelReader:
    """Reads the pairs of one document."""

    def __init__(self, document: Document, extra: Mapping[str, str]) -> None:
        self.document = document
        self.extra = {fold(split_unit(label)[0]): Term(column) for label, column in extra.items()}
        self.used: set[int] = set()
        self.taken: set[int] = set()
        """Runs that are the value of a label which says more than that it is a price."""

    def term(self, text: str, unit: str = "") -> Term | None:
        """What a text stands for as a label."""
        own = self.extra.get(fold(text)) if self.extra else None
        return own or label_term(text, unit)

    def pairs(self) -> Iterator[Pair]:
        """All pairs, in the page's order."""
        document = self.document
        runs = range(len(document.texts)) if self.extra else passing(document, of_label)
        for run in runs:
            region, text = document.regions[document.owners[run]], document.texts[run]
            if region in FOREIGN or len(text) > 300:
                continue
            pair = self.pair(run, text)
            if pair is not None and not (region == Region.HISTORY and _is_money(pair.term)):
                yield pair

    def pair(self, run: int, text: str) -> Pair | None:
        """The pair whose label begins with a run."""
        inside = COLON.match(text) if ":" in text else None
        if inside is not None:
            return self.inside(run, inside[1], inside[2])
        if len(text) > LONGEST_LABEL or run in self.used:
            return None
        label, unit, term = _known_label(text)
        term = self.term(label, unit) if self.extra else term
        if term is None and not self.is_label(run, text):
            return None
        value = self.led(run, term) or self.value_of(run, term, text.endswith(":"))
        return Pair(label.rstrip(" :"), value, term, unit, run) if value else None

    def inside(self, run: int, label: str, value: str) -> Pair | None:
        """The pair of a text that holds both."""
        name, unit = split_unit(label)
        term = self.term(name, unit)
        if term is None and len(name.split()) > 5:
            return None
        self.used.add(run)
        return Pair(name, value, term, unit, run)

    def is_label(self, run: int, text: str) -> bool:
        """Whether an unknown text is marked up as a label."""
        tag = self.document.tags[self.document.owners[run]]
        if not _has_letter(text):
            return False
        return tag in _LABEL_TAGS or text.endswith(":") or self.is_pair(run)

    def is_pair(self, run: int) -> bool:
        """Whether a run is the first of two in an element that has a twin beside it."""
        document = self.document
        part, first, end = holder(document, run), document.first_runs, document.end_runs
        if part < 0 or first[part] != run or end[part] != run + 2:
            return False
        alike = list(beside(document, part))
        if self.ends_in_label(part) and (
            _DIGIT.search(document.texts[run]) or any(map(self.ends_in_label, alike))
        ):
            return False
        return any(self.is_twin(part, other) for other in alike)

    def is_twin(self, part: int, other: int) -> bool:
        """Whether two elements are alike: the same tag, two texts each."""
        document = self.document
        texts = document.end_runs[other] - document.first_runs[other]
        return texts == 2 and document.tags[part] == document.tags[other]

    def value_of(self, run: int, term: Term | None, colon: bool) -> str:
        """The text that belongs to a label; "" where nothing fits."""
        behind, steps = self.behind(run, term)
        before = None
        if not colon and term is not None and _number_first(term):
            before = self.before(run, term)
        if before is None or (
            behind and (steps < before[1] or (steps == before[1] and not self.values_lead(run)))
        ):
            if behind:
                self.take(run + 1, term)
            return behind
        self.take(run - 1, term)
        return before[0]

    def led(self, run: int, term: Term | None) -> str:
        """The value before a label, where both are all that their element holds; else ""."""
        document, first, end = self.document, self.document.first_runs, self.document.end_runs
        if term is None or run == 0 or run - 1 in self.used:
            return ""
        part = holder(document, run)
        if part < 0 or first[part] != run - 1 or end[part] != run + 1:
            return ""
        value = document.texts[run - 1]
        known = self.term(split_unit(value)[0])
        if known is not None or value.endswith(":") or not fits(term.column, value):
            return ""
        if not _DIGIT.search(value) and not any(map(self.ends_in_label, beside(document, part))):
            return ""
        self.take(run - 1, term)
        return value

    def ends_in_label(self, part: int) -> bool:
        """Whether an element of two texts has its label last."""
        document = self.document
        first, end = document.first_runs[part], document.end_runs[part]
        if end - first != 2:
            return False
        value, label = document.texts[first:end]
        return self.term(value) is None and self.term(split_unit(label)[0]) is not None

    def take(self, run: int, term: Term | None) -> None:
        """A run is a value now: of no other label, and no plain price unless labelled as one."""
        self.used.add(run)
        if term is not None and term.column != "price":
            self.taken.add(run)

    def behind(self, run: int, term: Term | None) -> tuple[str, int]:
        """The value behind a label, and how far up the two meet."""
        document, after = self.document, run + 1
        if after >= len(document.texts):
            return "", 99
        meeting, steps, branch = meet(document, run, after)
        text = _without_lead(document.texts[after])
        if steps > _FAR or (term is None and steps > 2):
            return "", 99
        marked_up = document.tags[document.owners[run]] in _LABEL_TAGS
        if not marked_up and self.term(split_unit(text)[0]) and self.has_own_value(after, steps):
            return "", 99
        if apart(document, run, meeting, branch):
            return "", 99
        value = _without_lead(self.whole_value(run, after, (meeting, branch), term))
        if term is not None and term.column != IGNORED and not fits(term.column, value):
            value = text if fits(term.column, text) else ""
        return value, steps

    def has_own_value(self, run: int, steps: int) -> bool:
        """Whether a word that could be a label stands as close to the text behind it."""
        if run + 1 >= len(self.document.texts):
            return False
        return meet(self.document, run, run + 1)[1] <= steps

    def whole_value(self, run: int, after: int, where: tuple[int, int], term: Term | None) -> str:
        """All texts of the value's element, or of the rest of the element that both stand in."""
        document, (meeting, branch) = self.document, where
        end = document.end_runs[branch if branch >= 0 else meeting]
        if branch < 0 and document.first_runs[meeting] != run:
            end = after + 1
        texts = document.texts[after : min(end, after + 8)]
        if end - after > 8 or any(self.is_other_label(text, term) for text in texts):
            return texts[0]
        return " ".join(texts)

    def is_other_label(self, text: str, term: Term | None) -> bool:
        """Whether a text is a label of something else: "Acres" behind a lot's number is not."""
        if unit_like(text):
            return False
        known = self.term(text)
        same = known is not None and term is not None and known.column == term.column
        return text.endswith(":") or (known is not None and not same)

    def before(self, run: int, term: Term) -> tuple[str, int] | None:
        """The number before a label, and how far up the two meet."""
        before = run - 1
        if before < 0 or before in self.used:
            return None
        text = self.document.texts[before]
        _, steps, _ = meet(self.document, run, before)
        if len(text) > 25 or steps > 3 or not text[0].isdigit() or not fits(term.column, text):
            return None
        return text, steps

    def values_lead(self, run: int) -> bool:
        """Whether the numbers stand before their labels in the part that holds both."""
        document = self.document
        part, _, _ = meet(document, run, run - 1)
        first, last = document.first_runs[part], document.end_runs[part] - 1
        return document.texts[first][0].isdigit() or self.term(document.texts[last]) is not None


def label_facts(pairs: list[Pair]) -> Iterator[Fact]:
    """The facts of the pairs whose label is known."""
    for pair in pairs:
        term = pair.term
        if term is None or term.column == IGNORED or not fits(term.column, pair.value):
            continue
        if "_school" in term.column:  # several schools of a level: `schools.from_labels`
            continue
        source, sure = f"label:{pair.label}", CONFIDENCE * term.weight
        if term.column == "parking" and pair.value.isdigit():
            yield Fact("parking_spaces", pair.value, source, sure)
            continue
        rooms = typology(pair.label, pair.value) if term.column == "home_type" else None
        if rooms is not None:
            yield Fact(*rooms, source, sure)
        else:
            yield Fact(term.column, pair.value, source, sure, pair.unit or term.unit)


@lru_cache(maxsize=8192)
def _known_label(text: str) -> tuple[str, str, Term | None]:
    """A label without its unit, the unit, and what both stand for."""
    label, unit = split_unit(text)
    return label, unit, label_term(label, unit)


@lru_cache(maxsize=8192)
def _has_letter(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _without_lead(text: str) -> str:
    """A value without the colon or the dash before it."""
    return _LEAD.sub("", text) if text[:1] in ":\u2013\u2014-" else text


def _number_first(term: Term) -> bool:
    return kind_of(term.column) in ("count", "area", "year")


def _is_money(term: Term | None) -> bool:
    return term is not None and kind_of(term.column) in ("money", "sale", "date")


_DIGIT = re.compile(r"\d")
_LEAD = re.compile(r"^(?::\s*|[\u2013\u2014-]\s+)(?=\S)")
