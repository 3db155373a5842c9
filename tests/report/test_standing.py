"""What is on record of a version beside its tables: the gate's words, and the terms of use."""

from __future__ import annotations

from lxml import html as lxml_html

from scraper.report.build import build
from scraper.report.standing import Standing

FINDING = {
    "check": "currency",
    "column": "currency",
    "found": "44 EUR <b>of 45</b>",
    "expected": "USD, as before",
    "examples": ["https://homes.example/h/1", "javascript:alert(1)"],
    "pages": ["/somewhere/somebody/1.html"],
}


def section(tables, key, **known):
    text = build(tables.houses, tables.photos, tables.visits, title="t", standing=Standing(**known))
    document = lxml_html.document_fromstring(text.encode())
    return next((one for one in document.iter("section") if one.get("id") == key), None)


def said(element):
    return " ".join(" ".join(element.itertext()).split())


def suspects(tables, **known):
    return [said(one) for one in section(tables, "suspects", **known).xpath(".//ol/li")]


def odd(house_id, check, column, found, expected="about 4, as before"):
    return {"site": "made-up", "house_id": house_id, "url": "", "check": check, "column": column,
            "found": found, "expected": expected}  # fmt: skip


def test_why_a_version_was_accepted_stands_with_what_the_gate_had_found(tables):
    made, accepted = tables(20), {"reason": "euros since May", "findings": [FINDING]}
    assert section(made, "gate", number=4) is None
    found = section(made, "gate", number=4, accepted=accepted)
    assert "Version 4 was published though the gate had findings" in said(found)
    assert "euros since May" in said(found)
    assert "currency 44 EUR <b>of 45</b> Expected: USD, as before" in said(found)
    assert [link.get("href") for link in found.iter("a")] == ["https://homes.example/h/1"]
    assert "somebody" not in said(found)
    card = said(section(made, "card", number=4, accepted=accepted, accepted_before={2: "cents"}))
    assert "Version 2 accepted because cents Version 4 accepted because euros since May" in card


def test_what_the_gate_could_not_see_is_said(tables):
    assert "Left out: model: no scikit-learn" in said(
        section(tables(20), "gate", number=1, left_out=["model: no scikit-learn"])
    )


def test_suspects_of_the_gate_are_listed_with_their_houses(tables):
    made = tables(20)
    made.houses.loc[3, "address"] = "12 Elm St"
    noted = [
        odd("h3", "jump", "bedrooms", "40"),
        odd("h5", "duplicates", "house_id", "5 Elm St is also h9"),
        odd("gone", "jump", "bedrooms", "41"),
    ]
    assert suspects(made) == []
    found = suspects(made, suspects=noted)
    assert len(found) == 2
    assert found[0].startswith("12 Elm St")
    assert "bedrooms is 40, expected about 4, as before" in found[0]
    assert "5 Elm St is also h9" in found[1]


def test_what_the_report_sees_itself_is_said_once(tables):
    made = tables(20)
    made.houses.loc[9, "latitude"] = 123.0
    noted = [odd("h9", "schema", "latitude", "123.0"), odd("h9", "jump", "bedrooms", "40")]
    (found,) = suspects(made, suspects=noted)
    assert "latitude is 123, out of -90 to 90; bedrooms is 40, expected about 4" in found
    assert "latitude is 123.0" not in found


def test_terms_that_nobody_states_are_not_granted(tables):
    card = said(section(tables(20), "card"))
    assert "Source made-up (20)" in card
    assert "Licence not stated Terms of use not stated" in card
    assert "Attribution" not in card


def test_terms_of_the_site_file_and_signals_of_pages_and_photos(tables):
    made = tables(20)
    made.houses["usage_signals"] = "{}"
    made.houses.loc[:2, "usage_signals"] = '{"x-robots-tag":["noai"],"tdm-policy":["https://p"]}'
    made.houses.loc[3, "usage_signals"] = "no json"
    licence = '{"licence":["https://creativecommons.org/licenses/by/4.0/"]}'
    made.photos["usage_signals"] = [licence, *["{}"] * (len(made.photos) - 1)]
    terms = {"made-up": {"licence": "CC-BY-4.0", "attribution": "Data: Made Up"}}
    card = said(section(made, "card", terms=terms))
    assert "Licence CC-BY-4.0 Terms of use not stated Attribution Data: Made Up" in card
    assert "Policies that pages name https://p (3)" in card
    assert "Rights signals of pages none on 17 pages; x-robots-tag: noai (3)" in card
    more = len(made.photos) - 1
    assert f"not stated ({more}), https://creativecommons.org/licenses/by/4.0/ (1)" in card
    assert f"Rights signals of photos none on {len(made.photos)} photos" in card
