"""What a site is: where its houses are listed, how their pages are read, how fast it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from scraper.errors import UsageError
from scraper.extract.hints import Hints
from scraper.hosts import Host, is_public_host
from scraper.sites.hosts import hosts_of
from scraper.sites.split import Split

RenderMode = Literal["auto", "never", "always", "data"]

EVERYTHING = "all"
"""The name of the one entry of a list whose addresses have no `{where}`."""

_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW", "PR", "GU", "AS", "VI", "MP"})
"""Countries and territories that write dates month first (Unicode CLDR 46, short dates)."""

_RESERVED = "/:?@!$&'()*+,;=%~"
"""What an address may hold as it is: a `%` is kept so that nothing is escaped twice."""


@dataclass(frozen=True, slots=True)
class Search:
    """Stage 1: the pages that list houses."""

    urls: tuple[str, ...]
    """Addresses of the first pages; `{where}` stands for an entry of `where`."""
    id: str
    """Regular expression over the links of a search page; group 1 is the house ID."""
    where: tuple[str, ...] = ()
    """The entries to list, unless the user names others."""
    next: str | None = None
    """CSS or XPath of the link to the next page; found without it on most sites."""
    sitemaps: str | None = None
    """Regular expression over the addresses that an index of sitemaps names; None: all are read."""
    split: Split = field(default_factory=Split)
    """How a list that the site cuts off is divided."""


@dataclass(frozen=True, slots=True)
class HousePage:
    """Stage 2: the page of one house."""

    url: str
    """Its address; `{id}` stands for the house ID."""
    required: tuple[str, ...] = ()
    """Columns without one of which the page was not read; empty: the default of the extraction."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Words that this site shows before a value, to the column of the value."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Column to its exact place: CSS, XPath (`//...`) or JMESPath (`json:...`)."""
    country: str | None = None
    """Country of all houses, ISO 3166-1 alpha-2."""
    currency: str | None = None
    """Currency of all money without a sign of its own, ISO 4217."""
    language: str | None = None
    """Language of the pages, ISO 639-1."""
    day_first: bool | None = None
    """Whether 3/4/2024 is the third of April; None: as the country or language has it."""


@dataclass(frozen=True, slots=True)
class Photos:
    """Which pictures of a page are the house's."""

    pattern: str | None = None
    """Regular expression over the addresses of pictures; found without it on most sites."""


@dataclass(frozen=True, slots=True)
class Render:
    """Whether a browser is used."""

    mode: RenderMode = "auto"
    """`auto`: where plain HTTP did not give the required facts; `data`: the facts of the page's own
    data requests, whatever plain HTTP gives."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the site is asked, over all addresses together; robots.txt may say slower."""

    delay: float | None = None
    """Seconds between two requests; None: the setting of the crawl."""
    concurrency: int | None = None
    """Requests under way at once; None: the setting of the crawl."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms the site's data is used, as far as whoever crawls it knows them."""

    licence: str | None = None
    """An SPDX identifier, or what the licence or the leave is called."""
    url: str | None = None
    """Address of the terms of use."""
    attribution: str | None = None
    """How the source wants to be named."""


@dataclass(frozen=True)
class Site:
    """One site. A site in Python overrides `search_urls` and `house_url` where it has to."""

    name: str
    """Its name: also the value of the column `site`."""
    search: Search
    house: HousePage
    photos: Photos = Photos()
    render: Render = Render()
    pace: Pace = Pace()
    # Not in repr: pages are not read differently for it.
    terms: Terms = field(default=Terms(), repr=False)

    def search_urls(self, where: Iterable[str] | None = None) -> list[tuple[str, str]]:
        """The entries to list, each with the address of its first page.

        `where` takes the place of the file's own list. Raises UsageError where an entry is
        needed and there is none, or where entries are named and the addresses have no `{where}`.

        >>> site = Site("s", Search(("https://s.example/{where}",), "/h/(.+)"), HousePage(""))
        >>> site.search_urls(["New York"])
        [('New York', 'https://s.example/New%20York')]
        """
        entries = self._entries(where)
        return [
            (entry, _filled(url, "{where}", entry)) for entry in entries for url in self._of(entry)
        ]

    def house_url(self, house_id: str) -> str:
        """The address of a house page.

        >>> Site("s", Search((), ""), HousePage("https://s.example/h/{id}")).house_url("a 1")
        'https://s.example/h/a%201'
        """
        return _filled(self.house.url, "{id}", house_id)

    @property
    def hints(self) -> Hints:
        """What the extraction is told about this site's pages."""
        return Hints(
            labels=self.house.labels,
            fields=self.house.fields,
            photo_pattern=self.photos.pattern,
            currency=self.house.currency,
            country=self.house.country,
            language=self.house.language,
        )

    @property
    def day_first(self) -> bool:
        """Whether 3/4/2024 is the third of April here.

        As the file says; else by its country, else by its language. Only US pages and English
        ones of no known country are read month first.

        >>> [Site("s", Search((), ""), HousePage("", country=c)).day_first for c in ("US", "GB")]
        [False, True]
        """
        if self.house.day_first is not None:
            return self.house.day_first
        if self.house.country is not None:
            return self.house.country not in _MONTH_FIRST
        return self.house.language not in (None, "en")

    @property
    def own_hosts(self) -> frozenset[Host]:
        """Loopback and private hosts that the site itself names: exactly these may be reached."""
        return frozenset(host for host in self._hosts if not is_public_host(host[0]))

    @property
    def is_public(self) -> bool:
        """Whether any page of the site is on the public internet."""
        return bool(self._hosts - self.own_hosts)

    @property
    def _hosts(self) -> frozenset[Host]:
        return hosts_of((*self.search.urls, self.house.url))

    def _entries(self, where: Iterable[str] | None) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(entry.strip() for entry in where or () if entry.strip()))
        takes = [url for url in self.search.urls if "{where}" in url]
        if named and not takes:
            raise UsageError(
                f"site {self.name}: where={','.join(named)} was given, but no address of its"
                " [search] urls has {where}: leave where= out"
            )
        entries = named or self.search.where
        if takes and not entries:
            raise UsageError(
                f"site {self.name}: [search] urls need an entry for {{where}} and the site lists"
                " none: name some with -a where=a,b"
            )
        plain = len(takes) < len(self.search.urls)
        return (*(entries if takes else ()), *((EVERYTHING,) if plain else ()))

    def _of(self, entry: str) -> list[str]:
        """The addresses that an entry is listed by."""
        return [url for url in self.search.urls if ("{where}" in url) == (entry != EVERYTHING)]


def _filled(url: str, placeholder: str, value: str) -> str:
    return url.replace(placeholder, quote(value.strip(), safe=_RESERVED))
