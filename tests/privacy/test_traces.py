"""A whole run over pages full of people: no byte of what it leaves behind names or reaches one."""

import gzip
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from PIL import Image

from scraper.dataset import read
from scraper.dataset.export import export
from scraper.ledger.packing import unpack
from scraper.place.open import open_place
from tests.faults.wire import Wire, page

HOUSES = 7
CANARIES = (
    "quimby",
    "achterberg",
    "brackenridge",
    "brightkey",
    "555-0142",
    "555 0142",
    "5550142",
    "555.0187",
    "5550187",
    "01987654",
)
"""Parts of the names, addresses, phones and licence numbers that the pages hold."""

_LINKED = {
    "@context": "https://schema.org",
    "@type": "RealEstateListing",
    "name": "A house",
    "description": "Offered by Zelda Quimby of Brightkey, (714) 555-0142.",
    "offers": {
        "@type": "Offer",
        "price": 450000,
        "priceCurrency": "USD",
        "seller": {
            "@type": "RealEstateAgent",
            "name": "Zelda Quimby",
            "telephone": "+1 714 555 0142",
            "email": "zelda.quimby@brightkey.example",
        },
    },
}
_STATE = {
    "props": {
        "listing": {
            "agentName": "Zelda Quimby",
            "agentPhone": "714-555-0142",
            "ownerName": "Torvald Achterberg",
            "tenant": {"name": "Philomena Brackenridge", "mobile": "7145550187"},
            "remarks": "Text Torvald Achterberg at 714.555.0187, DRE 01987654.",
        }
    }
}
_FACTS = {
    "Bedrooms": "3",
    "Living area": "1,500 sqft",
    "Year built": "1988",
    "Listing agent": "Zelda Quimby, Brightkey Realty",
    "Owner": "Torvald Achterberg",
    "Tenant": "Philomena Brackenridge",
    "Agent phone": "(714) 555-0142",
    "License #": "DRE 01987654",
    "Showing": "Contact Zelda Quimby, zelda.quimby@brightkey.example",
    "Heating": "Forced air; serviced by Torvald Achterberg, 714.555.0187",
}
_TEXT = (
    "A quiet house near the park with a sunny kitchen. Listed by Zelda Quimby, DRE #01987654. "
    "Call Zelda Quimby at (714) 555-0142 or write to zelda.quimby (at) brightkey (dot) example. "
    "Owner: Torvald Achterberg, 714.555.0187. Visit www.brightkey.example. "
    "The garden has old trees, and the roof was renewed. " * 3
)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights='
    b'"http://ns.adobe.com/xap/1.0/rights/" dc:creator="Zelda Quimby" xmpRights:WebStatement='
    b'"https://brightkey.example/zelda-quimby"/></rdf:RDF></x:xmpmeta>'
)


def photo() -> bytes:
    """A photo that says in EXIF, XMP, IPTC and a comment who took it, and where."""
    image, out = Image.new("RGB", (64, 48), (90, 120, 60)), io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = exif[0x8298] = "Zelda Quimby 714-555-0142"
    exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 39.0, 37.0), 3: "W", 4: (117.0, 59.0, 57.0)})
    image.save(out, "JPEG", exif=exif, xmp=XMP, comment=b"by Zelda Quimby")
    iptc = b"\x1c\x02\x50\x00\x0cZelda Quimby\x1c\x02\x74\x00\x13Brightkey 555-0142."
    block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(iptc).to_bytes(4, "big") + iptc
    segment = b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block
    data = out.getvalue()
    return data[:2] + segment + data[2:]


def house(number: int) -> bytes:
    facts = "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in _FACTS.items())
    return f"""<!DOCTYPE html><html><head><title>{number} Oak Street - Zelda Quimby</title>
<meta name="author" content="Zelda Quimby"><meta name="description" content="{_TEXT}">
<script type="application/ld+json">{json.dumps(_LINKED)}</script>
<script id="__NEXT_DATA__" type="application/json">{json.dumps(_STATE)}</script></head><body>
<h1>{number} Oak Street, Springfield, IL 62701</h1><p>Sold price: ${400 + number},000</p>
<dl>{facts}</dl><h2>Description</h2><p class="description">{_TEXT}</p>
<div itemscope itemtype="https://schema.org/RealEstateAgent"><span itemprop="name">Zelda Quimby
</span><a itemprop="telephone" href="tel:+17145550142">(714) 555-0142</a>
<a itemprop="email" href="mailto:zelda.quimby@brightkey.example">Write to Zelda Quimby</a></div>
<table><tr><th>Date</th><th>Event</th><th>Price</th></tr><tr><td>2024-05-01</td>
<td>Listed by Zelda Quimby 714-555-0142</td><td>$390,000</td></tr></table>
<img src="/p/{number}.jpg" alt="Photo by Zelda Quimby, 714-555-0142" width="900" height="600">
<img src="/p/zelda-quimby-kitchen-{number}.jpg" alt="Kitchen" width="900" height="600">
<img src="/p/lost/Zelda_Quimby-{number}.jpg" alt="Garden" width="900" height="600">
</body></html>""".encode()


def quiet(page: bytes) -> bytes:
    """A house's page whose row comes out of it without its people, too: the archive keeps it."""
    for said, instead in (
        (_LINKED["description"].encode(), b"A house by a park."),
        (b" or write to zelda.quimby (at) brightkey (dot) example", b""),
        (b"450000", b"407000"),
        (b"01987654", b""),
        (b"zelda-quimby-kitchen-", b"kitchen-"),
        (b'<img src="/p/lost/', b'<img data-lost="/p/lost/'),
    ):
        assert said in page
        page = page.replace(said, instead)
    return page


_LINKS = "".join(f'<a href="/house/{n}">by Zelda Quimby</a>' for n in range(1, HOUSES + 1))
LIST = f"<html>{_LINKS}</html>".encode()


def site(wire: Wire) -> str:
    wire.answers["/list"] = page(LIST)
    for number in range(1, HOUSES + 1):
        shown = quiet(house(number)) if number == HOUSES else house(number)
        wire.answers[f"/house/{number}"] = page(shown)
        names = "", "kitchen-", "zelda-quimby-kitchen-"
        for path in (f"/p/{name}{number}.jpg" for name in names):
            wire.answers[path] = page(photo(), kind="image/jpeg")
        lost = page(b"ask Zelda Quimby", 500, "X-Agent: Zelda Quimby")
        wire.answers[f"/p/lost/Zelda_Quimby-{number}.jpg"] = lost
    return (
        f'name = "people"\n[search]\nurls = ["http://{wire.host}/list"]\nid = "/house/([0-9]+)$"\n'
        f'[house]\nurl = "http://{wire.host}/house/{{id}}"\n[render]\nmode = "never"\n'
    )


FAILING = """
import sys
import spiders.houses
read = spiders.houses.extract
def failing(page, hints):
    if page.url.endswith("/house/6"):
        raise ValueError("not read: " + page.text)
    return read(page, hints)
spiders.houses.extract = failing
from scraper.cli.scrapy import main
sys.argv[0] = "scrapy"
sys.exit(main())
"""
"""`scrapy`, but that one page breaks what reads it, with all of its text in the error."""
OPEN = """
import scraper.privacy.links
import scraper.privacy.personal
scraper.privacy.links.without_names = lambda urls, names: list(urls)
scraper.privacy.personal.clean_personal = lambda row: row
"""
"""The negative control: the privacy step does nothing."""


def run(
    folder: Path,
    before: str = "",
    after: tuple[tuple[str, ...], ...] = (),
    made: Callable[[Wire], str] = site,
    refreshed: int = 0,
) -> Wire:
    """Both stages, a version, commands, plain files; all that is said is kept."""
    wire = Wire()
    try:
        (folder / "people.toml").write_text(made(wire))
        settings = ["-s", "DATASET=data", "-s", "LOG_LEVEL=DEBUG", "-s", "ARCHIVE=pages"]
        settings += ["-s", "BACK_OFF=0.05", "-s", "ATTEMPTS=1"]
        common = ["crawl", "ids", "-a", "site=people.toml", *settings]
        for number, stage in enumerate(("ids", "houses")):
            common[1] = stage
            said = python(folder, number, "-c", before + FAILING, *common)
            assert said == 0 or stage == "houses", (folder / f"said-{number}.txt").read_text()
        again = ["refresh", "--site", "people.toml", "--dataset", "data", *settings[2:]]
        for number in range(refreshed):
            python(folder, 90 + number, "-m", "scraper.cli.main", *again)
    finally:
        wire.close()
    for number, command in enumerate(after, 2):
        python(folder, number, "-m", "scraper.cli.main", *command)
    place = open_place(str(folder / "data"))
    for name in ("a.feather", "a.csv", "a.parquet", "a.zip"):
        export(place, str(folder / name))
    export(place, str(folder / "course.csv"), columns="course")
    for table in ("photos", "visits", "ids"):
        export(place, str(folder / f"{table}.csv"), table=table)
    export(place, str(folder / "photos.zip"), table="photos")
    return wire


def python(folder: Path, number: int, *command: str) -> int:
    with (folder / f"said-{number}.txt").open("wb") as said:
        return subprocess.run(
            [sys.executable, *command],
            cwd=folder,
            env={**os.environ, "HOUSECRAWL_STATE": str(folder / "state")},
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=200,
        ).returncode


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it is, and unpacked where it is packed."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == "people.toml":
            continue
        data, name = path.read_bytes(), str(path.relative_to(folder))
        yield name, name.encode()
        yield name, data
        if path.suffix in (".parquet", ".feather"):
            table = pq.read_table(path) if path.suffix == ".parquet" else feather.read_table(path)
            yield name, repr(table.to_pylist()).encode()
        elif path.suffix == ".gz":
            yield name, gzip.decompress(data)
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as pack:
                yield from ((f"{name}/{one}", pack.read(one)) for one in pack.namelist())
        elif data.startswith(b"SQLite format 3"):
            yield name, repr(list(stored(path))).encode()


def stored(path: Path) -> Iterator[object]:
    """The rows of a ledger, packed ones unpacked."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as ledger:
        tables = ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = ledger.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    packed = table == "finished" and isinstance(value, bytes)
                    yield unpack(name, value).to_pylist() if packed else value
    ledger.close()


def traces(folder: Path) -> set[tuple[str, str]]:
    """File and canary of each trace, whatever its capitals."""
    wanted = re.compile("|".join(re.escape(canary) for canary in CANARIES).encode(), re.IGNORECASE)
    return {
        (name, found.group().decode())
        for name, data in contents(folder)
        for found in wanted.finditer(data)
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder, saved = tmp_path_factory.mktemp("people"), tmp_path_factory.mktemp("saved")
    for number in range(1, 4):
        (saved / f"{number}.html").write_bytes(house(number))
    (saved / "list.html").write_bytes(LIST)
    pages = [str(saved / name) for name in ("list.html", "1.html", "2.html", "3.html")]
    urls = [
        f"--url=http://people.example/{name}" for name in ("list", *(f"house/{n}" for n in "123"))
    ]
    after = (("status", "data"), ("versions", "data"), ("report", "data"))
    check = ("check", pages[1], "--site", "people.toml", urls[1])
    run(folder, after=(*after, ("new-site", *pages, *urls, "--out", "draft.toml"), check))
    return folder


def test_nothing_that_a_run_leaves_behind_names_or_reaches_a_person(folder) -> None:
    assert traces(folder) == set()


def test_the_houses_are_all_there(folder) -> None:
    """What is left out is people only; one page broke what reads it, and its reason says where."""
    houses, photos = read(folder / "data"), read(folder / "data", table="photos")
    assert sorted(houses["house_id"]) == ["1", "2", "3", "4", "5", "7"]
    assert all("sunny kitchen" in facts["Description"] for facts in houses["facts"])
    assert houses["facts"].map(lambda facts: "Year built" in facts and "Owner" not in facts).all()
    assert Counter(photos["outcome"]) == {"ok": 12, "failed": 5}
    assert photos["url"].str.contains("/p/person-kitchen-").sum() == 5
    visits = read(folder / "data", table="visits").set_index("house_id")
    assert visits["reason"]["6"].startswith("ValueError in ")
    assert "Traceback" in (folder / "said-1.txt").read_text()
    assert (folder / "data" / "report.html").exists()
    (kept,) = (folder / "pages" / "archive" / "people").glob("*.warc.gz")
    assert b"7 Oak Street" in gzip.decompress(kept.read_bytes())
    assert "[house]" in (folder / "draft.toml").read_text(), (folder / "said-5.txt").read_text()
    assert "Oak Street" in (folder / "said-6.txt").read_text()


def test_a_stored_photo_says_nothing_of_who_and_where(folder) -> None:
    photos = read(folder / "data", table="photos")
    for data in photos["image"].dropna():
        assert not re.findall(rb"Exif|ns.adobe.com|Photoshop|8BIM", data)
        image = Image.open(io.BytesIO(data))
        assert not image.getexif()
        assert not image.getexif().get_ifd(0x8825)
    assert Image.open(io.BytesIO(photo())).getexif().get_ifd(0x8825), "the download has a place"


def test_without_the_privacy_step_traces_are_found(tmp_path) -> None:
    """The negative control, which also shows that every kind of file is looked into."""
    run(tmp_path, OPEN)
    found = {Path(name).name for name, _ in traces(tmp_path)}
    assert {"a.feather", "a.csv", "a.parquet", "houses.csv", "photos.csv"} <= found
    assert any("/parts/houses/" in name for name, _ in traces(tmp_path))
    assert {canary.lower() for _, canary in traces(tmp_path)} >= {"quimby", "achterberg"}
