"""The tables of a dataset: one definition of every column.

The Arrow schemas, the checks of `pipelines/validate.py`, the course's column names and the data
dictionary in `docs/dataset.md` all come from here.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from scraper.columns import Column, area, category, count, date, money, school, text, time, whole

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


_HISTORY = pa.list_(
    pa.struct([("date", pa.date32()), ("event", pa.string()), ("price", pa.float64())])
)

_WORDS = pa.dictionary(pa.int8(), pa.string())

_KEY = (
    text("site", "Name of the site, from its site file."),
    text("house_id", "The site's own ID of the house.", course="Id"),
)

_HOUSES: Final = (
    *_KEY,
    text("url", "Address of the house page."),
    category("status", "What the page says of the sale.", ", ".join(STATUSES)),
    text("address", "Street line, with the unit.", course="Address"),
    text("city", "City or town.", course="City"),
    text("state", "State, province or region, as its usual short form.", course="State"),
    text("zip", "Postal code, leading zeros kept.", course="Zip"),
    text("county", "County or district."),
    text("country", "Country.", "ISO 3166-1 alpha-2"),
    Column("latitude", pa.float64(), "Latitude.", "WGS 84 degrees", low=-90, high=90),
    Column("longitude", pa.float64(), "Longitude.", "WGS 84 degrees", low=-180, high=180),
    Column("home_type", _WORDS, "Kind of home.", ", ".join(HOME_TYPES), "category", "Type"),
    text("currency", "Currency of all money columns of the row.", "ISO 4217"),
    money("sold_price", "What the house was sold for, where it is shown as sold.", "Sold Price"),
    money("listed_price", "What is or was asked for; a range keeps its low end.", "Listed Price"),
    money("listed_price_max", "High end of an asked range."),
    category("price_kind", "How listed_price is to be read.", ", ".join(PRICE_KINDS)),
    money("last_sold_price", "Price of the last sale before this listing.", "Last Sold Price"),
    money("tax_assessed_value", "Value that taxes are assessed on.", "Tax assessed value"),
    money("annual_tax_amount", "Taxes a year.", "Annual tax amount"),
    money("hoa_monthly", "Fees of the owners' association a month."),
    date("sold_on", "Day of the sale.", "Sold On"),
    date("listed_on", "Day of the listing.", "Listed On"),
    date("last_sold_on", "Day of the last sale before this listing.", "Last Sold On"),
    count("bedrooms", "Bedrooms.", "Bedrooms"),
    count("bathrooms", "Bathrooms; a half bath counts a half.", "Bathrooms"),
    count("full_bathrooms", "Bathrooms with a bath or shower.", "Full bathrooms"),
    count("rooms", "Rooms."),
    count("stories", "Floors of the house."),
    count("parking_spaces", "Parking spaces of all kinds.", "Total spaces", high=1000),
    count("garage_spaces", "Parking spaces in a garage.", "Garage spaces", high=1000),
    area("living_area_sqft", "Interior livable area.", "Total interior livable area", 1e6),
    area("lot_size_sqft", "Area of the land.", "Lot size", 1e10),
    Column(
        "year_built", pa.int16(), "Year of construction.", "year", "count", "Year built", 1000, 2100
    ),
    text("heating", "Heating, as shown.", course="Heating"),
    text("cooling", "Cooling, as shown.", course="Cooling"),
    text("parking", "Parking, as shown.", course="Parking"),
    text("flooring", "Flooring, as shown.", course="Flooring"),
    text("appliances", "Appliances that stay, as shown.", course="Appliances included"),
    text("parcel_number", "Number of the parcel in the land register.", course="Parcel number"),
    text("region", "Neighbourhood or region, as shown.", course="Region"),
    *school("Elementary"),
    *school("Middle"),
    *school("High"),
    text("description", "The listing's text, phones and e-mails removed.", course="Summary"),
    whole("photo_count", pa.int16(), "Photos that the page shows."),
    Column("photo_urls", pa.list_(pa.string()), "Addresses of the photos, in the page's order."),
    Column("price_history", _HISTORY, "Dated events with their price, oldest first."),
    Column(
        "facts",
        pa.map_(pa.string(), pa.string()),
        "Every label and value that the page shows, personal data left out.",
    ),
    time("first_seen", "When the ID was first listed."),
    time("last_seen", "When the ID was last listed."),
    time("fetched_at", "When the page was fetched."),
    text("final_url", "Address that the page came from, after redirects."),
    category("fetch_mode", "How the page was read.", ", ".join(FETCH_MODES)),
    whole("http_status", pa.int16(), "Status of the answer.", "HTTP status"),
    text("body_sha256", "Hash of the page's bytes.", "sha256, hexadecimal"),
    text("robots_rule", "The robots.txt rule that allowed the page."),
    text("usage_signals", "Rights signals found with the page.", "JSON"),
    Column(
        "sources",
        pa.map_(pa.string(), pa.string()),
        "Column to the layer of its value.",
    ),
    Column(
        "confidence",
        pa.map_(pa.string(), pa.float32()),
        "Column to how sure its value is, 0 to 1: raised where layers agree, lowered where not.",
    ),
    Column(
        "disputed",
        pa.map_(pa.string(), pa.string()),
        "Column to another value that the page names for it, and where.",
    ),
    text("extractor_version", "Version of the extraction that read the page."),
    text("run_id", "The run that wrote the row."),
)

_PHOTOS: Final = (
    *_KEY,
    whole("position", pa.int16(), "Place in the page's order.", "counted from 0"),
    text("url", "Address of the photo."),
    text("sha256", "Hash of the downloaded bytes.", "sha256, hexadecimal"),
    text("phash", "Perceptual hash of the picture.", "64 bits, hexadecimal"),
    whole("width", pa.int32(), "Width as stored.", "pixels"),
    whole("height", pa.int32(), "Height as stored.", "pixels"),
    whole("original_width", pa.int32(), "Width as downloaded, upright.", "pixels"),
    whole("original_height", pa.int32(), "Height as downloaded, upright.", "pixels"),
    whole("original_bytes", pa.int64(), "Size of the download.", "bytes"),
    Column("image", pa.binary(), "The downsampled picture.", "JPEG, upright, no EXIF"),
    category("outcome", "How it ended.", ", ".join(OUTCOMES)),
    text("reason", "Why it ended so, null for ok."),
    text("usage_signals", "Rights signals found with the photo.", "JSON"),
    time("fetched_at", "When it was fetched."),
    text("run_id", "The run that wrote the row."),
)

_IDS: Final = (
    *_KEY,
    text("url", "Address of the house page."),
    text("where", "The entry of the search that listed it first."),
    whole("position", pa.int32(), "Place in the list of that entry.", "counted from 0"),
    time("first_seen", "When it was first listed."),
    time("last_seen", "When it was last listed."),
    text("state", "new, or the outcome of its last visit."),
)

_VISITS: Final = (
    *_KEY,
    text("url", "Address that was asked for."),
    category("outcome", "How the attempt ended.", ", ".join(OUTCOMES)),
    text("reason", "Why it ended so, null for ok."),
    whole("http_status", pa.int16(), "Status of the last answer, null without one.", "HTTP status"),
    category("fetch_mode", "How it was asked for last.", ", ".join(FETCH_MODES)),
    whole("attempts", pa.int16(), "Times the house was tried, this one included."),
    whole("bytes", pa.int64(), "Bytes of the page.", "bytes"),
    Column("seconds", pa.float64(), "From lease to outcome.", "seconds"),
    text("address", "Address that the request left from."),
    time("fetched_at", "When the outcome was known."),
    text("run_id", "The run that wrote the row."),
)

_HISTORY_OF_HOUSES: Final = (
    *_KEY,
    time("date", "When the new value was seen first."),
    text("column", "The column that changed: a price, its currency, or the status."),
    text("old", "Its value before, as text; null where there was none."),
    text("new", "Its value from then on, as text; null where there is none any more."),
)


def _with_raw(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, each money, area and date one followed by the text it came from.

    >>> [c.name for c in _with_raw((date("sold_on", "Day of the sale."),))]
    ['sold_on', 'sold_on_raw']
    """
    out: list[Column] = []
    for column in columns:
        out.append(column)
        if column.has_raw:
            out.append(text(f"{column.name}_raw", f"The text that `{column.name}` came from."))
    return tuple(out)


TABLES: Final = MappingProxyType(
    {
        "houses": _with_raw(_HOUSES),
        "photos": _PHOTOS,
        "ids": _IDS,
        "visits": _VISITS,
        "history": _HISTORY_OF_HOUSES,
    }
)
"""Table name to its columns, in order."""

KEYS: Final = MappingProxyType(
    {
        "houses": ("site", "house_id"),
        "photos": ("site", "house_id", "position"),
        "ids": ("site", "house_id"),
        "visits": ("site", "house_id", "run_id"),
        "history": ("site", "house_id", "date", "column"),
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
