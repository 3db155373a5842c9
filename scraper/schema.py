"""The tables of a dataset: one definition of every column.

The Arrow schemas, the checks of `pipelines/validate.py`, the course's column names and the data
dictionary in `docs/dataset.md` all come from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

import pyarrow as pa

Kind = Literal["money", "area", "date", "count", "score", "text", "category", "time", "other"]
Row = dict[str, object]
"""One row: column name to value, missing columns meaning null."""

HOME_TYPES: Final = (
    "SingleFamily",
    "Condo",
    "Townhouse",
    "MultiFamily",
    "Apartment",
    "Manufactured",
    "VacantLand",
    "Other",
)
STATUSES: Final = ("sold", "for_sale", "pending", "off_market", "gone")
OUTCOMES: Final = ("ok", "gone", "denied", "refused", "unread", "failed")
FETCH_MODES: Final = ("http", "data", "browser")
PRICE_KINDS: Final = ("exact", "range", "from", "on_request")

SQFT_PER_ACRE: Final = 43_560.0
SQFT_PER_M2: Final = 10.7639


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    """Its name, snake_case."""
    type: pa.DataType
    """Its Arrow type."""
    doc: str
    """What it means, one sentence."""
    unit: str = ""
    """Unit or format of a value: `square feet`, `ISO 4217`, ... Empty for plain text."""
    kind: Kind = "other"
    """What a reader of the page has to make of its text."""
    course: str = ""
    """The course's name for it, empty where the course has none."""
    low: float | None = None
    """Smallest believable value: below it the value is dropped and the reason kept."""
    high: float | None = None
    """Largest believable value."""

    @property
    def has_raw(self) -> bool:
        """Whether the text that the value came from stands beside it, as `<name>_raw`."""
        return self.kind in ("money", "area", "date")


def _text(name: str, doc: str, unit: str = "", course: str = "") -> Column:
    return Column(name, pa.string(), doc, unit, "text", course)


def _category(name: str, doc: str, unit: str, course: str = "") -> Column:
    return Column(name, pa.string(), doc, unit, "category", course)


def _money(name: str, doc: str, course: str = "", low: float = 1.0, high: float = 1e12) -> Column:
    return Column(name, pa.float64(), doc, "money in `currency`", "money", course, low, high)


def _area(name: str, doc: str, course: str, high: float) -> Column:
    return Column(name, pa.float64(), doc, "square feet", "area", course, 1.0, high)


def _date(name: str, doc: str, course: str = "") -> Column:
    return Column(name, pa.date32(), doc, "date", "date", course)


def _count(name: str, doc: str, course: str = "", high: float = 200) -> Column:
    return Column(name, pa.float32(), doc, "count", "count", course, 0, high)


def _time(name: str, doc: str) -> Column:
    return Column(name, pa.timestamp("us", tz="UTC"), doc, "UTC", "time")


def _int(name: str, type_: pa.DataType, doc: str, unit: str = "count") -> Column:
    return Column(name, type_, doc, unit)


def _school(level: str) -> tuple[Column, Column, Column]:
    low, title = level.lower(), f"{level} School"
    return (
        _text(f"{low}_school", f"Name of the {low} school.", course=title),
        Column(
            f"{low}_school_score",
            pa.float32(),
            f"Rating of the {low} school as shown.",
            "score",
            "score",
            f"{title} Score",
            0,
            100,
        ),
        Column(
            f"{low}_school_distance",
            pa.float32(),
            f"Way to the {low} school.",
            "miles",
            "score",
            f"{title} Distance",
            0,
            500,
        ),
    )


_HISTORY = pa.list_(
    pa.struct([("date", pa.date32()), ("event", pa.string()), ("price", pa.float64())])
)

_WORDS = pa.dictionary(pa.int8(), pa.string())

_KEY = (
    _text("site", "Name of the site, from its site file."),
    _text("house_id", "The site's own ID of the house.", course="Id"),
)

_HOUSES: Final = (
    *_KEY,
    _text("url", "Address of the house page."),
    _category("status", "What the page says of the sale.", ", ".join(STATUSES)),
    _text("address", "Street line, with the unit.", course="Address"),
    _text("city", "City or town.", course="City"),
    _text("state", "State, province or region, as its usual short form.", course="State"),
    _text("zip", "Postal code, leading zeros kept.", course="Zip"),
    _text("county", "County or district."),
    _text("country", "Country.", "ISO 3166-1 alpha-2"),
    Column("latitude", pa.float64(), "Latitude.", "WGS 84 degrees", low=-90, high=90),
    Column("longitude", pa.float64(), "Longitude.", "WGS 84 degrees", low=-180, high=180),
    Column("home_type", _WORDS, "Kind of home.", ", ".join(HOME_TYPES), "category", "Type"),
    _text("currency", "Currency of all money columns of the row.", "ISO 4217"),
    _money("sold_price", "What the house was sold for, where it is shown as sold.", "Sold Price"),
    _money("listed_price", "What is or was asked for; a range keeps its low end.", "Listed Price"),
    _money("listed_price_max", "High end of an asked range."),
    _category("price_kind", "How listed_price is to be read.", ", ".join(PRICE_KINDS)),
    _money("last_sold_price", "Price of the last sale before this listing.", "Last Sold Price"),
    _money("tax_assessed_value", "Value that taxes are assessed on.", "Tax assessed value"),
    _money("annual_tax_amount", "Taxes a year.", "Annual tax amount"),
    _money("hoa_monthly", "Fees of the owners' association a month."),
    _date("sold_on", "Day of the sale.", "Sold On"),
    _date("listed_on", "Day of the listing.", "Listed On"),
    _date("last_sold_on", "Day of the last sale before this listing.", "Last Sold On"),
    _count("bedrooms", "Bedrooms.", "Bedrooms"),
    _count("bathrooms", "Bathrooms; a half bath counts a half.", "Bathrooms"),
    _count("full_bathrooms", "Bathrooms with a bath or shower.", "Full bathrooms"),
    _count("rooms", "Rooms."),
    _count("stories", "Floors of the house."),
    _count("parking_spaces", "Parking spaces of all kinds.", "Total spaces", high=1000),
    _count("garage_spaces", "Parking spaces in a garage.", "Garage spaces", high=1000),
    _area("living_area_sqft", "Interior livable area.", "Total interior livable area", 1e6),
    _area("lot_size_sqft", "Area of the land.", "Lot size", 1e10),
    Column(
        "year_built", pa.int16(), "Year of construction.", "year", "count", "Year built", 1000, 2100
    ),
    _text("heating", "Heating, as shown.", course="Heating"),
    _text("cooling", "Cooling, as shown.", course="Cooling"),
    _text("parking", "Parking, as shown.", course="Parking"),
    _text("flooring", "Flooring, as shown.", course="Flooring"),
    _text("appliances", "Appliances that stay, as shown.", course="Appliances included"),
    _text("parcel_number", "Number of the parcel in the land register.", course="Parcel number"),
    _text("region", "Neighbourhood or region, as shown.", course="Region"),
    *_school("Elementary"),
    *_school("Middle"),
    *_school("High"),
    _text(
        "description", "The listing's text; phone numbers and e-mails removed.", course="Summary"
    ),
    _int("photo_count", pa.int16(), "Photos that the page shows."),
    Column("photo_urls", pa.list_(pa.string()), "Addresses of the photos, in the page's order."),
    Column("price_history", _HISTORY, "Dated events with their price, oldest first."),
    Column(
        "facts",
        pa.map_(pa.string(), pa.string()),
        "Every label and value that the page shows, personal data left out.",
    ),
    _time("first_seen", "When the ID was first listed."),
    _time("last_seen", "When the ID was last listed."),
    _time("fetched_at", "When the page was fetched."),
    _text("final_url", "Address that the page came from, after redirects."),
    _category("fetch_mode", "How the page was read.", ", ".join(FETCH_MODES)),
    _int("http_status", pa.int16(), "Status of the answer.", "HTTP status"),
    _text("body_sha256", "Hash of the page's bytes.", "sha256, hexadecimal"),
    _text("robots_rule", "The robots.txt rule that allowed the page."),
    _text("usage_signals", "Rights signals found with the page.", "JSON"),
    Column(
        "sources",
        pa.map_(pa.string(), pa.string()),
        "Column to the layer that its value came from.",
    ),
    _text("extractor_version", "Version of the extraction that read the page."),
    _text("run_id", "The run that wrote the row."),
)

_PHOTOS: Final = (
    *_KEY,
    _int("position", pa.int16(), "Place in the page's order.", "counted from 0"),
    _text("url", "Address of the photo."),
    _text("sha256", "Hash of the downloaded bytes.", "sha256, hexadecimal"),
    _text("phash", "Perceptual hash of the picture.", "64 bits, hexadecimal"),
    _int("width", pa.int32(), "Width as stored.", "pixels"),
    _int("height", pa.int32(), "Height as stored.", "pixels"),
    _int("original_width", pa.int32(), "Width as downloaded, upright.", "pixels"),
    _int("original_height", pa.int32(), "Height as downloaded, upright.", "pixels"),
    _int("original_bytes", pa.int64(), "Size of the download.", "bytes"),
    Column("image", pa.binary(), "The downsampled picture.", "JPEG, upright, no EXIF"),
    _category("outcome", "How it ended.", ", ".join(OUTCOMES)),
    _text("reason", "Why it ended so, null for ok."),
    _text("usage_signals", "Rights signals found with the photo.", "JSON"),
    _time("fetched_at", "When it was fetched."),
    _text("run_id", "The run that wrote the row."),
)

_IDS: Final = (
    *_KEY,
    _text("url", "Address of the house page."),
    _text("where", "The entry of the search that listed it first."),
    _int("position", pa.int32(), "Place in the list of that entry.", "counted from 0"),
    _time("first_seen", "When it was first listed."),
    _time("last_seen", "When it was last listed."),
    _text("state", "new, or the outcome of its last visit."),
)

_VISITS: Final = (
    *_KEY,
    _text("url", "Address that was asked for."),
    _category("outcome", "How the attempt ended.", ", ".join(OUTCOMES)),
    _text("reason", "Why it ended so, null for ok."),
    _int("http_status", pa.int16(), "Status of the last answer, null without one.", "HTTP status"),
    _category("fetch_mode", "How it was asked for last.", ", ".join(FETCH_MODES)),
    _int("attempts", pa.int16(), "Times the house was tried, this one included."),
    _int("bytes", pa.int64(), "Bytes of the page.", "bytes"),
    Column("seconds", pa.float64(), "From lease to outcome.", "seconds"),
    _text("address", "Address that the request left from."),
    _time("fetched_at", "When the outcome was known."),
    _text("run_id", "The run that wrote the row."),
)


def _with_raw(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, each money, area and date one followed by the text it came from.

    >>> [c.name for c in _with_raw((_date("sold_on", "Day of the sale."),))]
    ['sold_on', 'sold_on_raw']
    """
    out: list[Column] = []
    for column in columns:
        out.append(column)
        if column.has_raw:
            out.append(_text(f"{column.name}_raw", f"The text that `{column.name}` came from."))
    return tuple(out)


TABLES: Final = MappingProxyType(
    {"houses": _with_raw(_HOUSES), "photos": _PHOTOS, "ids": _IDS, "visits": _VISITS}
)
"""Table name to its columns, in order."""

KEYS: Final = MappingProxyType(
    {
        "houses": ("site", "house_id"),
        "photos": ("site", "house_id", "position"),
        "ids": ("site", "house_id"),
        "visits": ("site", "house_id", "run_id"),
    }
)
"""Table name to the columns that name one row."""


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table; each field's metadata has its unit and meaning.

    >>> arrow_schema("houses").field("lot_size_sqft").metadata[b"unit"]
    b'square feet'
    """
    return pa.schema([_field(column) for column in TABLES[table]])


@cache
def columns_by_name(table: str) -> MappingProxyType[str, Column]:
    """Column name to its definition.

    >>> columns_by_name("houses")["lot_size_sqft"].course
    'Lot size'
    """
    return MappingProxyType({column.name: column for column in TABLES[table]})


def _field(column: Column) -> pa.Field[pa.DataType]:
    metadata = {"doc": column.doc, "unit": column.unit, "course": column.course}
    return pa.field(column.name, column.type, metadata={k: v for k, v in metadata.items() if v})
