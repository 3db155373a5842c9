"""A site file drafted from a search page and pages of houses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from scraper.errors import InputFileError
from scraper.extract import document
from scraper.extract.house import extract
from scraper.extract.kind import missing
from scraper.extract.search import addresses, next_url
from scraper.extract.total import Total, total_shown
from scraper.facts import Extraction
from scraper.page import Page
from scraper.parse.row import clean_row
from scraper.schema import Row
from scraper.sites import values
from scraper.sites.draft_ids import IdRule, id_rule
from scraper.sites.draft_labels import Unknown, unknown_labels
from scraper.sites.draft_photos import photo_pattern
from scraper.sites.draft_where import WhereRule, places, where_rule
from scraper.sites.model import HousePage, RenderMode, Search, Site
from scraper.sites.wrong import WrongValueError

_SURE: Final = 0.6
"""Below it a value is named among what is not sure."""
_ASKED_FIRST: Final = ("sold_price", "listed_price", "living_area_sqft", "lot_size_sqft")


@dataclass(frozen=True, slots=True)
class Sample:
    """A house page, read."""

    page: Page
    extraction: Extraction
    row: Row


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a site file is made from."""

    name: str
    where: WhereRule
    ids: IdRule
    search: Page
    samples: tuple[Sample, ...]
    next: str | None
    """Address of the second page, None where none was found."""
    total: Total | None
    labels: tuple[Unknown, ...]
    photos: str | None
    render: RenderMode
    country: str | None
    currency: str | None
    language: str | None

    @property
    def filled(self) -> tuple[str, ...]:
        """Columns asked for first that every house page gave."""
        return tuple(
            name
            for name in _ASKED_FIRST
            if all(one.row.get(name) not in (None, "") for one in self.samples)
        )

    @property
    def unsure(self) -> tuple[str, ...]:
        """Columns asked for first whose value has little behind it."""
        found = {
            name: one.extraction.best[name].confidence
            for one in self.samples
            for name in _ASKED_FIRST
            if name in one.extraction.best
        }
        return tuple(name for name, confidence in found.items() if confidence < _SURE)

    @property
    def lacking(self) -> tuple[tuple[str, str], ...]:
        """Pages that did not count as read: their address and what they lack."""
        return tuple(
            (one.page.url, ", ".join(lacks))
            for one in self.samples
            if (lacks := missing(one.row, self.required))
        )

    @property
    def required(self) -> tuple[str, ...]:
        """Nothing: the usual requirement, an address and a price or an area, holds."""
        return ()


def read_sample(page: Page) -> Sample:
    """A house page as it would be crawled; twice, since the first look tells the country."""
    extraction = extract(page)
    row = clean_row(extraction.best)
    country = _text(row, "country")
    site = Site("draft", Search((), ""), HousePage("", country=country, language=language_of(page)))
    row = clean_row(extraction.best, country=country, day_first=site.day_first)
    return Sample(page, extraction, row)


def find_ids(search: Page, samples: Sequence[Sample]) -> IdRule | None:
    """The ID rule of the houses; None where the search page lists none of their form."""
    shown, hidden = addresses(search)
    names = places(one.row for one in samples)
    urls = [one.page.url for one in samples]
    return id_rule(urls, shown, names) or id_rule(urls, hidden, names)


def draft(search: Page, samples: Sequence[Sample], ids: IdRule, name: str = "") -> Draft:
    """The draft for a site, from its search page, some houses and the ID rule found for them."""
    rows = [one.row for one in samples]
    shown, _ = addresses(search)
    languages = {language_of(one.page) for one in samples}
    return Draft(
        name=name or site_name(search.url),
        where=where_rule(search.url, shown, places(rows), [_head(one.page) for one in samples]),
        ids=ids,
        search=search,
        samples=tuple(samples),
        next=next_url(search),
        total=total_shown(search, len(ids.listed)),
        labels=tuple(unknown_labels([one.extraction.labels for one in samples], rows)),
        photos=photo_pattern([one.extraction.photo_urls for one in samples]),
        render=_render(search, samples),
        country=_agreed(rows, "country"),
        currency=_agreed(rows, "currency"),
        language=languages.pop() if len(languages) == 1 else None,
    )


def _head(page: Page) -> str:
    """What a page has for a title."""
    parsed = document.read(page)
    heads = (parsed.text_of(element) for element, level in parsed.headings if level == 1)
    return " ".join([parsed.title, *heads])


def site_name(url: str) -> str:
    """A name for the site of an address.

    >>> site_name("https://www.casas-del-sur.co.uk/venta"), site_name("http://127.0.0.1:80/x")
    ('casas-del-sur', '127.0.0.1')
    """
    host = (urlsplit(url).hostname or "site").removeprefix("www.")
    if re.fullmatch(r"[\d.]+|.*:.*", host):
        return re.sub(r"[^\w.-]+", "-", host).strip("-")
    parts = host.split(".")
    longest = max(parts[:-1] or parts, key=len)
    return re.sub(r"[^a-z0-9-]+", "-", longest.lower()).strip("-") or "site"


def language_of(page: Page) -> str | None:
    """The language that a page says it is in, ISO 639-1."""
    said = str(document.read(page).root.get("lang") or "")[:2].lower()
    try:
        return values.language(said)
    except WrongValueError:
        return None


def no_links(search: Page, house: str) -> InputFileError:
    """What is said where the search page lists no house of the given form."""
    shown, hidden = addresses(search)
    return InputFileError(
        f"{search.url}: none of its {len(shown) + len(hidden)} links has the form of {house}: "
        "give the page that lists houses first, then pages of houses of the same site"
    )


def _render(search: Page, samples: Sequence[Sample]) -> RenderMode:
    modes = {search.fetch_mode, *(one.page.fetch_mode for one in samples)}
    return "always" if modes == {"browser"} else "auto"


def _agreed(rows: Sequence[Row], column: str) -> str | None:
    """What all pages say."""
    found = {_text(row, column) for row in rows}
    return found.pop() if len(found) == 1 else None


def _text(row: Row, column: str) -> str | None:
    found = row.get(column)
    return found if isinstance(found, str) and found else None
