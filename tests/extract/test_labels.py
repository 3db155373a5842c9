"""Labels and values in any markup."""

from __future__ import annotations

import pytest

from scraper.extract.hints import Hints

WANTED = {"bedrooms": "3", "bathrooms": "2.5", "year_built": "1988", "heating": "Forced air"}


def written(pattern: str) -> str:
    pairs = [
        ("Bedrooms", "3"),
        ("Bathrooms", "2.5"),
        ("Year built", "1988"),
        ("Heating", "Forced air"),
    ]
    return "".join(pattern.format(label=label, value=value) for label, value in pairs)


MARKUPS = {
    "dl": "<dl>" + written("<dt>{label}</dt><dd>{value}</dd>") + "</dl>",
    "table": "<table>" + written("<tr><th>{label}</th><td>{value}</td></tr>") + "</table>",
    "table of td": "<table>" + written("<tr><td>{label}</td><td>{value}</td></tr>") + "</table>",
    "li with colon": "<ul>" + written("<li>{label}: {value}</li>") + "</ul>",
    "li with bold": "<ul>" + written("<li><b>{label}:</b> {value}</li>") + "</ul>",
    "li with strong, no colon": "<ul>"
    + written("<li><strong>{label}</strong> {value}</li>")
    + "</ul>",
    "div pairs": written("<div><div>{label}</div><div>{value}</div></div>"),
    "flat divs": "<div>" + written("<div>{label}</div><div>{value}</div>") + "</div>",
    "span pairs": written("<p><span>{label}</span><span>{value}</span></p>"),
    "nested": written("<div><div><span>{label}</span></div><div><p>{value}</p></div></div>"),
    "paragraphs": written("<p>{label}: <span>{value}</span></p>"),
    "react comments": written("<li><span>{label}<!-- -->:<!-- --> <!-- -->{value}</span></li>"),
    "value in several parts": written("<div><span>{label}</span><b><i>{value}</i></b></div>"),
}


@pytest.mark.parametrize("name", MARKUPS)
def test_every_markup_gives_the_same(values, name):
    found = values(f"<h1>12 Oak St, Salem, OR 97301</h1>{MARKUPS[name]}")
    assert {column: found.get(column) for column in WANTED} == WANTED


@pytest.mark.parametrize(
    "strip",
    [
        "<p>3 bd 2.5 ba 1,450 sqft</p>",
        "<ul><li>3 beds</li><li>2.5 baths</li><li>1,450 sq ft</li></ul>",
        "<div><span>3</span><span>beds</span><span>2.5</span><span>baths</span><span>1,450</span>"
        "<span>sq ft</span></div>",
        "<div><b>3</b> bd <b>2.5</b> ba <b>1,450</b> sqft</div>",
        "<div><div><strong>3</strong><span>Beds</span></div><div><strong>2.5</strong><span>Baths"
        "</span></div><div><strong>1,450</strong><span>Sq Ft</span></div></div>",
    ],
)
def test_values_before_their_labels(values, strip):
    found = values(f"<h1>12 Oak St</h1>{strip}")
    assert (found["bedrooms"], found["bathrooms"]) == ("3", "2.5")
    assert found["living_area_sqft"].startswith("1,450")


def test_a_value_of_several_texts_is_read_whole(values):
    body = "<dl><dt>Lot size</dt><dd><span>4.10</span> <span>Acres</span></dd></dl>"
    assert values(body)["lot_size_sqft"] == "4.10 Acres"


def test_the_unit_of_a_label_goes_with_the_fact(read):
    best = read("<dl><dt>Plot (m²)</dt><dd>750</dd><dt>Floor area m²</dt><dd>117</dd></dl>").best
    assert (best["lot_size_sqft"].raw, best["lot_size_sqft"].unit) == ("750", "m²")


def test_superscript_is_part_of_the_unit(values):
    found = values("<dl><dt>Living area</dt><dd>117 m<sup>2</sup></dd></dl>")
    assert found["living_area_sqft"] == "117 m2"


def test_two_entries_of_a_list_are_no_pair(values):
    found = values("<ul><li>Garage</li><li>2 WCs</li><li>Parking</li><li>Fitted kitchen</li></ul>")
    assert "garage_spaces" not in found
    assert "parking" not in found


def test_a_heading_is_no_value(values):
    found = values("<div><p>Air conditioning</p><h2>Energy certificate</h2></div>")
    assert "cooling" not in found


@pytest.mark.parametrize(
    ("body", "column", "value"),
    [
        ("<dl><dt>Superficie construida</dt><dd>120 m²</dd></dl>", "living_area_sqft", "120 m²"),
        ("<dl><dt>Année de construction</dt><dd>1990</dd></dl>", "year_built", "1990"),
        ("<dl><dt>Camere da letto</dt><dd>2</dd></dl>", "bedrooms", "2"),
        ("<dl><dt>Grundstücksfläche ca.</dt><dd>500 m²</dd></dl>", "lot_size_sqft", "500 m²"),
        ("<dl><dt>Área do terreno</dt><dd>300 m²</dd></dl>", "lot_size_sqft", "300 m²"),
        ("<dl><dt>Vraagprijs</dt><dd>€ 350.000 k.k.</dd></dl>", "listed_price", "€ 350.000 k.k."),
        ("<ul><li>3 chambres</li></ul>", "bedrooms", "3"),
        ("<ul><li>Built in 1889</li></ul>", "year_built", "1889"),
        ("<ul><li>750 m² de terrain</li></ul>", "lot_size_sqft", "750 m²"),
    ],
)
def test_other_languages(values, body, column, value):
    assert values(body)[column] == value


def test_words_of_the_site_file_count(values):
    body = "<dl><dt>Ground</dt><dd>Oak boards</dd></dl>"
    assert "flooring" not in values(body)
    assert values(body, hints=Hints(labels={"Ground": "flooring"}))["flooring"] == "Oak boards"


def test_every_label_is_kept(read):
    labels = read("<dl><dt>Roof</dt><dd>Tile</dd></dl><p>Foundation: Slab</p>").labels
    assert labels["Roof"] == "Tile"
    assert labels["Foundation"] == "Slab"


def test_prose_counts_nothing(values):
    text = (
        "The owner once sold 7 bedrooms worth of furniture to a friend who has 12 bathrooms. " * 3
    )
    found = values(f"<p>{text}</p>")
    assert "bedrooms" not in found
    assert "bathrooms" not in found


def test_a_value_that_is_itself_a_known_word(values):
    body = "<dl><dt>Parking features</dt><dd>Garage</dd><dt>Cooling</dt><dd>None</dd></dl>"
    assert values(body)["parking"] == "Garage"


def test_values_of_unknown_labels_are_no_labels(values):
    pairs = [("View", "City"), ("Fireplace", "Yes"), ("Beds", "3")]
    body = "".join(f"<div><span>{label}</span><span>{value}</span></div>" for label, value in pairs)
    found = values(f"<h1>12 Oak St</h1>{body}")
    assert "city" not in found
    assert found["bedrooms"] == "3"


def test_a_small_sum_is_no_price(values):
    assert "listed_price" not in values("<h1>12 Oak St</h1><p>R 3</p><p>$450</p>")
    assert values("<h1>12 Oak St</h1><p>R 3 950 000</p>")["listed_price"] == "R 3 950 000"


def test_the_place_below_the_heading(values):
    found = values("<h1>Duplex for sale in a calm street</h1><p>Goya, Madrid</p><p>3 beds</p>")
    assert found["address"] == "Goya, Madrid"
