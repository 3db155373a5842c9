"""Duplicates: a house under two IDs, a photo in several houses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from scraper.quality.twins import twins
from scraper.report.photo import Picture, picture, stored_photos
from scraper.report.section.section import Section
from scraper.report.subject import Subject
from scraper.report.values import texts, web_address

_MOST = 12


@dataclass(frozen=True, slots=True)
class Double:
    """A house that is there under another ID, too."""

    name: str
    """Its address."""
    house_id: str
    """Its ID."""
    other: str
    """The other one."""
    link: str | None
    """Its page, when that is a web address."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A photo that several houses have."""

    houses: int
    """How many."""
    picture: Picture | None
    """The photo."""


def doubles(subject: Subject) -> Section:
    """The section of the report."""
    found = twins(subject.judged, subject.judged.iloc[:0])
    rows = zip(
        *(texts(found, name) for name in ("address", "house_id", "other", "url")), strict=True
    )
    houses = [
        Double(a or "", one or "", other or "", web_address(url)) for a, one, other, url in rows
    ]
    shared = _shared(subject)
    return Section(
        "doubles",
        "Duplicates",
        "The same house, the same photo",
        "Two IDs with one address and the same size are one house: a model that learns from one "
        "and is tested on the other looks better than it is. A photo that several houses have "
        "is an agency's sign, a placeholder or a building with several homes in it.",
        {
            "houses": houses[:_MOST],
            "all_houses": len(houses),
            "photos": shared[:_MOST],
            "all_photos": len(shared),
        },
    )


def _shared(subject: Subject) -> list[Shared]:
    """Photos by what was downloaded, those of the most houses first."""
    stored = stored_photos(subject.photos)
    whose: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    first: dict[str, int] = {}
    pairs = zip(
        texts(stored, "sha256"), texts(stored, "site"), texts(stored, "house_id"), strict=True
    )
    for row, (digest, site, house) in enumerate(pairs):
        if digest:
            whose[digest].add((site, house))
            first.setdefault(digest, row)
    several = sorted((-len(houses), digest) for digest, houses in whose.items() if len(houses) > 1)
    return [
        Shared(-count, picture(stored["image"].iloc[first[digest]]) if at < _MOST else None)
        for at, (count, digest) in enumerate(several)
    ]
