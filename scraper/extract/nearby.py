"""How texts and elements of a page stand to each other in its tree."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.extract.document import Document


def holder(document: Document, run: int) -> int:
    """The innermost element around a run that holds another one too; -1 where none does."""
    part = document.owners[run]
    while part >= 0 and document.end_runs[part] - document.first_runs[part] < 2:
        part = document.parents[part]
    return part


def beside(document: Document, part: int) -> Iterator[int]:
    """The elements behind and before an element, under the same parent."""
    parents, ends = document.parents, document.ends
    if ends[part] < len(parents) and parents[ends[part]] == parents[part]:
        yield ends[part]
    before = part - 1
    while before > parents[part] and parents[before] != parents[part]:
        before = parents[before]
    if before > parents[part]:
        yield before


def meet(document: Document, run: int, other: int) -> tuple[int, int, int]:
    """Where two runs meet, how many steps up, and the other's branch below."""
    chain = {step: place for place, step in enumerate(document.ancestors(document.owners[run]))}
    branch, steps = -1, 0
    for step in document.ancestors(document.owners[other]):
        if step in chain:
            return step, max(chain[step], steps), branch
        branch, steps = step, steps + 1
    return 0, 99, branch
