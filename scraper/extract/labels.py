"""Labels and their values in any markup, found in the one list of a page's texts.

A label's value is the text that stands closest to it in the tree: behind it (`dl`, tables, list
items, pairs of `div` or `span`), in the same text ("Label: value"), or before it where a strip of
facts puts the number first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scraper.extract.belongs import FOREIGN, Region
from scraper.extract.document import Document
from scraper.extract.fits import fits, kind_of
from scraper.extract.strips import strip_facts
from scraper.extract.vocabulary import IGNORED, Term, fold, labels, split_unit
from scraper.facts import Fact

CONFIDENCE = 0.8
_FAR = 4
"""A label and its value meet at most so many steps up the tree."""
_LONGEST_LABEL = 48
_LABEL_TAGS = frozenset(("dt", "th"))
_NEW_ENTRY = frozenset(
    [
        "li",
        "tr",
        "dt",
        "th",
        "ul",
        "ol",
        "dl",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "nav",
        "section",
    ]
)


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

    def term(self, text: str) -> Term | None:
        """What a text stands for as a label."""
        folded = fold(text)
        return self.extra.get(folded) or labels().get(folded)

    def pairs(self) -> Iterator[Pair]:
        """All pairs, in the page's order."""
        document = self.document
        for run, text in enumerate(document.texts):
            region = document.regions[document.owners[run]]
            if region in FOREIGN or len(text) > 300:
                continue
            pair = self.pair(run, text)
            if pair is not None and not (region == Region.HISTORY and _is_money(pair.term)):
                yield pair

    def pair(self, run: int, text: str) -> Pair | None:
        """The pair whose label begins with a run."""
        inside = _COLON.match(text)
        if inside is not None:
            return self.inside(run, inside[1], inside[2])
        if len(text) > _LONGEST_LABEL or run in self.used:
            return None
        label, unit = split_unit(text)
        term = self.term(label)
        if term is None and not self.is_label(run, text):
            return None
        value = self.value_of(run, term, text.endswith(":"))
        return Pair(label.rstrip(" :"), value, term, unit, run) if value else None

    def inside(self, run: int, label: str, value: str) -> Pair | None:
        """The pair of a text that holds both."""
        name, unit = split_unit(label)
        term = self.term(name)
        if term is None and len(name.split()) > 5:
            return None
        self.used.add(run)
        return Pair(name, value, term, unit, run)

    def is_label(self, run: int, text: str) -> bool:
        """Whether an unknown text is marked up as a label."""
        tag = self.document.elements[self.document.owners[run]].tag
        if not any(char.isalpha() for char in text):
            return False
        return tag in _LABEL_TAGS or text.endswith(":") or self.is_pair(run)

    def is_pair(self, run: int) -> bool:
        """Whether a run is the first of two in an element that has a twin beside it."""
        document = self.document
        part, first, end = document.owners[run], document.first_runs, document.end_runs
        while part >= 0 and end[part] - first[part] < 2:
            part = document.parents[part]
        if part < 0 or first[part] != run or end[part] != run + 2:
            return False
        return any(self.is_twin(part, other) for other in self.beside(part))

    def beside(self, part: int) -> Iterator[int]:
        """The elements before and after an element, under the same parent."""
        parents, ends = self.document.parents, self.document.ends
        if ends[part] < len(parents) and parents[ends[part]] == parents[part]:
            yield ends[part]
        before = part - 1
        while before > parents[part] and parents[before] != parents[part]:
            before = parents[before]
        if before > parents[part]:
            yield before

    def is_twin(self, part: int, other: int) -> bool:
        """Whether two elements are alike: the same tag, two texts each."""
        document = self.document
        texts = document.end_runs[other] - document.first_runs[other]
        return texts == 2 and document.elements[part].tag == document.elements[other].tag

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
        meeting, steps, branch = self.meet(run, after)
        text = document.texts[after]
        if steps > _FAR or (term is None and steps > 2):
            return "", 99
        marked_up = document.elements[document.owners[run]].tag in _LABEL_TAGS
        if not marked_up and self.term(split_unit(text)[0]) and self.has_own_value(after, steps):
            return "", 99
        if self.apart(run, meeting, branch):
            return "", 99
        value = self.whole_value(run, after, (meeting, branch), term)
        if term is not None and term.column != IGNORED and not fits(term.column, value):
            value = text if fits(term.column, text) else ""
        return value, steps

    def has_own_value(self, run: int, steps: int) -> bool:
        """Whether a word that could be a label stands as close to the text behind it."""
        if run + 1 >= len(self.document.texts):
            return False
        return self.meet(run, run + 1)[1] <= steps

    def apart(self, run: int, meeting: int, branch: int) -> bool:
        """Whether a label and the text behind it are two entries of one list, or a new part."""
        document = self.document
        if branch >= 0 and document.elements[branch].tag in _NEW_ENTRY:
            return True
        for step in document.ancestors(document.owners[run]):
            if step == meeting:
                return False
            if document.elements[step].tag in ("li", "tr", "a", "button", "option"):
                return True
        return False

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
        known = self.term(text)
        same = known is not None and term is not None and known.column == term.column
        return text.endswith(":") or (known is not None and not same)

    def before(self, run: int, term: Term) -> tuple[str, int] | None:
        """The number before a label, and how far up the two meet."""
        before = run - 1
        if before < 0 or before in self.used:
            return None
        text = self.document.texts[before]
        _, steps, _ = self.meet(run, before)
        if len(text) > 25 or steps > 3 or not text[0].isdigit() or not fits(term.column, text):
            return None
        return text, steps

    def values_lead(self, run: int) -> bool:
        """Whether the numbers stand before their labels in the part that holds both."""
        document = self.document
        part, _, _ = self.meet(run, run - 1)
        first, last = document.first_runs[part], document.end_runs[part] - 1
        return document.texts[first][0].isdigit() or self.term(document.texts[last]) is not None

    def meet(self, run: int, other: int) -> tuple[int, int, int]:
        """Where two runs meet, how many steps up from the first, and the other's branch below."""
        document = self.document
        chain = {step: place for place, step in enumerate(document.ancestors(document.owners[run]))}
        branch, steps = -1, 0
        for step in document.ancestors(document.owners[other]):
            if step in chain:
                return step, max(chain[step], steps), branch
            branch, steps = step, steps + 1
        return 0, 99, branch


def label_facts(pairs: list[Pair]) -> Iterator[Fact]:
    """The facts of the pairs whose label is known."""
    for pair in pairs:
        term = pair.term
        if term is None or term.column == IGNORED or not fits(term.column, pair.value):
            continue
        if "_school" in term.column:  # several schools of a level: `schools.from_labels`
            continue
        yield Fact(
            term.column,
            pair.value,
            f"label:{pair.label}",
            CONFIDENCE * term.weight,
            pair.unit or term.unit,
        )


def strip_runs(document: Document) -> Iterator[Fact]:
    """The facts of short texts without a label, two neighbouring runs read as one too."""
    for run, text in enumerate(document.texts):
        if document.regions[document.owners[run]] != Region.OWN or not text[:1].isalnum():
            continue
        for column, value, weight in strip_facts(text):
            yield Fact(column, value, f"text:{text[:40]}", 0.6 * weight)
        if text[-1].isdigit() and len(text) < 12 and run + 1 < len(document.texts):
            yield from _joined(document, run, text)


def _joined(document: Document, run: int, text: str) -> Iterator[Fact]:
    """`<b>273</b> m²`: a number and its unit in two runs of one parent."""
    unit, owner = document.texts[run + 1], document.owners[run]
    near = (document.owners[run + 1], document.parents[document.owners[run + 1]])
    if len(unit) < 20 and (owner in near or document.parents[owner] in near):
        joined = f"{text} {unit}"
        for column, value, weight in strip_facts(joined):
            if column in ("living_area_sqft", "lot_size_sqft"):
                yield Fact(column, value, f"text:{joined}", 0.6 * weight)


def _number_first(term: Term) -> bool:
    return kind_of(term.column) in ("count", "area", "year")


def _is_money(term: Term | None) -> bool:
    return term is not None and kind_of(term.column) in ("money", "sale", "date")


_COLON = re.compile(r"^([^:\d][^:]{1,45}?)\s*:\s+(\S.*)$")
