"""Was this a refusal? Signs with weights; enough of them together say yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scraper.page import Page
from scraper.refusal.shape import Shape, says_much, shape, title_of
from scraper.refusal.table import Rule, Table, table

_ENOUGH: Final = 0.999
"""The sum from which on an answer is a refusal: 1, and room for how floats add up."""
_STRUCTURE: Final = ("thin", "bare", "blank")
_HEAVY: Final = ("header", "address", "title")
"""Kinds of signs that can make a refusal of a page with much text."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is a refusal."""

    reason: str
    """One line for a person: `HTTP 403: Cloudflare challenge`."""
    score: float
    """The sum of its signs, 1 or more."""
    rule: str
    """The sign that weighs most, for a log."""


def refusal(page: Page) -> Refusal | None:
    """The refusal that an answer is, or None.

    By its status, its headers, its address, its title, what it says and loads, and how empty it
    is. A house that is gone (404, 410) is no refusal, nor is a page with much of its own to say
    that merely loads a CAPTCHA, nor a shell that a browser has to fill, nor the empty page of a
    server that broke (5xx without any sign).
    """
    known = table()
    if page.status in known.gone:
        return None
    if page.status not in known.refused and _is_beyond_doubt(page, known):
        return None
    form = shape(page, known.thin_text, known.thin_bytes)
    found = _signs(page, form, known)
    if page.status in known.refused:
        return _by_status(page, found)
    structure = [kind for kind in _STRUCTURE if getattr(form, kind)]
    score = sum(known.weights[rule.kind] for rule in found)
    score += sum(known.weights[kind] for kind in structure)
    if score < _ENOUGH or (page.status >= 500 and not found):
        return None
    if not found:
        return Refusal("an empty page", score, "blank")
    return Refusal(_told(found), score, found[0].name)


def _is_beyond_doubt(page: Page, known: Table) -> bool:
    """Whether an answer has much text and none of the signs that would weigh enough beside it.

    So nearly every good page is spared the search for sentences: together with nothing else they
    are no refusal.
    """
    form = Shape(title_of(page.text), "", thin=False, bare=False, blank=False)
    heavy = (rule for rule in known.rules if rule.kind in _HEAVY)
    if any(_meets(rule, page, form) for rule in heavy):
        return False
    return len(page.body) > known.thin_bytes or says_much(page, known.thin_text)


def _by_status(page: Page, found: list[Rule]) -> Refusal:
    told = f": {_told(found)}" if found else ""
    return Refusal(f"HTTP {page.status}{told}", 1.0, f"status-{page.status}")


def _told(found: list[Rule]) -> str:
    """Who refuses, where that is known, and how: `DataDome challenge, asks for a human`."""
    who = [rule for rule in found if rule.kind in ("header", "vendor")]
    how = [rule for rule in found if rule.kind not in ("header", "vendor", "hint")]
    told = dict.fromkeys(rule.reason for rule in (*who[:1], *how[:1]))
    return ", ".join(told) or found[0].reason


def _signs(page: Page, form: Shape, known: Table) -> list[Rule]:
    """The first rule of each kind that the answer meets, the heaviest first.

    A challenge's own parts and what it loads are the same evidence, and count once.
    """
    met: dict[str, Rule] = {}
    for rule in known.rules:
        markup = rule.kind in ("vendor", "hint")
        kind = "vendor" if markup else rule.kind
        if markup and not form.thin and "title" not in met:
            continue  # much of its own to say: what it loads decides nothing
        if kind not in met and _meets(rule, page, form):
            met[kind] = rule
    return sorted(met.values(), key=lambda rule: -known.weights[rule.kind])


def _meets(rule: Rule, page: Page, form: Shape) -> bool:
    if rule.kind == "header":
        return rule.pattern.search(page.headers.get(rule.header, "")) is not None
    if rule.kind == "address":
        return rule.pattern.search(page.final_url) is not None and not rule.pattern.search(page.url)
    if rule.kind == "title":
        return rule.pattern.search(form.title) is not None
    if rule.kind == "phrase":
        return rule.pattern.search(form.seen) is not None
    return rule.pattern.search(page.text) is not None
