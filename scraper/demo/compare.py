"""What a crawl brought home against the site's truth: houses, fields, photos and manners."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

from scraper.demo.model import House
from scraper.demo.site import DemoSite
from scraper.schema import Row

LONGEST_SIDE: Final = 320
"""Pixels that the longer side of a stored photo has at most."""
_EXACT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that is not what the site's truth says."""

    house_id: str
    column: str
    truth: object
    found: object


@dataclass(frozen=True, slots=True)
class Comparison:
    """A crawl against the truth; every list is empty where all is well."""

    listed: int
    """IDs that search pages show."""
    allowed: int
    """Of these, the ones that robots.txt allows."""
    existing: int
    """Of these, the ones whose page is there: what has to be stored."""
    stored: int
    """Rows that were stored for them, each ID counted once."""
    missing: Sequence[str] = ()
    """IDs that should be stored and are not."""
    extra: Sequence[str] = ()
    """IDs that are stored and should not be: disallowed, gone or unknown ones."""
    twice: Sequence[str] = ()
    """IDs with more than one row."""
    wrong: Sequence[Wrong] = ()
    """Fields that differ."""
    fields: int = 0
    """Fields that were compared."""
    requested: Sequence[str] = ()
    """Disallowed paths that were asked for."""
    personal: Sequence[str] = ()
    """Names, phone numbers and addresses that the dataset holds and must not."""
    photos: int = 0
    """Photos that can be decoded, of the houses to be stored."""
    photos_stored: int = 0
    """Of these, the ones that are stored, small enough and upright."""
    photos_wrong: Sequence[str] = ()
    """Addresses of the others, with the reason."""
    by_column: Mapping[str, int] = field(default_factory=dict)
    """Column to the number of fields that differ, the worst first."""

    @property
    def complete(self) -> bool:
        """Whether everything came home, all of it right, and nothing else was asked for."""
        lists = (self.missing, self.extra, self.twice, self.wrong, self.requested)
        return not any((*lists, self.personal, self.photos_wrong)) and self.existing > 0

    def lines(self) -> list[str]:
        """The comparison for a person, a line a finding."""
        right = self.fields - len(self.wrong)
        said = [
            f"listed {self.listed}, allowed {self.allowed}, existing {self.existing}, "
            f"stored {self.stored}",
            f"fields right: {right:,} of {self.fields:,}",
            f"photos: {self.photos_stored} of {self.photos} that can be decoded",
            f"disallowed pages requested: {len(self.requested)}",
        ]
        if self.by_column:
            said.append("wrong: " + ", ".join(f"{n} {c}" for c, n in self.by_column.items()))
        said += [
            f"for example {one.house_id} {one.column}: {one.found!r} instead of {one.truth!r}"
            for one in _one_a_column(self.wrong)
        ]
        for name in ("missing", "extra", "twice", "requested", "personal", "photos_wrong"):
            found: Sequence[str] = getattr(self, name)
            if found:
                more = f" and {len(found) - 5} more" if len(found) > 5 else ""
                said.append(f"{name.replace('_', ' ')}: {', '.join(found[:5])}{more}")
        return said


def compare(site: DemoSite, houses: pd.DataFrame, photos: pd.DataFrame) -> Comparison:
    """The tables `houses` and `photos` of a crawl against the site that was crawled.

    A null of the dataset stands for a missing value, an empty list and an empty text alike. Lots
    of a CSV may be off by half a percent, which is what two decimals of an acre bring.
    """
    truth, rows = site.truth, [*_rows(houses)]
    counts = Counter(str(row["house_id"]) for row in rows)
    found = {str(row["house_id"]): row for row in rows}
    wrong = [one for i in truth if i in found for one in _wrong(site, truth[i], found[i])]
    stored, bad = _photos(site, truth, photos)
    columns = Counter(one.column for one in wrong)
    return Comparison(
        listed=len(site.listed),
        allowed=len(site.listed - site.disallowed),
        existing=len(truth),
        stored=len(truth.keys() & found.keys()),
        missing=sorted(truth.keys() - found.keys()),
        extra=sorted(_extra(site, found)),
        twice=sorted(one for one, count in counts.items() if count > 1),
        wrong=wrong,
        fields=sum(len(truth[i]) for i in truth if i in found),
        requested=[*_requested(site)],
        personal=sorted(_personal(site, rows)),
        photos=stored + len(bad),
        photos_stored=stored,
        photos_wrong=bad,
        by_column=dict(columns.most_common()),
    )


def same(truth: object, found: object, tolerance: float = _EXACT) -> bool:
    """Whether a stored value is the true one.

    >>> same(None, float("nan")), same(2.5, 2.5), same(None, []), same("a  b", "a b")
    (True, True, True, True)
    >>> same(100.0, 100.4), same(100.0, 100.4, 0.005), same(date(2024, 5, 1), None)
    (False, True, False)
    """
    truth, found = _plain(truth), _plain(found)
    if truth is None or found is None:
        return truth is found
    if isinstance(truth, float) and isinstance(found, float):
        return math.isclose(truth, found, rel_tol=tolerance, abs_tol=1e-9)
    if isinstance(truth, dict) and isinstance(found, dict):
        return all(same(truth[key], found.get(key), tolerance) for key in truth)
    if isinstance(truth, list) and isinstance(found, list):
        pairs = zip(truth, found, strict=False)
        return len(truth) == len(found) and all(same(t, f, tolerance) for t, f in pairs)
    return truth == found


def _plain(value: Any) -> Any:
    """A value without its library: None, float, str, date, dict or list."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | dict):
        return value
    if isinstance(value, int | float):
        return None if math.isnan(value) else float(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return " ".join(value.split()) or None
    if isinstance(value, list | tuple):
        return [*value] or None
    return value if isinstance(value, date) else str(value)


def _wrong(site: DemoSite, truth: Row, row: Mapping[str, Any]) -> Iterator[Wrong]:
    house = site.catalogue.houses[str(truth["house_id"])]
    for column, value in truth.items():
        found = row.get(column)
        if column == "description" and house.contact_line:
            right = _plain(found) is not None and _plain(found).startswith(_plain(value))
        else:
            right = same(value, found, site.catalogue.tolerances.get(column, _EXACT))
        if not right:
            yield Wrong(house.house_id, column, value, _plain(found))


def _rows(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    return frame.to_dict("records")  # type: ignore[return-value]


def _extra(site: DemoSite, found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A gone house may stay as a row that says so; nothing else may be there."""
    for house_id in found.keys() - site.truth.keys():
        if house_id not in site.gone or found[house_id].get("status") != "gone":
            yield house_id


def _requested(site: DemoSite) -> Iterator[str]:
    rules = ("/account/", *site.catalogue.disallow)
    logs = {id(log): log for log in (site.log, site.photo_log)}
    for log in logs.values():
        yield from (one.path for one in log.requests() if one.path.startswith(rules))


def _personal(site: DemoSite, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What must not be there, looked for in every value of the house that it belongs to."""
    for row in rows:
        house = site.catalogue.houses.get(str(row["house_id"]))
        if house is None or not house.private:
            continue
        text = " ".join(str(value) for value in row.values()).lower()
        digits = "".join(one for one in text if one.isdigit() or one.isspace())
        for private in _spellings(house):
            if private.lower() in (digits if private.isdecimal() else text):
                yield private


def _spellings(house: House) -> Iterator[str]:
    for private in house.private:
        yield private
        digits = "".join(one for one in private if one.isdigit())
        if len(digits) == 10:
            yield digits


def _photos(
    site: DemoSite, truth: Mapping[str, Row], photos: pd.DataFrame
) -> tuple[int, list[str]]:
    """Photos that are stored as they should be, and what is wrong with the others."""
    rows = {(str(row["house_id"]), str(row["url"])): row for row in _rows(photos)}
    right, bad = 0, []
    for house_id in truth:
        house, urls = site.catalogue.houses[house_id], site.photo_urls(house_id)
        for photo, url in zip(house.photos, urls, strict=True):
            row = rows.get((house_id, url))
            fault = _fault(row, photo.width, photo.height) if photo.decodable else ""
            if fault:
                bad.append(f"{url} ({fault})")
            right += photo.decodable and not fault
    return right, bad


def _fault(row: Mapping[str, Any] | None, width: int, height: int) -> str:
    if row is None or _plain(row.get("image")) is None:
        return "not stored"
    if max(row["width"], row["height"]) > LONGEST_SIDE:
        return f"{row['width']}x{row['height']} is more than {LONGEST_SIDE} pixels"
    if (row["original_width"], row["original_height"]) != (width, height):
        return f"read as {row['original_width']}x{row['original_height']}, not {width}x{height}"
    return ""


def _one_a_column(wrong: Iterable[Wrong]) -> list[Wrong]:
    first: dict[str, Wrong] = {}
    for one in wrong:
        first.setdefault(one.column, one)
    return [*first.values()]
