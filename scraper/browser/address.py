"""The address of a data request as a rule: what of it is the house's, the page's, or fixed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from scraper.browser.template import Example, Hole, Template, UnknownError, fill, learn, trimmed
from scraper.browser.tokens import Token, learn_token

_SAFE: Final = "~-._!$'()*,;:@"
_DELIMITER: Final = re.compile(r"([^0-9A-Za-z]+)")
_FRESH: Final = re.compile(r"(?=.*\d)[\w.\-]{6,}")
"""A fixed part that may be of one release of the site, or a key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A house, with what a rendered page asked for."""

    house_id: str
    page_url: str
    """Where the page was found in the end."""
    html: str | None
    """The page as plain HTTP has it."""
    url: str
    """What its script asked for."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an address: a text, with a value of the house or a word of the page in it."""

    template: Template = ()
    token: Token | None = None
    fixed: str | None = None
    """The word that stood on all pages so far; None for one that each page has for itself."""


Piece = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """How the address of a house's data is made."""

    root: str
    """Scheme and host."""
    steps: tuple[Piece, ...]
    query: tuple[tuple[str, Piece], ...]

    @property
    def needs_page(self) -> bool:
        """Whether each page has to be asked for first."""
        return any(part.token and part.fixed is None for part in self._parts())

    def url(self, house_id: str, page_url: str, html: str | None, words: Mapping[str, str]) -> str:
        """The address for a house; UnknownError where it cannot be made.

        `words`: fixed words by what stands before them, where they are others by now.
        """
        example = Example({"house": house_words(house_id, page_url)})
        steps = ["".join(_made(part, example, html, words) for part in one) for one in self.steps]
        query = [
            (name, "".join(_made(part, example, html, words) for part in one))
            for name, one in self.query
        ]
        asked = "&".join(f"{quote(name, _SAFE)}={quote(value, _SAFE)}" for name, value in query)
        path = "/".join(quote(step, _SAFE) for step in steps)
        return f"{self.root}/{path}" + (f"?{asked}" if asked else "")

    def fresh(self, html: str) -> dict[str, str]:
        """The fixed words as a page has them now."""
        found = {part.token.before: part.token.on(html) for part in self.tokens() if part.token}
        return {before: word for before, word in found.items() if word}

    def tokens(self) -> list[Part]:
        """The fixed words of the page."""
        return [part for part in self._parts() if part.token and part.fixed is not None]

    def _parts(self) -> list[Part]:
        pieces = (*self.steps, *(piece for _, piece in self.query))
        return [part for piece in pieces for part in piece]


def house_words(house_id: str, page_url: str) -> dict[str, object]:
    """What is known of a house before its page is: values for an address and a reading."""
    parts = urlsplit(page_url)
    steps = [unquote(step) for step in parts.path.split("/") if step]
    return {"id": house_id, "url": page_url, "steps": steps, "query": dict(parse_qsl(parts.query))}


def form_of(url: str) -> tuple[str, int, tuple[str, ...]]:
    """What addresses of one rule have in common: root, number of steps, names of the query."""
    parts = urlsplit(url)
    names = tuple(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return f"{parts.scheme}://{parts.netloc}", parts.path.count("/"), names


def learn_address(asked: Sequence[Asked]) -> Address | str:
    """The rule of what was asked for; or what of it cannot be known, in a few words."""
    root, _, names = form_of(asked[0].url)
    paths = [urlsplit(one.url).path.split("/")[1:] for one in asked]
    steps: list[Piece] = []
    for number in range(len(paths[0])):
        values = [unquote(path[number]) for path in paths]
        piece = learn_piece(values, asked)
        if piece is None:
            return f"{values[0][:40]!r} in {asked[0].url[:200]} is not known before it is asked for"
        steps.append(piece)
    query: list[tuple[str, Piece]] = []
    for number, name in enumerate(names):
        queries = [parse_qsl(urlsplit(one.url).query, keep_blank_values=True) for one in asked]
        piece = learn_piece([one[number][1] for one in queries], asked)
        if piece is None:
            return f"{name[:40]!r} in {asked[0].url[:200]} is not known before it is asked for"
        query.append((name, piece))
    return Address(root, tuple(steps), tuple(query))


def learn_piece(values: Sequence[str], asked: Sequence[Asked]) -> Piece | None:
    """How a step or a value of the query is made; None where that is not known."""
    whole = _learn_part(values, asked)
    if whole is not None:
        return (whole,)
    split = [_DELIMITER.split(value) for value in values]
    if len({len(one) for one in split}) > 1 or len(split[0]) == 1:
        return None
    parts = [_learn_part([one[number] for one in split], asked) for number in range(len(split[0]))]
    found = tuple(part for part in parts if part is not None)
    return found if len(found) == len(parts) else None


def _learn_part(values: Sequence[str], asked: Sequence[Asked]) -> Part | None:
    pages = [one.html for one in asked]
    if len(set(values)) == 1 and not any(values[0] == one.house_id for one in asked):
        token = None
        if _FRESH.fullmatch(values[0]) and None not in pages:
            token = learn_token(values, [page or "" for page in pages])
        return Part((values[0],), token, values[0] if token else None)
    examples = [Example({"house": house_words(one.house_id, one.page_url)}) for one in asked]
    found = learn(list(zip(examples, values, strict=True)))
    if found is not None and len(found[1]) == len(values):
        template = trimmed(found[0])
        if any(isinstance(part, Hole) for part in template):
            return Part(template)
    token = learn_token(values, [page or "" for page in pages]) if None not in pages else None
    return Part((), token) if token else None


def _made(part: Part, example: Example, html: str | None, words: Mapping[str, str]) -> str:
    if part.token is None:
        return fill(part.template, example)
    if part.fixed is not None:
        return words.get(part.token.before, part.fixed)
    word = part.token.on(html) if html else None
    if word is None:
        raise UnknownError(f"the page has no word behind {part.token.before[-20:]!r}")
    return word
