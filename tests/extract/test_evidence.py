"""How sure the values are: agreement raises it, disagreement lowers it and is kept."""

from __future__ import annotations

from scraper.extract.evidence import confidences, disputed
from scraper.parse.row import clean_row

LD = (
    '<script type="application/ld+json">{"@type": "House", "numberOfBedrooms": %d,'
    ' "yearBuilt": 1988}</script>'
)
LABELS = "<h1>12 Oak St, Salem, OR 97301</h1><dl><dt>Bedrooms</dt><dd>3</dd></dl><p>$450,000</p>"


def judged(read, body):
    found = read(body)
    sources = clean_row(found.best)["sources"]
    return confidences(found, sources), disputed(found, sources)


def test_agreement_makes_surer(read):
    alone, _ = judged(read, LABELS)
    both, other = judged(read, LABELS + LD % 3)
    assert both["bedrooms"] > max(alone["bedrooms"], both["year_built"])
    assert other == {}


def test_disagreement_makes_less_sure_and_is_kept(read):
    agreed, _ = judged(read, LABELS + LD % 3)
    sure, other = judged(read, LABELS + LD % 4)
    assert sure["bedrooms"] < sure["year_built"] < agreed["bedrooms"]
    assert other == {"bedrooms": "3 (label:Bedrooms)"}


def test_what_was_split_off_an_address_is_as_sure_as_the_address(read):
    sure, _ = judged(read, LABELS)
    assert sure["zip"] == sure["city"] == sure["address"]


def test_words_for_the_same_dispute_nothing(read):
    body = "<h1>12 Oak St</h1><p>$450,000</p><dl><dt>Heating</dt><dd>Gas</dd></dl>"
    head = '<script type="application/json">{"price": 450000, "beds": 3, "baths": 2,'
    _, other = judged(read, body + head + '"heating": "Forced air, gas", "zip": "97301"}</script>')
    assert other == {}
