"""The ID pattern and the house address of a new site, from addresses of its houses."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from scraper.sites.draft_slots import (
    Address,
    Slot,
    address,
    is_alike,
    kind,
    names_place,
    peers,
    rank,
    slots,
)

_STEP = "[^/?#]+"
_ROOT = "^https?://[^/]+"
_SOME = 3
"""Links that may be houses and are left out, before they are worth a word."""
_WORDS = (
    "the ID holds words of the address: a house whose title changes gets a new ID and is then "
    "listed twice",
)


@dataclass(frozen=True, slots=True)
class IdRule:
    """Where a house's ID stands, and how its page is asked for by it."""

    pattern: str
    """`[search] id`."""
    url: str
    """`[house] url`."""
    ids: tuple[str, ...]
    """IDs of the given houses."""
    listed: tuple[str, ...]
    """IDs of the houses that the search page lists."""
    doubts: tuple[str, ...] = ()
    """What is not sure, in words."""
    shorter: IdRule | None = None
    """The same without the words in the address: better, where the site answers to it."""


@dataclass(frozen=True, slots=True)
class Token:
    """How the IDs in a slot are written."""

    before: str
    """Text before the ID, as it is."""
    form: str
    """Regular expression of the ID."""
    after: str


def id_rule(
    houses: Sequence[str], links: Sequence[str], places: Collection[str] = ()
) -> IdRule | None:
    """The rule for houses whose addresses are given; None where no link has their form.

    `links` are the absolute addresses on the search page; `places` the names of the houses' towns
    and states as addresses write them, which differ from house to house.

    >>> rule = id_rule(["https://a.example/h/4711"], ["https://a.example/h/4712", "/about"])
    >>> rule.pattern, rule.url, rule.ids, rule.listed
    ('/h/([0-9]+)', 'https://a.example/h/{id}', ('4711',), ('4712',))
    """
    given = [one for url in houses if (one := address(url))]
    given = [one for one in given if len(one.steps) == len(given[0].steps)]
    found = [one for url in links if (one := address(url))]
    if not given:
        return None
    known = [(slot, peers(given, found, slot, places)) for slot in slots(given)]
    known = [(slot, some) for slot, some in known if some]
    if not known:
        return None
    slot, alike = max(known, key=lambda pair: _sureness(pair[0], pair[1], given))
    rule = _rule(given, [*given, *alike], slot, links, places)
    return replace(rule, doubts=(*rule.doubts, *_left_out(given, found, alike, slot)))


def _left_out(
    given: Sequence[Address], found: Sequence[Address], alike: Sequence[Address], slot: Slot
) -> tuple[str, ...]:
    """Links that may be houses too, though their words are others."""
    ids = {one.at(slot) for one in (*given, *alike)}
    others = [one for one in found if is_alike(one, given[0], slot) and one.at(slot) not in ids]
    if len({one.at(slot) for one in others}) < _SOME:
        return ()
    return (
        f"{len({one.at(slot) for one in others})} more links have a like ID behind other words, as "
        f"{others[0].url}: if these are houses too, give one of them as well",
    )


def _sureness(slot: Slot, alike: Sequence[Address], given: Sequence[Address]) -> tuple[bool, int]:
    values = {one.at(slot) for one in (*given, *alike)}
    return len(values) > 1, -rank(given[0].at(slot))


def _rule(
    given: Sequence[Address],
    some: Sequence[Address],
    slot: Slot,
    links: Sequence[str],
    places: Collection[str],
) -> IdRule:
    values = [one.at(slot) for one in some]
    token = _token(values)
    made = _query(given, slot, token) if slot.name else _path(some, slot, token, places)
    pattern = _exact(made[0], made[2], links)
    whole = _filled(pattern, made[1], given, links, made[3])
    short = made[4]
    if short is None:
        return whole
    other = _filled(short[0], short[1], given, links, ())
    return IdRule(whole.pattern, whole.url, whole.ids, whole.listed, whole.doubts, other)


Made = tuple[str, str, str, tuple[str, ...], tuple[str, str] | None]
"""Pattern, address, what may follow the pattern, doubts, and a shorter pattern and address."""


def _path(some: Sequence[Address], slot: Slot, token: Token, places: Collection[str]) -> Made:
    first, n = some[0], slot.place
    varies = [
        len({one.steps[k] for one in some}) > 1 or (k != n and names_place(step, places))
        for k, step in enumerate(first.steps)
    ]
    start = next((k for k in range(n) if varies[k]), n)
    end = max((k for k in range(n + 1, len(varies)) if varies[k]), default=n)
    fixed = [re.escape(step).replace(r"\-", "-") for step in first.steps]
    forms = [_STEP if varies[k] else fixed[k] for k in range(len(fixed))]
    head = "".join(f"/{step}" for step in fixed[:start]) or ("" if start else _ROOT)
    own = f"{re.escape(token.before)}({token.form}){re.escape(token.after)}"
    slash = "/" if first.slash else ""
    base = first.root + "".join(f"/{step}" for step in first.steps[:start])
    rest = [step for k, step in enumerate(first.steps) if k > end]
    tail = "".join(f"/{step}" for step in fixed[end + 1 :])
    if start == end == n:
        one = f"{token.before}{{id}}{token.after}"
        url = "/".join([base, one, *rest]) + slash
        doubts, short = _numbered(first, token, n, head)
        return f"{head}/{own}{tail}", url, "(?:[/?#]|$)", doubts, short
    inner = [*forms[start:n], own.replace("(", "").replace(")", ""), *forms[n + 1 : end + 1]]
    kept = [step for k, step in enumerate(first.steps[start:n], start) if not varies[k]]
    one = f"{token.before}{{id}}{token.after}"
    short_url = "/".join([base, *kept, one, *rest]) + slash
    short_pattern = head + "".join(f"/{form}" for form in forms[start:n]) + f"/{own}"
    url = "/".join([base, "{id}", *rest]) + slash
    return (
        f"{head}/({'/'.join(inner)}){tail}",
        url,
        "(?:[/?#]|$)",
        _WORDS,
        (short_pattern, short_url),
    )


def _numbered(
    first: Address, token: Token, n: int, head: str
) -> tuple[tuple[str, ...], tuple[str, str] | None]:
    """What is to be doubted of an ID that is words with a number, and the rule of the number."""
    if "[^/?#]" not in token.form:
        return (), None
    bare = first.steps[n].removesuffix(token.after)
    slash = "/" if first.slash else ""
    url = "/".join([first.root, *first.steps[:n], "{id}", *first.steps[n + 1 :]]) + slash
    if re.search(r"-\d{4,}$", bare):
        return _WORDS, (f"{head}/[^/?#]*-([0-9]+){re.escape(token.after)}", url)
    if re.match(r"\d{4,}-", bare):
        return _WORDS, (f"{head}/([0-9]+)-", url)
    return _WORDS, None


def _query(given: Sequence[Address], slot: Slot, token: Token) -> Made:
    first = given[0]
    path = "/" + "/".join(first.steps) if first.steps else "/"
    slash = "/" if first.slash else ""
    own = f"{re.escape(token.before)}({token.form}){re.escape(token.after)}"
    pattern = rf"{re.escape(path)}{slash}\?(?:[^#]*&)?{re.escape(slot.name)}={own}"
    id_part = f"{slot.name}={token.before}{{id}}{token.after}"
    short = f"{first.root}{path}{slash}?{id_part}"
    shared = [
        f"{name}={value}"
        for name, value in first.query.items()
        if name != slot.name and all(one.query.get(name) == value for one in given)
    ]
    pattern = pattern.replace(r"\-", "-")
    if not shared:
        return pattern, short, "(?:[&#]|$)", (), None
    whole = f"{first.root}{path}{slash}?{'&'.join([*shared, id_part])}"
    doubt = (f"the house's address keeps {' and '.join(shared)}, which it may not need",)
    return pattern, whole, "(?:[&#]|$)", doubt, (pattern, short)


def _token(values: Sequence[str]) -> Token:
    """How IDs are written, from some of them.

    >>> _token(["2077829_zpid", "9_zpid"]), _token(["WK401", "WK40"])
    (Token(before='', form='[0-9]+', after='_zpid'), Token(before='', form='WK[0-9]+', after=''))
    >>> _token(["0a1b2c3d4", "ffffffff9"]).form, _token(["piso-sol-4811.html", "casa-9000.html"])
    ('[0-9a-f]{9}', Token(before='', form='[^/?#]*-[0-9]+', after='.html'))
    """
    numbered = [_NUMBERED.fullmatch(value) for value in values]
    ends = {(found[1], found[3]) for found in numbered if found}
    if all(numbered) and len(ends) == 1:
        before, after = ends.pop()
        letters = _LETTERS.search(before)
        kept = letters[0] if letters else ""
        return Token(before.removesuffix(kept), f"{kept}[0-9]+", after)
    if all(_HEX.fullmatch(value) for value in values):
        sizes = {len(value) for value in values}
        many = f"{{{sizes.pop()}}}" if len(sizes) == 1 and len(values) > 1 else "+"
        return Token("", f"[0-9a-f]{many}", "")
    if all(kind(value) == "uuid" for value in values):
        return Token("", "[0-9A-Fa-f-]{36}", "")
    if all(_ALNUM.fullmatch(value) for value in values):
        return Token("", "[A-Za-z0-9]+", "")
    return _slug(values)


def _slug(values: Sequence[str]) -> Token:
    found = [_ENDING.search(value) for value in values]
    endings = {one[0] if one else "" for one in found}
    after = endings.pop() if len(endings) == 1 else ""
    bare = [value.removesuffix(after) for value in values]
    if all(re.search(r"-\d{4,}$", value) for value in bare):
        return Token("", "[^/?#]*-[0-9]+", after)
    if all(re.match(r"\d{4,}-", value) for value in bare):
        return Token("", "[0-9]+-[^/?#]+" if not after else "[0-9]+-[^/?#]+?", after)
    return Token("", _STEP if not after else "[^/?#]+?", after)


def _exact(pattern: str, guard: str, links: Sequence[str]) -> str:
    """The pattern, with what may follow it where it would find more than houses without."""
    guarded = pattern + guard
    return guarded if _ids(pattern, links) != _ids(guarded, links) else pattern


def _ids(pattern: str, links: Sequence[str]) -> list[str]:
    wanted = re.compile(pattern)
    return list(dict.fromkeys(found[1] for link in links if (found := wanted.search(link))))


def _filled(
    pattern: str, url: str, given: Sequence[Address], links: Sequence[str], doubts: tuple[str, ...]
) -> IdRule:
    ids = _ids(pattern, [one.url for one in given])
    return IdRule(pattern, url, tuple(ids), tuple(_ids(pattern, links)), doubts)


_NUMBERED = re.compile(r"([A-Za-z_.-]*)(\d+)([_.-][A-Za-z_.-]*|)")
_LETTERS = re.compile(r"[A-Za-z]+$")
_HEX = re.compile(r"[0-9a-f]{6,}")
_ALNUM = re.compile(r"[A-Za-z0-9]+")
_ENDING = re.compile(r"\.[a-z]{2,5}$")
