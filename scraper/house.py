"""A house on its way through the crawl: leased, read, cleaned, photographed, stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from scraper.facts import Extraction
from scraper.page import Page
from scraper.schema import Row

Outcome = Literal["ok", "gone", "denied", "refused", "unread", "failed"]


@dataclass(frozen=True, slots=True)
class FoundId:
    """A house ID as a search page shows it."""

    house_id: str
    url: str
    """Address of the house page, absolute."""
    where: str
    """The entry of the search that it was listed under."""
    position: int
    """Place in that entry's list, counted from 0 over all of its pages."""
    shown: int | None = None
    """A number that differs where the list shows another price or state of the sale; None where it
    shows neither."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to visit one house now: nobody else gets the same house meanwhile."""

    site: str
    house_id: str
    url: str
    attempts: int
    """Times it was tried, this one included."""
    first_seen: datetime
    last_seen: datetime


@dataclass(slots=True)
class House:
    """A house page that was read: the item that goes through the pipelines."""

    lease: Lease
    page: Page
    extraction: Extraction
    seconds: float
    """From lease to page."""
    robots_rule: str | None = None
    signals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the page and its host say of its use: the place to its words."""
    address: str | None = None
    """What it was asked from."""
    row: Row = field(default_factory=dict)
    """The row of the table `houses`, filled by `pipelines/clean.py`."""
    photos: list[Row] = field(default_factory=list)
    """The rows of the table `photos`, filled by `pipelines/photos.py`."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that gave no house: the item that says so."""

    lease: Lease
    outcome: Outcome
    reason: str
    seconds: float
    fetch_mode: Literal["http", "data", "browser"] = "http"
    http_status: int | None = None
    bytes: int = 0
    address: str | None = None
    """What it was asked from."""
    final: bool = True
    """False where the same house is to be tried again: it then stays open in the ledger."""
    page: Page | None = field(default=None, repr=False)
    """The page that gave no house, where one came."""
