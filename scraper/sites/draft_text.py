"""A draft as the text of a site file, with comments for the person who goes on with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from scraper.sites.draft import Draft

_WIDTH = 50


def site_text(draft: Draft, tried: bool) -> str:
    """The site file. `tried`: whether the houses' address was tried on the site itself.

    It is complete: it can be crawled with as it is.
    """
    doubts = doubts_of(draft, tried)
    parts = [
        *_head(draft),
        *_search(draft),
        *_house(draft),
        *_labels(draft),
        *_photos(draft),
        *_render(draft),
        "",
        *_comment("Not sure of:" if doubts else "Nothing is doubtful in these pages."),
        *(line for doubt in doubts for line in _comment(f"- {doubt}")),
    ]
    return "\n".join(parts) + "\n"


def doubts_of(draft: Draft, tried: bool) -> list[str]:
    """What the draft is unsure of, in words, the gravest first."""
    return [
        *(f"{url} has no {lacks}: see `housecrawl check`" for url, lacks in draft.lacking),
        *(f"{name} is read with little evidence: look at it" for name in draft.unsure),
        *draft.ids.doubts,
        *_shorter(draft, tried),
        *_listing(draft),
        *_pages(draft),
        *_place(draft),
        *_words(draft),
    ]


def _shorter(draft: Draft, tried: bool) -> Iterator[str]:
    short = draft.ids.shorter
    if short is not None and not tried:
        yield f"{short.url} with id = '{short.pattern}' may work as well; it was not tried"
    elif short is not None:
        yield f"{short.url} was tried and did not give the same house"


def _listing(draft: Draft) -> Iterator[str]:
    given, listed = set(draft.ids.ids), len(draft.ids.listed)
    if len(draft.samples) == 1:
        yield "only one house was given: with two more, what differs is told more surely"
    if not given & set(draft.ids.listed):
        yield "the search page does not list the given houses themselves: are they of this search?"
    if draft.next is None and draft.total and draft.total.count > listed:
        yield "no link to a next page was found: say [search] next, a CSS selector or XPath of it"
    if draft.total and draft.next:
        more = " or more" if draft.total.at_least else ""
        yield (
            f"the search names {draft.total.count:,}{more} houses: where the site stops earlier, "
            "the crawl says so, and [search.split] divides the list"
        )


def _pages(draft: Draft) -> Iterator[str]:
    if draft.render == "always":
        yield "the site needs a browser for every page: slower, and heavier for the site"
        return
    if draft.search.fetch_mode == "browser":
        yield "the search page shows its houses only in a browser"
    slow = [one for one in draft.samples if one.page.fetch_mode == "browser"]
    if slow:
        yield f"{len(slow)} of {len(draft.samples)} house pages needed a browser"


def _place(draft: Draft) -> Iterator[str]:
    if not draft.where.where:
        yield "no place was recognised in the search's address: this one list is crawled"
    if draft.country is None:
        yield "the pages do not agree on a country: amounts, areas and dates are read without one"
    if draft.currency is None:
        yield "the pages do not agree on a currency, or show none"


def _words(draft: Draft) -> Iterator[str]:
    sure = [one.label for one in draft.labels if one.sure]
    if sure:
        yield f"[house.labels] {', '.join(sure)}: guessed by the look of the value"
    if any(not one.sure for one in draft.labels):
        yield "labels that are not known stand as comments under [house.labels]"


def _head(draft: Draft) -> Iterator[str]:
    yield "# Drafted by `housecrawl new-site`; the keys are explained in docs/sites.md."
    yield _key("name", draft.name, "also the value of the column `site`")


def _search(draft: Draft) -> Iterator[str]:
    where, ids = draft.where, draft.ids
    yield ""
    yield "[search]"
    yield _key("urls", [where.url], "the search pages")
    if where.where:
        yield _key("where", list(where.where), "the lists to crawl, for {where}")
        if where.others:
            shown = json.dumps(where.others[:12], ensure_ascii=False)
            yield f"# The page also links to: {shown}"
    shown = f"e.g. {ids.listed[0]}" if ids.listed else "group 1 is the house ID"
    yield _key("id", ids.pattern, f"{len(ids.listed)} houses on the search page, {shown}")
    if draft.next:
        yield f"# next: found by itself, {draft.next}"
    elif draft.total and draft.total.count <= len(ids.listed):
        yield "# next: this list has one page; usual pagers are found without being told"
    else:
        yield '# next = "a.next::attr(href)"  # no next page was found on this one'


def _house(draft: Draft) -> Iterator[str]:
    yield ""
    yield "[house]"
    yield _key("url", draft.ids.url)
    yield "# required: an address, and one of price, living area, lot size. Without them a page"
    yield "# counts as not read. Name columns to require one of those instead:"
    yield f"# required = {json.dumps(list(draft.filled))}"
    for name in ("country", "currency", "language"):
        found = getattr(draft, name)
        yield _key(name, found, "as the pages say") if found else f'# {name} = ""'


def _labels(draft: Draft) -> Iterator[str]:
    if not draft.labels:
        return
    yield ""
    yield "[house.labels]"
    yield "# Words of this site that are not known. Name the column of those that matter:"
    for one in draft.labels:
        line = f"{_quoted(one.label)} = {_quoted(one.column or '...')}"
        mark = "" if one.sure else "# "
        yield f"{mark}{line}  # seen: {_one_line(one.seen)}"


def _photos(draft: Draft) -> Iterator[str]:
    yield ""
    counts = ", ".join(str(len(one.extraction.photo_urls)) for one in draft.samples)
    if draft.photos:
        yield "[photos]"
        yield _key("pattern", draft.photos, "without it, pictures that houses share come along")
    else:
        yield f"# [photos] needs no pattern: {counts} photos were found on the pages given."


def _render(draft: Draft) -> Iterator[str]:
    yield ""
    yield "[render]"
    said = "every page needed it" if draft.render == "always" else "a browser only where needed"
    yield _key("mode", draft.render, said)


def _key(name: str, value: str | Sequence[str], why: str = "") -> str:
    shown = _quoted(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = f"{name} = {shown}"
    return f"{line.ljust(_WIDTH)}  # {_one_line(why)}" if why else line


def _quoted(text: str) -> str:
    """A TOML string, the plain form where the text has backslashes.

    >>> _quoted("a"), _quoted(r"/h/(\\d+)")
    ('"a"', "'/h/(\\\\d+)'")
    """
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Text of a page for a comment: nothing that could end it."""
    return "".join(char if char.isprintable() else " " for char in text)[:80]


def _comment(text: str) -> list[str]:
    """A text as lines of comment."""
    words, lines = text.split(), ["#"]
    for word in words:
        if len(lines[-1]) + len(word) > 98:
            lines.append("#  ")
        lines[-1] += f" {word}"
    return ["".join(char if char.isprintable() else " " for char in line) for line in lines]
