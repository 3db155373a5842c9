"""What a page tells machines: JSON-LD, or the data that its own script would start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from scraper.demo.model import House
from scraper.demo.shown import lot
from scraper.demo.truth import house_url, photo_url

_LD_TYPES: Final = {
    "SingleFamily": "SingleFamilyResidence",
    "Condo": "Apartment",
    "Apartment": "Apartment",
}
_STATUS: Final = {
    "sold": "SOLD",
    "for_sale": "FOR_SALE",
    "pending": "PENDING",
    "off_market": "OFF_MARKET",
}
_TYPES: Final = {
    "SingleFamily": "SINGLE_FAMILY",
    "MultiFamily": "MULTI_FAMILY",
    "VacantLand": "LOT",
}


def json_ld(house: House, root: str, photo_root: str) -> dict[str, Any]:
    """A schema.org listing: address, place, size, photos, and the offer where there is one."""
    home: dict[str, Any] = {
        "@type": _LD_TYPES.get(house.home_type or "", "Residence"),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": house.street,
            "addressLocality": house.city,
            "addressRegion": house.state,
            "postalCode": house.zip,
            "addressCountry": "US",
        },
        "geo": _geo(house),
        "numberOfBedrooms": house.bedrooms,
        "numberOfBathroomsTotal": house.bathrooms,
        "yearBuilt": house.year_built,
        "floorSize": _size(house.living_area_sqft),
    }
    listing = {
        "@context": "https://schema.org",
        "@type": "RealEstateListing",
        "url": house_url(house.house_id, root),
        "name": f"{house.street}, {house.city}, {house.state} {house.zip}",
        "description": house.description,
        "image": [photo_url(house.house_id, photo.name, photo_root) for photo in house.photos],
        "mainEntity": _filled(home),
    }
    if house.listed_on is not None and house.status != "sold":
        listing["datePosted"] = house.listed_on.isoformat()
        listing["offers"] = _offer(house)
    return listing


def next_data(house: House, similar: Sequence[House], root: str, photo_root: str) -> dict[str, Any]:
    """The state of a page as its framework would carry it: the house, and its neighbours."""
    return {
        "props": {
            "pageProps": {
                "property": {**_short(house, root), **_rest(house, photo_root)},
                "similarHomes": [_short(one, root) for one in similar],
            }
        },
        "page": "/house/[id]",
        "query": {"id": house.house_id},
    }


def _short(house: House, root: str) -> dict[str, Any]:
    """A house as a list of houses carries it."""
    lot_value, lot_unit = _lot(house)
    return _filled(
        {
            "id": house.house_id,
            "url": house_url(house.house_id, root),
            "streetAddress": house.street,
            "city": house.city,
            "state": house.state,
            "zipcode": house.zip,
            "homeStatus": _STATUS[house.status],
            "price": house.sold_price if house.status == "sold" else house.listed_price,
            "currency": "USD",
            "bedrooms": house.bedrooms,
            "bathrooms": house.bathrooms,
            "livingArea": house.living_area_sqft,
            "livingAreaUnits": "Square Feet" if house.living_area_sqft else None,
            "lotAreaValue": lot_value,
            "lotAreaUnits": lot_unit,
            "homeType": house.home_type and _TYPES.get(house.home_type, house.home_type.upper()),
        }
    )


def _rest(house: House, photo_root: str) -> dict[str, Any]:
    """What only the page of the house itself carries."""
    return _filled(
        {
            "latitude": house.latitude,
            "longitude": house.longitude,
            "county": house.county,
            "yearBuilt": house.year_built,
            "soldDate": house.sold_on and house.sold_on.isoformat(),
            "listDate": house.listed_on and house.listed_on.isoformat(),
            "homesteadEstimate": house.estimate,
            "rentEstimate": house.rent_estimate,
            "monthlyHoaFee": house.hoa_monthly,
            "taxAssessedValue": house.tax_assessed_value,
            "description": house.description,
            "schools": [
                {
                    "level": school.level,
                    "name": school.name,
                    "rating": school.rating,
                    "distance": school.distance,
                }
                for school in house.schools
            ],
            "priceHistory": [
                {"date": event.on.isoformat(), "event": event.event, "price": event.price}
                for event in house.history
            ],
            "photos": [
                {"url": photo_url(house.house_id, photo.name, photo_root)} for photo in house.photos
            ],
        }
    )


def _offer(house: House) -> dict[str, Any]:
    there = "InStock" if house.status == "for_sale" else "LimitedAvailability"
    return {
        "@type": "Offer",
        "price": house.listed_price,
        "priceCurrency": "USD",
        "availability": f"https://schema.org/{there}",
    }


def _geo(house: House) -> dict[str, Any] | None:
    if house.latitude is None:
        return None
    return {
        "@type": "GeoCoordinates",
        "latitude": house.latitude,
        "longitude": house.longitude,
    }


def _size(value: float | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"@type": "QuantitativeValue", "value": value, "unitCode": "FTK"}


def _lot(house: House) -> tuple[float | None, str | None]:
    if house.lot_size_sqft is None:
        return None, None
    value, unit = lot(house.lot_size_sqft).replace(",", "").split(" ")
    return float(value), "Acres" if unit == "Acres" else "Square Feet"


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """The values that are known."""
    return {key: value for key, value in values.items() if value is not None}
