from __future__ import annotations

import pytest

from scraper.privacy.personal import clean_personal, personal_label, without_personal
from scraper.schema import TABLES

PERSONAL = [
    "Agent",
    "Listing Agent:",
    "LISTING AGENT NAME",
    "Buyer's agent",
    "Broker",
    "Listed by",
    "Listing provided by",
    "Courtesy of",
    "Owner",
    "Owner name",
    "Seller",
    "Tenant",
    "Phone",
    "Phone number",
    "Agent phone",
    "E-mail",
    "Email address",
    "License #",
    "DRE",
    "Contact",
    "listing_agent",
    "Teléfono",
    "Telefono",
    "Anunciante",
    "Propietario",
    "Agence",
    "Propriétaire",
    "Téléphone",
    "Makler",
    "Anbieter:",
    "Ansprechpartner",
    "Eigentümer",
    "Agenzia",
    "Inserzionista",
    "Corretor",
    "Imobiliária",
    "Telemóvel",
    "Makelaar",
    "Verkoper",
]
HOUSE = [
    "Ownership",
    "Ownership type",
    "Owner occupied",
    "Home owners association",
    "Seller financing",
    "Listing terms",
    "Listed on",
    "Listing date",
    "Price",
    "Year built",
    "Parcel number",
    "MLS ID",
    "Mobile home park",
    "Phone line",
    "Office/den",
    "Heating",
    "Propriété",
    "Copropriété",
    "Eigentumswohnung",
    "Proprietà",
    "Superficie",
    "",
    "#",
]


@pytest.mark.parametrize("label", PERSONAL)
def test_a_label_that_announces_a_person_is_known(label):
    assert personal_label(label)


@pytest.mark.parametrize("label", HOUSE)
def test_a_label_that_announces_the_house_is_not(label):
    assert not personal_label(label)


def test_facts_lose_people_and_keep_the_house():
    facts = {
        "Year built": "1988",
        "Listing agent": "Jane Roe",
        "Parcel number": "714-536-0199",
        "MLS number": "SB24123456",
        "Parcel no.": "call Jane Roe 714-536-0199",
        "Remarks": "Sold as is. Call Jane Roe 714-536-0199",
        "Tour": "jane@acme.example",
        "jane@acme.example": "yes",
        "Lot size": "0.25 Acres",
    }

    assert without_personal(facts) == {
        "Year built": "1988",
        "Parcel number": "714-536-0199",
        "MLS number": "SB24123456",
        "Remarks": "Sold as is.",
        "Lot size": "0.25 Acres",
    }


AGENT = "Call Jane Roe at 714-536-0199 or jane@acme.example, DRE #01234567"
TRACES = ("Jane", "Roe", "0199", "acme", "01234567")


def test_no_text_of_a_row_keeps_a_person():
    texts = {column.name: AGENT for column in TABLES["houses"] if column.kind == "text"}
    ours = {
        "site": "homes",
        "house_id": "714-536-0199",
        "url": "https://homes.example/h/1",
        "final_url": "https://homes.example/h/1",
        "parcel_number": "714-536-0199",
        "zip": "92648",
        "run_id": "20260131T000000Z-1a2b3c",
        "body_sha256": "0" * 64,
        "robots_rule": "Allow: /",
        "usage_signals": "{}",
        "extractor_version": "1",
    }
    row = {
        **texts,
        **ours,
        "country": "US",
        "sold_price": 1475000.0,
        "facts": {"Agent": "Jane Roe", "More": AGENT, "Year built": "1988"},
        "price_history": [{"date": None, "event": f"Sold. {AGENT}", "price": 1.0}],
        "agent_name": "Jane Roe",
    }
    clean = clean_personal(row)

    assert not [trace for trace in TRACES if trace in str({**clean, **dict.fromkeys(ours)})]
    assert {name: clean[name] for name in ours} == ours
    assert clean["sold_price"] == 1475000.0
    assert clean["facts"] == {"Year built": "1988"}
    assert clean["price_history"] == [{"date": None, "event": "Sold.", "price": 1.0}]
    assert clean["description"] is None
    assert "agent_name" not in clean


def test_a_row_without_people_is_the_same_row():
    row = {
        "site": "homes",
        "house_id": "1",
        "address": "19411 Castlewood Cir",
        "description": "Corner lot, 2298 square feet, 2.5 baths. THIS ONE WON'T LAST!!",
        "sold_price_raw": "$1,475,000",
        "lot_size_sqft_raw": "0.25 Acres",
        "sold_on_raw": "07/29/2022",
        "parcel_number": "02342112",
        "facts": {"Year built": "1988"},
        "photo_urls": ["https://homes.example/ph/1.jpg"],
        "price_history": [{"date": None, "event": "Listed for sale", "price": 1499000.0}],
        "year_built": 1988,
    }

    assert clean_personal(row) == row


def test_a_row_of_nothing_is_nothing():
    assert clean_personal({}) == {}
    assert clean_personal({"facts": None, "description": None, "country": None}) == {
        "facts": None,
        "description": None,
        "country": None,
    }


def test_what_a_row_quotes_of_its_page_is_redacted_too() -> None:
    row = {
        "country": "US",
        "sources": {"sold_price": "text:Call Jane Roe at 714-536-0199", "city": "heading"},
        "disputed": {"sold_price": "DRE 01987654 (text:price)", "city": "Salem (label:City)"},
    }
    clean = clean_personal(row)
    assert clean["sources"]["city"] == "heading"
    assert clean["disputed"]["city"] == "Salem (label:City)"
    assert not [word for word in ("Jane", "0199", "01987654") if word in str(clean)]
