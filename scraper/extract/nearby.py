"""How texts and elements of a page stand to each other in its tree."""

from __future__ import annotations

from collections.abc import Iterator

from scraper.extract.document import Document

_ENTRY = frozenset(("li", "tr", "a", "button", "option"))
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
    parents, ends = document.parents, document.ends
    step, theirs = document.owners[run], document.owners[other]
    mine = up = 0
    while not step <= theirs < ends[step]:
        step, mine = parents[step], mine + 1
    branch = -1
    while theirs != step:
        branch, theirs, up = theirs, parents[theirs], up + 1
    return step, max(mine, up), branch


def apart(document: Document, run: int, meeting: int, branch: int) -> bool:
    """Whether a label and the text behind it are two entries of one list, or a new part.

    They meet in an element; `branch` is the one below it that the text stands in, -1 for none.
    """
    tags, step = document.tags, document.owners[run]
    if branch >= 0 and tags[branch] in _NEW_ENTRY:
        return True
    while step != meeting:
        if tags[step] in _ENTRY:
            return True
        step = document.parents[step]
    return False
