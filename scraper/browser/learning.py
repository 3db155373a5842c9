"""A recipe out of a few rendered pages and what their scripts were answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote_plus

import orjson

from scraper.browser.address import Address, Asked, form_of, house_words, learn_address
from scraper.browser.reading import difference, learn_reading
from scraper.browser.recipe import Recipe, Source
from scraper.browser.seen import Seen
from scraper.browser.template import Example, UnknownError
from scraper.facts import Extraction
from scraper.page import Page

Extract = Callable[[Page], Extraction]
_MOST: Final = 4
"""Kinds of requests that facts are looked for in."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A house that the browser showed, with what it was made of."""

    house_id: str
    page: Page
    """The rendered page."""
    said: Extraction
    seen: Sequence[Seen] = field(repr=False)
    shell: Page | None = None
    """The page as plain HTTP has it, where it was asked for."""
    shell_said: Extraction | None = None
    signalled: bool = False
    """Whether the page says anything of its use, which then counts for each house."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """The requests of one rule, one of each house."""

    source: Source
    answers: tuple[Seen, ...]


def learn_recipe(houses: Sequence[Rendered], extract: Extract) -> Recipe | str:
    """How such houses are read without a browser; or why they cannot be, in a few words."""
    kinds, why = _kinds(houses)
    if not kinds:
        return why or "no request of the pages' scripts brought the facts"
    json = [kind for kind in kinds if all(_json(one) is not None for one in kind.answers)]
    found = _by_json(houses, json) if json else why or "the data are no JSON"
    signalled = any(house.signalled for house in houses)
    if isinstance(found, Recipe):
        return replace(found, shell=found.shell or signalled)
    for kind in kinds:
        if kind not in json and _is_fragment(kind, houses, extract):
            return Recipe((kind.source,), None, shell=signalled)
    return found


def tree_of(
    bodies: Sequence[Any], house_id: str, page_url: str, shell_said: Extraction | None = None
) -> dict[str, Any]:
    """The document that a house is read from: its data, and what else is known of it."""
    tree: dict[str, Any] = {f"d{number}": body for number, body in enumerate(bodies)}
    tree["house"] = house_words(house_id, page_url)
    if shell_said is not None:
        tree["page"] = {
            "facts": {column: fact.raw for column, fact in shell_said.best.items()},
            "labels": dict(shell_said.labels),
            "photos": list(shell_said.photo_urls),
        }
    return tree


def as_page(body: bytes, url: str, when: datetime) -> Page:
    """A piece of HTML as the page that it belongs to."""
    return Page(url, url, 200, {"content-type": "text/html"}, body, "data", when)


def _by_json(houses: Sequence[Rendered], kinds: Sequence[_Kind]) -> Recipe | str:
    """A recipe of JSON; with the page as plain HTTP has it only where it does not go without."""
    found: Recipe | str = ""
    shells = [house.shell_said for house in houses]
    for shell in (False, True) if None not in shells else (False,):
        examples = []
        for number, house in enumerate(houses):
            bodies = [_json(kind.answers[number]) for kind in kinds]
            tree = tree_of(
                bodies, house.house_id, house.page.url, shells[number] if shell else None
            )
            examples.append((Example(tree), house.said))
        reading = learn_reading(examples)
        if not isinstance(reading, str):
            used = {path[0] for path in reading.paths()}
            # Only the last of the requests may be left out, so that the others keep their numbers.
            last = max((n for n in range(len(kinds)) if f"d{n}" in used), default=0)
            sources = tuple(kind.source for kind in kinds[: last + 1])
            return Recipe(sources, reading, shell="page" in used)
        found = found or reading
    return found


def _kinds(houses: Sequence[Rendered]) -> tuple[list[_Kind], str]:
    """The kinds of requests that each house has one of and that can be made, and why not others."""
    counts = Counter(form_of(one.url) for house in houses for one in house.seen)
    why, found = "", []
    for form in [one for one, n in counts.items() if n >= len(houses)][: _MOST * 2]:
        answers = _one_each(houses, form)
        if answers is None:
            continue
        if any(one.method != "GET" or one.login for one in answers):
            why = f"{answers[0].method} {answers[0].url[:200]} is more than a plain request"
            continue
        asked = [
            Asked(house.house_id, house.page.url, _html(house), one.url)
            for house, one in zip(houses, answers, strict=True)
        ]
        address = learn_address(asked)
        headers = dict(answers[0].headers)
        if isinstance(address, str):
            why = address
        elif any(dict(one.headers) != headers for one in answers):
            why = f"{answers[0].url[:200]} is asked for with headers that change"
        elif not _is_right(address, asked):
            why = f"{answers[0].url[:200]} cannot be made again"
        else:
            found.append(_Kind(Source(address, headers), answers))
    return sorted(found, key=lambda kind: -len(kind.answers[0].body))[:_MOST], why


def _one_each(houses: Sequence[Rendered], form: object) -> tuple[Seen, ...] | None:
    """The answer of each house to a kind of request; None where one has none, or several."""
    answers = []
    for house in houses:
        mine = {one.url: one for one in house.seen if form_of(one.url) == form}
        if len(mine) != 1:
            return None
        answers.append(next(iter(mine.values())))
    return tuple(answers)


def _is_right(address: Address, asked: Sequence[Asked]) -> bool:
    """Whether the rule makes exactly what was asked for."""
    try:
        made = [address.url(one.house_id, one.page_url, one.html, {}) for one in asked]
    except UnknownError:
        return False
    return [unquote_plus(one) for one in made] == [unquote_plus(one.url) for one in asked]


def _is_fragment(kind: _Kind, houses: Sequence[Rendered], extract: Extract) -> bool:
    """Whether pieces of HTML, read like pages, say what the rendered pages say."""
    if not all("html" in one.kind for one in kind.answers):
        return False
    return all(
        not difference(
            extract(as_page(one.body, house.page.url, house.page.fetched_at)), house.said
        )
        for one, house in zip(kind.answers, houses, strict=True)
    )


def _html(house: Rendered) -> str | None:
    return house.shell.text if house.shell is not None else None


def _json(seen: Seen) -> Any:
    try:
        return orjson.loads(seen.body)
    except orjson.JSONDecodeError:
        return None
