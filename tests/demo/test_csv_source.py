import csv
import gzip
import json
from datetime import date

import pytest
from PIL import Image

from scraper.demo.csv_source import CsvSource
from scraper.demo.site import DemoSite
from scraper.errors import InputFileError

ROW = {
    "zpid": "25",
    "streetAddress": "12 Elm St",
    "city": "Springfield",
    "state": "MA",
    "zipcode": "02139",
    "county": "Hampden County",
    "latitude": "42.1",
    "longitude": "-72.5",
    "homeStatus": "SOLD",
    "homeType": "SINGLE_FAMILY",
    "bedrooms": "3.0",
    "bathrooms": "2.5",
    "price": "1250000",
    "lastSoldPrice": "1250000.0",
    "dateSoldString": "2021-03-09",
    "yearBuilt": "1974.0",
    "livingArea": "1840.0",
    "lotSize": "10890.0",
    "taxAssessedValue": "410200.0",
    "taxAssessedYear": "2023.0",
    "propertyTaxRate": "1.21",
    "zestimate": "1300500.0",
    "rentZestimate": "4100",
    "parcelId": "0071",
    "description": "Sunny.<br/>Quiet & dry.",
    "schools": [{"level": "Primary", "name": "Oak School", "grades": "K-5", "rating": 7,
                 "distance": 0.7}],
    "priceHistory": [
        {"date": "2021-03-09", "event": "Sold", "price": 1250000, "postingIsRental": False},
        {"date": "2020-07-29", "event": "Price change", "price": 2200, "postingIsRental": True},
    ],
    "taxHistory": [{"taxPaid": 4310.75, "time": 1690000000000, "value": 410200}],
    "property": [
        {"title": "Parking", "values": ["Total spaces: 2", "Parking features: Garage,Off street"]}
    ],
    "construction": [{"title": "Materials", "values": ["Roof: Slate"]}],
    "interior_full": [
        {"title": "Bedrooms & bathrooms", "values": ["Bedrooms: 3", "Full bathrooms: 2"]}
    ],
}  # fmt: skip


def write(path, *rows):
    cells = [
        {key: json.dumps(value) if isinstance(value, list) else value for key, value in row.items()}
        for row in rows
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, fieldnames=list(ROW))
        out.writeheader()
        out.writerows(cells)
    return path


def truth(path, photos=None):
    site = DemoSite(source=CsvSource(path, photos))
    site.stop()
    return site.truth


def test_a_row_becomes_the_row_that_a_crawl_must_give_back(tmp_path):
    got = truth(write(tmp_path / "a.csv", ROW))["25"]
    assert got["status"] == "sold"
    assert (got["sold_price"], got["sold_on"]) == (1_250_000.0, date(2021, 3, 9))
    assert (got["zip"], got["country"], got["home_type"]) == ("02139", "US", "SingleFamily")
    assert (got["bedrooms"], got["bathrooms"], got["full_bathrooms"]) == (3.0, 2.5, 2.0)
    assert (got["lot_size_sqft"], got["living_area_sqft"]) == (10_890.0, 1840.0)
    assert (got["annual_tax_amount"], got["tax_assessed_value"]) == (4310.75, 410_200.0)
    assert (got["parking"], got["parking_spaces"]) == ("Garage, Off street", 2.0)
    assert got["last_sold_price"] is None


def test_its_page_shows_every_value_as_a_portal_does(tmp_path, get):
    with DemoSite(source=CsvSource(write(tmp_path / "a.csv", ROW))) as site:
        page = get(site, "/house/25").text
        listed = get(site, "/search/ma").text
    for text in ("Sold on 03/09/21 for $1,250,000", "0.25 Acres", "1,840 sqft", "$410,200",
                 "$4,310.75", "Single Family", "1974", "12 Elm St, Springfield, MA 02139",
                 "$1,300,500", "Oak School", "7/10", "0.7 mi", "Slate", "1.21%", "Quiet &amp; dry.",
                 "Price change (rental)"):  # fmt: skip
        assert text in page, text
    assert "/house/25" in listed


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"homeStatus": "RECENTLY_SOLD"}, {"status": "sold", "sold_price": 1_250_000.0}),
        (
            {"homeStatus": "OTHER", "price": "640000"},
            {"status": "off_market", "sold_price": 1_250_000.0, "sold_on": date(2021, 3, 9)},
        ),
        (
            {"homeStatus": "OTHER", "lastSoldPrice": ""},
            {"sold_price": None, "sold_on": date(2021, 3, 9), "listed_price": None},
        ),
        ({"lastSoldPrice": "", "price": "0"}, {"status": "sold", "sold_price": None}),
        (
            {"homeStatus": "FOR_SALE", "price": "1600000"},
            {"listed_price": 1_600_000.0, "sold_price": None, "last_sold_price": 1_250_000.0,
             "last_sold_on": date(2021, 3, 9)},
        ),
        ({"lotSize": "0.0"}, {"lot_size_sqft": None}),
        ({"homeType": "HOME_TYPE_UNKNOWN"}, {"home_type": None}),
    ],
)  # fmt: skip
def test_odd_rows(tmp_path, change, expected):
    got = truth(write(tmp_path / "a.csv", {**ROW, **change}))["25"]
    assert {name: got.get(name) for name in expected} == expected


LISTED = {"date": "2021-01-15", "event": "Listed for sale", "price": 1300000}


@pytest.mark.parametrize(
    ("events", "listed", "last_sold"),
    [
        ([LISTED], 1_300_000.0, None),
        ([{**LISTED, "date": "2018-01-15"}], None, None),
        ([{**LISTED, "postingIsRental": True}], None, None),
        (
            [LISTED, {"date": "1999-05-27", "event": "Sold", "price": 445000}],
            1_300_000.0,
            445_000.0,
        ),
    ],
)
def test_the_history_of_a_sold_row_says_what_was_asked(tmp_path, events, listed, last_sold):
    row = {**ROW, "priceHistory": [*ROW["priceHistory"], *events]}
    got = truth(write(tmp_path / "a.csv", row))["25"]
    assert (got["listed_price"], got["last_sold_price"]) == (listed, last_sold)


def test_the_nearest_school_of_a_level_counts(tmp_path):
    near = {"level": "Elementary", "name": "Near", "grades": "K-5", "rating": None, "distance": 0.2}
    row = {**ROW, "schools": [*ROW["schools"], near]}
    got = truth(write(tmp_path / "a.csv", row))["25"]
    assert (got["elementary_school"], got["elementary_school_score"]) == ("Near", None)


def test_an_estimate_is_never_the_price_of_an_off_market_page(tmp_path, get):
    row = {**ROW, "homeStatus": "OTHER", "price": "640000", "lastSoldPrice": ""}
    with DemoSite(source=CsvSource(write(tmp_path / "a.csv", row))) as site:
        page = get(site, "/house/25").text
    assert "Sold on 03/09/21" in page
    assert "640,000" not in page


def test_gzip_reads_like_the_plain_file(tmp_path):
    plain = write(tmp_path / "a.csv", ROW)
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    one, other = truth(plain)["25"], truth(packed)["25"]
    for row in (one, other):
        row.pop("url"), row.pop("photo_urls")
    assert one == other


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bedrooms": "three"}, "line 2, column bedrooms: 'three' is not a number"),
        ({"dateSoldString": "09.03.2021"}, "column dateSoldString"),
        ({"schools": "{"}, "column schools: '{' is not a JSON list"),
        ({"priceHistory": [{"event": "Sold"}]}, "column priceHistory"),
        ({"zpid": "../x"}, "column zpid"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line_and_column(tmp_path, change, said):
    with pytest.raises(InputFileError, match=said.replace("{", r"\{")):
        truth(write(tmp_path / "a.csv", {**ROW, **change}))


def test_wrong_files_are_refused_in_one_line(tmp_path):
    empty, other, packed = tmp_path / "e.csv", tmp_path / "o.csv", tmp_path / "p.csv.gz"
    empty.write_text("zpid,streetAddress,city,state,zipcode,homeStatus,price\n")
    other.write_text("name,age\nann,3\n")
    packed.write_bytes(gzip.compress(b"zpid\n1\n")[:-6])
    twice = write(tmp_path / "t.csv", ROW, ROW)
    for path, said in ((empty, "no row"), (other, "no column zpid"), (packed, "gzip"),
                       (twice, "twice"), (tmp_path / "none.csv", "cannot be read"),
                       (tmp_path, "cannot be read")):  # fmt: skip
        with pytest.raises(InputFileError, match=said) as caught:
            truth(path)
        assert "\n" not in str(caught.value)


def test_photos_go_to_the_row_or_id_that_they_name(tmp_path, get):
    rows = [{**ROW, "zpid": str(one)} for one in (25, 26, 27)]
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("2_kitchen.jpg", "2_frontal.jpg", "25_frontal.jpg", "900_bath.png"):
        Image.new("RGB", (40, 30), "red").save(folder / name)
    (folder / "notes.txt").write_text("no photo")
    path = write(tmp_path / "a.csv", *rows)
    with DemoSite(source=CsvSource(path, folder)) as site:
        names = {one: [p.name for p in h.photos] for one, h in site.catalogue.houses.items()}
        assert names == {
            "25": ["25_frontal.jpg"],
            "26": ["2_frontal.jpg", "2_kitchen.jpg"],
            "27": ["900_bath.png"],
        }
        served = get(site, "/photo/26/large/2_kitchen.jpg")
        assert served.body == (folder / "2_kitchen.jpg").read_bytes()
        assert get(site, "/photo/26/large/../../../a.csv").status == 404


def test_a_folder_without_photos_is_refused(tmp_path):
    path = write(tmp_path / "a.csv", ROW)
    with pytest.raises(InputFileError, match="no photo here is named"):
        truth(path, tmp_path)
    with pytest.raises(InputFileError, match="cannot be read as a folder"):
        truth(path, tmp_path / "none")
