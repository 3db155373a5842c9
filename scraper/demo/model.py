"""A house of the embedded site, as its owner knows it: the source of pages and of the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

Markup = Literal["table", "dl", "list", "pairs"]
"""How labels and values stand there: table rows, dl/dt/dd, `Label: value` items, div pairs."""
Embedded = Literal["none", "json-ld", "next-data"]
"""What a page says to machines besides its labels."""
Level = Literal["Elementary", "Middle", "High"]
PhotoKind = Literal["jpeg", "turned", "png", "truncated", "missing"]
"""A plain JPEG, one turned by EXIF, a PNG with alpha, one cut short, one that answers 404."""
Ending = Literal["link", "head", "pager", "endless"]
"""How a search page says that there is another one: `a[rel=next]`, `link[rel=next]` alone, a pager
whose link has no rel; `endless` names a next page for ever and repeats the last one."""

MARKUPS: tuple[Markup, ...] = ("table", "dl", "list", "pairs")


@dataclass(frozen=True, slots=True)
class School:
    """A school near a house."""

    level: Level
    name: str
    grades: str
    rating: int | None
    """Out of ten."""
    distance: float | None
    """Miles."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a price history."""

    on: date
    event: str
    price: float | None


@dataclass(frozen=True, slots=True)
class Tax:
    """One year of the tax history."""

    year: int
    paid: float | None
    assessed: float | None


@dataclass(frozen=True, slots=True)
class Agent:
    """Who offers the house: shown on the page, and never allowed into a dataset."""

    name: str
    office: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a house."""

    name: str
    """Its file name, unique within the house."""
    kind: PhotoKind = "jpeg"
    width: int = 0
    """Upright width in pixels, 0 where it cannot be decoded."""
    height: int = 0
    """Upright height in pixels, 0 where it cannot be decoded."""
    path: str = ""
    """File that it is served from, empty where it is drawn."""

    @property
    def decodable(self) -> bool:
        """Whether it can be stored."""
        return self.kind not in ("truncated", "missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A house: every number in the unit and with the digits that its page shows."""

    house_id: str
    status: Literal["sold", "for_sale", "pending", "off_market"]
    street: str
    city: str
    state: str
    zip: str
    county: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    home_type: str | None = None
    """One of `scraper.schema.HOME_TYPES`; None where nobody knows."""
    sold_price: float | None = None
    sold_on: date | None = None
    listed_price: float | None = None
    listed_on: date | None = None
    last_sold_price: float | None = None
    last_sold_on: date | None = None
    bedrooms: float | None = None
    bathrooms: float | None = None
    full_bathrooms: float | None = None
    rooms: float | None = None
    stories: float | None = None
    parking_spaces: float | None = None
    garage_spaces: float | None = None
    living_area_sqft: float | None = None
    lot_size_sqft: float | None = None
    year_built: int | None = None
    heating: str | None = None
    cooling: str | None = None
    parking: str | None = None
    flooring: str | None = None
    appliances: str | None = None
    parcel_number: str | None = None
    region: str | None = None
    tax_assessed_value: float | None = None
    annual_tax_amount: float | None = None
    hoa_monthly: float | None = None
    estimate: float | None = None
    rent_estimate: float | None = None
    description: str = ""
    """The listing's text without any way to reach a person."""
    contact_line: str = ""
    """A last sentence of the shown text with a phone number and an e-mail address, or nothing."""
    agent: Agent | None = None
    schools: tuple[School, ...] = ()
    history: tuple[Event, ...] = ()
    """Newest first, as pages show it."""
    taxes: tuple[Tax, ...] = ()
    more: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Further groups of labels and values: title to lines."""
    photos: tuple[Photo, ...] = ()
    markup: Markup = "table"
    embedded: Embedded = "none"
    javascript: bool = False
    """The page has no facts: a script asks `/api/house/<id>` for them."""
    gone: Literal[0, 404, 410] = 0
    """The status that its page answers with, though search pages still list it."""
    flaky: bool = False
    """Answers 503 with `Retry-After: 0` at the first request."""

    @property
    def private(self) -> tuple[str, ...]:
        """What its page shows and a dataset must never hold."""
        if self.agent is None:
            return ()
        return self.agent.name, self.agent.phone, self.agent.email


@dataclass(frozen=True, slots=True)
class Town:
    """One entry of the search."""

    slug: str
    """The word in its address: `alder-point`."""
    name: str
    house_ids: tuple[str, ...]
    """In the order of its search pages."""
    ending: Ending = "link"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that a site shows: the houses and the search entries that list them."""

    houses: Mapping[str, House]
    towns: tuple[Town, ...]
    disallow: tuple[str, ...] = ()
    """Path prefixes that robots.txt disallows."""
    checked: tuple[str, ...] = ()
    """Columns that the truth speaks of; empty for all that a house can have."""
    tolerances: Mapping[str, float] = field(default_factory=dict)
    """Column to the relative error that its shown form brings with it."""
    must_be_null: tuple[str, ...] = ()
    """Of `checked`, the columns that are also judged where the truth is null."""


class Source(Protocol):
    """Where the houses of a site come from."""

    def catalogue(self) -> Catalogue:
        """All of them, with the entries that list them."""
