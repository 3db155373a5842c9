"""The houses that a search page lists, and its next page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsel import Selector

from scraper.extract import document
from scraper.extract.document import Document
from scraper.extract.hidden import follows
from scraper.extract.listed import shown_of
from scraper.extract.pager import by_number, is_same
from scraper.extract.scripts import Json, embedded, linked_data
from scraper.extract.sitemap import read_sitemap
from scraper.extract.vocabulary import fold
from scraper.house import FoundId
from scraper.page import Page


def house_links(
    page: Page, pattern: str, where: str, start: int, url_template: str
) -> list[FoundId]:
    """The house IDs of a search page, each once, in the page's order.

    `pattern` is searched for in the links as they stand and made absolute; group 1 is the ID.
    Where no link matches, the addresses inside the page's JSON are tried.
    Links that are hidden or say `nofollow` are skipped. Positions count on from `start`.
    """
    wanted, parsed = re.compile(pattern), document.read(page)
    links = _matching(wanted, parsed)
    shown = shown_of(parsed, links) or dict.fromkeys(_ids(wanted, _json_links(parsed)))
    return [
        FoundId(house_id, url_template.replace("{id}", house_id), where, start + place, digest)
        for place, (house_id, digest) in enumerate(shown.items())
    ]


def addresses(page: Page) -> tuple[list[str], list[str]]:
    """The absolute addresses that a search page links to, and those that only its JSON names."""
    if (named := read_sitemap(page)) is not None:
        return [url for url, _ in named.pages], []
    parsed = document.read(page)
    return list(_links(parsed)), list(_json_links(parsed))


def next_url(page: Page, selector: str | None = None) -> str | None:
    """The absolute address of the next search page; None on the last.

    The site file's selector decides where it is given; else `rel=next`, then links that say
    "Next", then the number after the current page's in its pager. Links that are hidden
    or say `nofollow` are skipped: an endless list is a trap too.
    """
    parsed = document.read(page)
    href = _selected(parsed, selector) if selector else _by_rel(parsed) or _by_words(parsed)
    if not href and not selector:
        href = by_number(parsed)
    address = parsed.absolute(href) if href else ""
    if not address.startswith("http") or is_same(address, parsed.url):
        return None
    return address


def _ids(wanted: re.Pattern[str], links: Iterator[str]) -> list[str]:
    found = {match[1]: None for link in links if (match := wanted.search(link)) and match[1]}
    return list(found)


def _matching(wanted: re.Pattern[str], parsed: Document) -> list[tuple[str, int]]:
    """The IDs that visible links name, each with the number of the link's element."""
    pairs = ((number, wanted.search(_address(parsed, number))) for number in _followed(parsed))
    return [(match[1], number) for number, match in pairs if match and match[1]]


def _address(parsed: Document, number: int) -> str:
    return parsed.absolute(parsed.attributes[number].get("href") or "")


def _links(parsed: Document) -> Iterator[str]:
    """The addresses of the page's visible links, absolute."""
    for number in _followed(parsed):
        yield _address(parsed, number)


def _followed(parsed: Document) -> Iterator[int]:
    return (number for number in parsed.links if follows(parsed, number))


def _json_links(parsed: Document) -> Iterator[str]:
    values: list[Json] = [value for _, value in embedded(parsed)] + list(linked_data(parsed))
    for value in values:
        for text in _texts(value):
            yield parsed.absolute(text)


def _texts(value: Json) -> Iterator[str]:
    """The strings of a JSON value that may be addresses, in order."""
    if isinstance(value, str):
        if len(value) < 500 and "/" in value and " " not in value:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _selected(parsed: Document, selector: str) -> str:
    """The address at the site file's place: text of an attribute, or a link's address."""
    tree = Selector(root=parsed.root, type="html")
    nodes = (
        tree.xpath(selector) if selector[:1] in "/(." and "/" in selector else tree.css(selector)
    )
    for node in nodes:
        href = node.root if isinstance(node.root, str) else node.attrib.get("href", "")
        if href.strip():
            return str(href)
    return ""


def _by_rel(parsed: Document) -> str:
    heads = [element for element in parsed.root.iter("link") if element.get("href")]
    for element in [*heads, *(parsed.elements[number] for number in _followed(parsed))]:
        if "next" in (element.get("rel") or "").lower().split():
            return str(element.get("href"))
    return ""


def _by_words(parsed: Document) -> str:
    """A link that says "Next" in its text, its label or its class, and is not switched off."""
    for number in _followed(parsed):
        element = parsed.elements[number]
        said = [
            parsed.text_of(number, 4),
            element.get("aria-label") or "",
            element.get("title") or "",
        ]
        if element.get("aria-disabled") == "true" or "disabled" in (element.get("class") or ""):
            continue
        if any(_NEXT.fullmatch(fold(text)) for text in said if 0 < len(text) < 40):
            return str(element.get("href"))
    return ""


_NEXT = re.compile(
    r"(?:(?:go to )?next(?: page)?(?: of results)?|(?:pagina )?siguiente|(?:page )?suivante?"
    r"|(?:pagina )?successiva|successivo|avanti|nachste(?: seite)?|weiter"
    r"|(?:pagina )?seguinte|proxima(?: pagina)?|volgende(?: pagina)?)?(?: ?[\u203a»→>])?"
)
