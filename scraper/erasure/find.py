"""Which houses are to be erased: by ID, by address, by a way to reach somebody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow.compute as pc

from scraper.archive.files import read_entry, read_index, warc_names
from scraper.dataset.rows import rows
from scraper.errors import UsageError
from scraper.ledger import counts
from scraper.ledger.store import Ledger
from scraper.ledger.suppressed import read_suppressed
from scraper.place.place import Place

_DIGITS: Final = 7
_LEAST: Final = 8
"""Letters of an address of a street that are enough to tell a house by."""


@dataclass(frozen=True, slots=True)
class House:
    """A house to be erased."""

    site: str
    house_id: str
    marks: frozenset[str] = frozenset()
    """Texts by which files tell of it: its addresses."""


def by_id(place: Place, ledger: Ledger, house_id: str, site: str | None) -> list[House]:
    """The house of an ID, of one site or of all that have it.

    An ID that is not known is erased all the same where its site is clear: it then never comes in.
    Raises UsageError where it is not.
    """
    known = _of_ledger(ledger, house_id)
    sites = {site} if site else {one.site for one in known}
    if not sites:
        everywhere = all_sites(ledger)
        suppressed = read_suppressed(place)
        sites = {one for one in everywhere if suppressed.has(one, house_id)} or set(everywhere)
    if len(sites) != 1 and not known:
        raise UsageError(f"{house_id} is not in the list of {place.url}: say of which site, --site")
    marks = {one.site: one.marks for one in known}
    houses = [House(one, house_id, marks.get(one, frozenset())) for one in sorted(sites)]
    return [_with_row(place, house) for house in houses]


def by_url(place: Place, ledger: Ledger, url: str) -> list[House]:
    """The houses whose page has an address, before or after redirects."""
    wanted = _plain(url)
    found = {
        (row["site"], row["house_id"])
        for row in _rows(place, ["site", "house_id", "url", "final_url"])
        if wanted in (_plain(row["url"] or ""), _plain(row["final_url"] or ""))
    }
    found |= {(one.site, one.house_id) for one in _of_ledger(ledger, url=wanted)}
    return _all(place, ledger, found)


def by_contact(place: Place, ledger: Ledger, contact: str, archives: list[Place]) -> list[House]:
    """The houses whose rows or kept pages have a phone number or mail address."""
    has = _finder(contact)
    found = {(row["site"], row["house_id"]) for row in _rows(place, None) if has(str(row))}
    for archive in archives:
        for name in warc_names(archive):
            for entry in read_index(archive, name):
                if has(read_entry(archive, entry).text):
                    found.add((entry.site, entry.house_id))
    return _all(place, ledger, found)


def all_sites(ledger: Ledger) -> list[str]:
    """The sites of a dataset."""
    with ledger.database.transaction() as connection:
        return sorted(counts.sites(connection))


def _all(place: Place, ledger: Ledger, found: set[tuple[str, str]]) -> list[House]:
    houses = [by_id(place, ledger, house_id, site) for site, house_id in sorted(found)]
    return [house for some in houses for house in some]


def _of_ledger(ledger: Ledger, house_id: str = "", url: str = "") -> list[House]:
    with ledger.database.transaction() as connection:
        found = connection.execute(
            "SELECT word, house_id, url FROM houses JOIN words ON words.number = site "
            "WHERE house_id = ? OR rtrim(url, '/') = ?",
            (house_id, url),
        ).fetchall()
    return [House(site, house_id, frozenset({url})) for site, house_id, url in found]


def _with_row(place: Place, house: House) -> House:
    """The house, with what its row says as marks."""
    marks = set(house.marks)
    names = ["site", "house_id", "url", "final_url", "address"]
    for batch in rows(place, columns=names):
        mask = pc.and_(pc.equal(batch["site"], house.site),
                       pc.equal(batch["house_id"], house.house_id))  # fmt: skip
        for row in batch.filter(mask).to_pylist():
            marks |= {row["url"] or "", row["final_url"] or ""}
            marks |= {row["address"]} if len(row["address"] or "") >= _LEAST else set()
    # Pages link to one another without their host; an address without the ID is not the house's.
    paths = {_path(url) for url in marks if house.house_id in _path(url)}
    marks = {mark for mark in marks if "//" not in mark or house.house_id in mark} | paths
    return House(house.site, house.house_id, frozenset(marks - {""}))


def _rows(place: Place, columns: list[str] | None) -> Iterator[dict[str, Any]]:
    for batch in rows(place, columns=columns):
        yield from batch.to_pylist()


def _path(url: str) -> str:
    """Path and query of an address.

    >>> _path("https://homes.example/h?id=7"), _path("12 Elm St")
    ('/h?id=7', '')
    """
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.path.rstrip('/')}{query}" if parts.netloc else ""


def _plain(url: str) -> str:
    return url.partition("#")[0].rstrip("/")


def _finder(contact: str) -> Callable[[str], bool]:
    """Whether a text has a contact, however it is written.

    >>> _finder("+1 (503) 555-0142")("call 503.555.0142 now"), _finder("A@b.example")("a@B.example")
    (True, True)
    """
    if "@" in contact:
        mail = contact.strip().casefold()
        return lambda text: mail in text.casefold()
    digits = re.sub(r"\D", "", contact)[-10:]
    if len(digits) < _DIGITS:
        raise UsageError(f"{contact!r} is no phone number and no mail address")
    pattern = re.compile(r"[\s().+/-]{0,3}".join(digits))
    return lambda text: pattern.search(text) is not None
