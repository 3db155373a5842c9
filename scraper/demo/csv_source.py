"""A CSV of houses as a catalogue: each row becomes the house that a portal would show of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from scraper.demo import cells, photo_files
from scraper.demo.cells import Cells
from scraper.demo.model import (
    MARKUPS,
    Catalogue,
    Embedded,
    Event,
    House,
    Level,
    Photo,
    School,
    Tax,
    Town,
)
from scraper.demo.more import More
from scraper.errors import InputFileError

NEEDED: Final = ("zpid", "streetAddress", "city", "state", "zipcode", "homeStatus", "price")
"""Columns that a CSV must have."""
CHECKED: Final = (
    "site", "house_id", "url", "status", "address", "city", "state", "zip", "county", "country",
    "latitude", "longitude", "home_type", "currency", "sold_price", "sold_on", "listed_price",
    "listed_on", "last_sold_price", "last_sold_on", "bedrooms", "bathrooms", "full_bathrooms",
    "living_area_sqft", "lot_size_sqft", "year_built", "tax_assessed_value", "annual_tax_amount",
    "heating", "cooling", "parking", "flooring", "appliances", "parcel_number",
    "parking_spaces", "garage_spaces", "photo_count", "photo_urls", "price_history",
    "elementary_school", "elementary_school_score", "elementary_school_distance", "middle_school",
    "middle_school_score", "middle_school_distance", "high_school", "high_school_score",
    "high_school_distance",
)  # fmt: skip
"""Columns that a row of the CSV says something of, where its cell is not empty."""
_NULL: Final = (
    "sold_price", "sold_on", "listed_price", "listed_on", "last_sold_price", "last_sold_on",
    "elementary_school_score", "middle_school_score", "high_school_score",
)  # fmt: skip
"""Columns that must be null where the row has nothing: no other sum may take their place."""
_TOLERANCES: Final = {"lot_size_sqft": 0.005}
_STATUSES: Final = {
    "SOLD": "sold",
    "RECENTLY_SOLD": "sold",
    "FOR_SALE": "for_sale",
    "PENDING": "pending",
}
_TYPES: Final = {
    "SINGLE_FAMILY": "SingleFamily",
    "CONDO": "Condo",
    "COOPERATIVE": "Condo",
    "TOWNHOUSE": "Townhouse",
    "MULTI_FAMILY": "MultiFamily",
    "APARTMENT": "Apartment",
    "MANUFACTURED": "Manufactured",
    "LOT": "VacantLand",
}
_LEVELS: Final[dict[str, Level]] = {
    "Primary": "Elementary",
    "Elementary": "Elementary",
    "Middle": "Middle",
    "High": "High",
}
_EMBEDDED: Final[tuple[Embedded, ...]] = ("json-ld", "next-data", "none")
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True)
class CsvSource:
    """The rows of a CSV, plain or gzip, with a folder of photos where there is one.

    The columns are those of a portal's export: `zpid`, `streetAddress`, `homeStatus`,
    `dateSoldString`, `lotAreaValue`, JSON in `schools`, `priceHistory`, `taxHistory`, `property`,
    `construction` and `interior_full`. Photos are named `<id or row, from 1>_<room>.jpg`.
    """

    path: Path
    photos: Path | None = None

    def catalogue(self) -> Catalogue:
        """The houses, listed by state; InputFileError where a cell or a photo cannot be used."""
        houses = {house.house_id: house for house in self._houses}
        states = sorted({house.state for house in self._houses})
        towns = tuple(
            Town(state.lower(), state, tuple(h.house_id for h in self._houses if h.state == state))
            for state in states
        )
        return Catalogue(houses, towns, (), CHECKED, _TOLERANCES, _NULL)

    @cached_property
    def _houses(self) -> tuple[House, ...]:
        rows = cells.read(Path(self.path), NEEDED)
        ids = [_id(row) for row in rows]
        _no_twins(ids, rows)
        photos = photo_files.find(Path(self.photos), ids) if self.photos else {}
        return tuple(
            _house(number, house_id, row, photos.get(house_id, ()))
            for number, (house_id, row) in enumerate(zip(ids, rows, strict=True))
        )


def _id(row: Cells) -> str:
    found = row.text("zpid")
    if found is None or not found.isascii() or not found.isdecimal():
        raise InputFileError(f"{row.where}, column zpid: {found!r} is not a number of a house")
    return found


def _no_twins(ids: Iterable[str], rows: Iterable[Cells]) -> None:
    seen: set[str] = set()
    for house_id, row in zip(ids, rows, strict=True):
        if house_id in seen:
            raise InputFileError(f"{row.where}: house {house_id} stands in the file twice")
        seen.add(house_id)


def _house(number: int, house_id: str, row: Cells, photos: tuple[Photo, ...]) -> House:
    more = More([one for name in More.COLUMNS for one in row.objects(name)])
    built = row.above_zero("yearBuilt")
    return House(
        house_id=house_id,
        street=row.text("streetAddress") or "",
        city=row.text("city") or "",
        state=row.text("state") or "",
        zip=(row.text("zipcode") or "").removesuffix(".0").zfill(5),
        county=row.text("county"),
        latitude=row.number("latitude"),
        longitude=row.number("longitude"),
        home_type=_TYPES.get(row.text("homeType") or ""),
        bedrooms=row.number("bedrooms"),
        bathrooms=row.number("bathrooms"),
        year_built=None if built is None else int(built),
        living_area_sqft=row.above_zero("livingArea"),
        lot_size_sqft=row.above_zero("lotSize"),
        parcel_number=row.text("parcelId"),
        tax_assessed_value=row.above_zero("taxAssessedValue"),
        estimate=row.above_zero("zestimate"),
        rent_estimate=row.above_zero("rentZestimate"),
        description=_BREAK.sub("\n", row.text("description") or ""),
        schools=tuple(_schools(row.objects("schools"))),
        photos=photos,
        markup=MARKUPS[number % len(MARKUPS)],
        embedded=_EMBEDDED[number // len(MARKUPS) % len(_EMBEDDED)],
        more={**more.rest, "Public records": tuple(_records(row))},
        **more.columns,
        **_sale(row),
        **_taxes(row),
    )


def _sale(row: Cells) -> dict[str, Any]:
    """The money columns: what was sold stands for itself, or before what is offered now."""
    history = tuple(_event(row, event) for event in row.objects("priceHistory"))
    status = _STATUSES.get(row.text("homeStatus") or "", "off_market")
    sold_on, sold_for = row.day("dateSoldString"), row.above_zero("lastSoldPrice")
    out: dict[str, Any] = {"status": status, "history": history}
    if status in ("for_sale", "pending"):
        since = [
            e for e in history if e.event == "Listed for sale" and e.on > (sold_on or date.min)
        ]
        out |= {
            "listed_price": row.above_zero("price"),
            "listed_on": since[0].on if since else None,
        }
        return out | {"last_sold_on": sold_on, "last_sold_price": sold_for}
    if status == "sold":
        sold_for = sold_for or row.above_zero("price")
    return out | {"sold_on": sold_on, "sold_price": sold_for}


def _event(row: Cells, event: dict[str, Any]) -> Event:
    name = str(event.get("event") or "")
    if event.get("postingIsRental") and "rent" not in name:
        name = f"{name} (rental)"
    try:
        on = date.fromisoformat(str(event.get("date"))[:10])
        price = event.get("price")
        return Event(on, name, None if price is None else float(price))
    except (TypeError, ValueError):
        raise InputFileError(
            f"{row.where}, column priceHistory: {event!r:.60} has no day or no number"
        ) from None


def _taxes(row: Cells) -> dict[str, Any]:
    years = tuple(_tax(one) for one in row.objects("taxHistory") if one.get("time"))
    return {"taxes": years, "annual_tax_amount": years[0].paid if years else None}


def _tax(year: dict[str, Any]) -> Tax:
    when = datetime.fromtimestamp(year["time"] / 1000, UTC)
    return Tax(when.year, year.get("taxPaid") or None, year.get("value") or None)


def _schools(found: Iterable[dict[str, Any]]) -> Iterable[School]:
    for one in found:
        level, name = _LEVELS.get(str(one.get("level"))), one.get("name")
        if level and name:
            grades = str(one.get("grades") or "--")
            yield School(level, str(name), grades, one.get("rating"), one.get("distance"))


def _records(row: Cells) -> Iterable[tuple[str, str]]:
    """What a portal adds from public records and from its own counting."""
    rate, year = row.text("propertyTaxRate"), row.number("taxAssessedYear")
    days, photos = row.number("daysOnZillow"), row.number("photoCount")
    if rate is not None:
        yield "Property tax rate", f"{rate}%"
    if year is not None:
        yield "Assessment year", f"{year:.0f}"
    if days is not None:
        yield "Days on site", f"{days:,.0f}"
    if photos is not None:
        yield "Photos on file", f"{photos:.0f}"
