"""A sitemap as a list of houses: https://www.sitemaps.org/protocol.html, version 0.9.

Read as XML, without entities: one that declares any is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from scraper.extract.listed import digest
from scraper.house import FoundId
from scraper.page import Page

_HEAD: Final = 4096
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_ROOT: Final = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_BARE: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)")
"""An ampersand that begins nothing: many sitemaps have addresses as they stand."""

Entry = tuple[str, str]
"""An address, absolute, and its `lastmod`, else an empty text."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap names, in its order."""

    pages: tuple[Entry, ...] = ()
    """Pages (`<urlset>`)."""
    maps: tuple[Entry, ...] = ()
    """Other sitemaps (`<sitemapindex>`)."""
    fault: str = ""
    """Why it cannot be read, one line; it then names nothing."""


def read_sitemap(page: Page) -> Sitemap | None:
    """The sitemap that a page is; None of any other page.

    One that is not well-formed is not read in part: houses that it lacks would look gone.

    >>> from datetime import UTC, datetime
    >>> body = b"<urlset><url><loc>/h/1?a=1&b=2</loc><lastmod>2026-01-31</lastmod></url></urlset>"
    >>> page = Page("http://h/", "http://h/map.xml", 200, {}, body, "http", datetime.now(UTC))
    >>> read_sitemap(page).pages
    (('http://h/h/1?a=1&b=2', '2026-01-31'),)
    """
    root = _ROOT.search(_COMMENT.sub("", page.text[:_HEAD]))
    if root is None or root[1] not in ("urlset", "sitemapindex"):
        return None
    if "<!ENTITY" in page.text:
        return Sitemap(fault="the sitemap declares entities, which none needs: it is not read")
    body = page.text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    try:
        found = _entries(body, page.final_url or page.url)
    except etree.XMLSyntaxError:
        try:
            found = _entries(_BARE.sub(b"&amp;", body), page.final_url or page.url)
        except etree.XMLSyntaxError as error:
            return Sitemap(fault=f"the sitemap is no well-formed XML: {error.msg}"[:300])
    return Sitemap(maps=found) if root[1] == "sitemapindex" else Sitemap(pages=found)


def sitemap_links(found: Sitemap, pattern: str, where: str, url_template: str) -> list[FoundId]:
    """The house IDs among the pages of a sitemap, each once, in its order.

    `pattern` is searched for in the addresses; group 1 is the ID.
    """
    wanted = re.compile(pattern)
    matched = ((wanted.search(url), changed) for url, changed in found.pages)
    shown = {m[1]: digest(changed) if changed else None for m, changed in matched if m and m[1]}
    return [
        FoundId(house_id, url_template.replace("{id}", house_id), where, place, said)
        for place, (house_id, said) in enumerate(shown.items())
    ]


def is_sitemap_address(url: str) -> bool:
    """Whether an address looks like a sitemap's, which no browser has to render.

    >>> is_sitemap_address("https://h/maps/homes-1.xml.gz?x=1"), is_sitemap_address("https://h/s")
    (True, False)
    """
    try:
        return urlsplit(url).path.lower().endswith((".xml", ".xml.gz"))
    except ValueError:
        return False


def _entries(body: bytes, base: str) -> tuple[Entry, ...]:
    """The entries of a sitemap or an index; XMLSyntaxError where it is not well-formed."""
    return tuple(_each(body, base))


def _each(body: bytes, base: str) -> Iterator[Entry]:
    steps = etree.iterparse(
        BytesIO(body),
        tag=("{*}url", "{*}sitemap"),
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    for _, element in steps:
        parent = element.getparent()
        if parent is None or parent.getparent() is not None:
            continue
        # A picture's or a video's own address has the same name in another namespace.
        space = element.tag.rpartition("}")[0]
        said = {
            child.tag.rpartition("}")[2]: (child.text or "").strip()
            for child in element
            if isinstance(child.tag, str) and child.tag.rpartition("}")[0] == space
        }
        if url := _absolute(base, said.get("loc", "")):
            yield url, said.get("lastmod", "")
        element.clear()
        while element.getprevious() is not None:
            del parent[0]


def _absolute(base: str, address: str) -> str:
    """An address of the web made absolute; empty for any other."""
    try:
        url = urljoin(base, address) if address else ""
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""
