"""A whole run over pages full of people: no byte of what it leaves behind names or reaches one."""

import gzip
import io
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
from tests.faults.wire import Wire
from tests.privacy.people import CANARIES, LIST, SOURCES, house, photo, site

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
import dataclasses
import pipelines.redact
pipelines.redact.redacted = lambda page, words: page.body
pipelines.redact.leftovers = lambda body, words: []
from scraper.photos.pool import PhotoPool
small = PhotoPool.downsample
async def as_it_came(pool, data):
    return dataclasses.replace(await small(pool, data), image=data)
PhotoPool.downsample = as_it_came
"""
"""The negative control: nothing is taken out of rows, kept pages and photos."""


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
    left = {canary.lower() for _, canary in traces(tmp_path)}
    assert left >= {"quimby", "achterberg", *SOURCES.values()}
    assert any(name.endswith(".warc.gz") for name, _ in traces(tmp_path))
