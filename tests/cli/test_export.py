"""`housecrawl export`, `versions` and `rollback`, as a user types them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import boto3
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scraper.cli.main import main
from scraper.dataset.publish import publish
from scraper.errors import ExitCode
from scraper.ledger.manifests import Manifest, PartFile
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.schema import Row, arrow_schema

Run = Callable[..., tuple[int, str, str]]
MOMENT = pd.Timestamp("2026-03-02T09:00:00Z").to_pydatetime()
NASTY = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", 'quo"te, comma', "two\nlines"]


def _seal(place: Place, run_id: str, tables: dict[str, list[Row]]) -> None:
    files = {}
    for table, rows in tables.items():
        common = {"site": "homefind", "run_id": run_id, "fetched_at": MOMENT}
        buffer = io.BytesIO()
        full = [common | row for row in rows]
        pq.write_table(pa.Table.from_pylist(full, arrow_schema(table)), buffer)
        data = buffer.getvalue()
        name = f"parts/{table}/{run_id}-000001.parquet"
        place.write(name, data)
        files[table] = PartFile(name, len(rows), len(data), sha256(data).hexdigest())
    manifest = Manifest(run_id, 1, MOMENT, files)
    place.write_new(manifest.name, manifest.encode())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A dataset with two versions, and texts that a spreadsheet would run."""
    place = open_place(str(tmp_path / "homes"))
    houses: list[Row] = [
        {"house_id": str(n), "address": text, "longitude": -118.5, "bathrooms": 2.1}
        for n, text in enumerate(NASTY)
    ]
    photos: list[Row] = [
        {"house_id": "0", "position": 0, "image": b"\xff\xd8one"},
        {"house_id": "../../1", "position": 0, "image": b"\xff\xd8two"},
        {"house_id": "0", "position": 1, "image": None, "outcome": "gone"},
    ]
    more: list[Row] = [{"house_id": "../../1", "facts": [("Roof", "Slate")]}]
    _seal(place, "run-1", {"houses": houses + more, "photos": photos})
    publish(place)
    _seal(place, "run-2", {"houses": [{"house_id": "99", "sold_price": 1e6, "currency": "USD"}]})
    publish(place)
    return place


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: its exit code and what it wrote."""

    def command(*words: str) -> tuple[int, str, str]:
        try:
            code = main([*words])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("a.feather", pd.read_feather),
        ("a.ftr", pd.read_feather),
        ("a.parquet", pd.read_parquet),
        ("a.csv", pd.read_csv),
        ("a.zip", pd.read_csv),
        ("A.CSV", pd.read_csv),
    ],
)
def test_formats(
    run: Run, place: Place, tmp_path: Path, name: str, reader: Callable[[Path], pd.DataFrame]
) -> None:
    code, out, _ = run("export", place.url, str(tmp_path / name))
    assert code == ExitCode.COMPLETE
    assert "10 rows of houses" in out
    frame = reader(tmp_path / name)
    assert [*frame.columns] == arrow_schema("houses").names
    assert len(frame) == 10
    assert set(frame["longitude"].dropna()) == {-118.5}


def test_an_older_version(run: Run, place: Place, tmp_path: Path) -> None:
    out = tmp_path / "a.parquet"
    assert run("export", place.url, str(out), "--version", "1")[0] == ExitCode.COMPLETE
    assert len(pd.read_parquet(out)) == 9


def test_no_formula_in_a_csv(run: Run, place: Place, tmp_path: Path) -> None:
    run("export", place.url, str(tmp_path / "a.csv"))
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["house_id"]: row for row in csv.DictReader(file)}
    for number, text in enumerate(NASTY):
        cell = rows[str(number)]["address"]
        assert cell == (f"'{text}" if text[0] in "=+-@\t\r" else text)
        assert rows[str(number)]["longitude"] == "-118.5", "a number is no formula"
        assert rows[str(number)]["bathrooms"] == "2.1"
    assert rows["../../1"]["facts"] == '{"Roof": "Slate"}'


def test_no_quote_where_there_is_no_spreadsheet(run: Run, place: Place, tmp_path: Path) -> None:
    run("export", place.url, str(tmp_path / "a.parquet"))
    assert set(NASTY) < set(pd.read_parquet(tmp_path / "a.parquet")["address"])


def test_photos_as_files(run: Run, place: Place, tmp_path: Path) -> None:
    assert run("export", place.url, str(tmp_path / "p.zip"), "--table", "photos")[0] == 0
    with zipfile.ZipFile(tmp_path / "p.zip") as pack:
        table = pd.read_csv(io.BytesIO(pack.read("photos.csv")))
        files = table.dropna(subset="file")
        assert len(files) == 2
        assert {pack.read(name) for name in files["file"]} == {b"\xff\xd8one", b"\xff\xd8two"}
        assert all(".." not in name and not name.startswith("/") for name in pack.namelist())
    assert len(table) == 3


def test_photos_as_a_table(run: Run, place: Place, tmp_path: Path) -> None:
    run("export", place.url, str(tmp_path / "p.feather"), "--table", "photos")
    assert set(pd.read_feather(tmp_path / "p.feather")["image"].dropna()) == {
        b"\xff\xd8one",
        b"\xff\xd8two",
    }
    run("export", place.url, str(tmp_path / "p.csv"), "--table", "photos")
    assert "image" not in pd.read_csv(tmp_path / "p.csv").columns


@pytest.mark.parametrize("table", ["ids", "visits"])
def test_a_table_without_rows(run: Run, place: Place, tmp_path: Path, table: str) -> None:
    assert run("export", place.url, str(tmp_path / "a.csv"), "--table", table)[0] == 0
    assert [*pd.read_csv(tmp_path / "a.csv").columns] == arrow_schema(table).names


def test_to_s3(run: Run, place: Place, s3_place: str, tmp_path: Path) -> None:
    out = f"{s3_place}/shared/houses.parquet"
    assert run("export", place.url, out)[0] == ExitCode.COMPLETE
    bucket, _, key = out.removeprefix("s3://").partition("/")
    boto3.client("s3").download_file(bucket, key, str(tmp_path / "a.parquet"))
    assert len(pd.read_parquet(tmp_path / "a.parquet")) == 10


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["a.xlsx"], ".feather, .ftr, .parquet, .csv, .zip"),
        (["houses"], "has no ending"),
        (["none/a.csv"], "is no folder"),
        (["folder.csv"], "is a folder"),
        (["a.csv", "--version", "9"], "has no version 9"),
        (["a.csv", "--table", "ids", "--version", "1"], "no versions"),
        (["a.csv", "--table", "homes"], "invalid choice"),
        (["a.csv", "--table", "photos", "--columns", "course"], "those of houses"),
    ],
)
def test_wrong_use(run: Run, place: Place, tmp_path: Path, words: list[str], word: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    code, out, err = run("export", place.url, str(tmp_path / words[0]), *words[1:])
    assert code == ExitCode.USAGE
    assert word in err
    assert not out
    assert not (tmp_path / "a.csv").exists(), "nothing half is left"


def test_no_dataset(run: Run, tmp_path: Path) -> None:
    for words in (["export", "PLACE", "a.csv"], ["versions", "PLACE"], ["rollback", "PLACE", "1"]):
        line = [word.replace("PLACE", str(tmp_path / "none")) for word in words]
        code, _, err = run(*line)
        assert code == ExitCode.USAGE
        assert "holds no dataset" in err


def test_nothing_crawled(run: Run, tmp_path: Path) -> None:
    place = open_place(str(tmp_path / "homes"))
    code, _, err = run("export", place.url, str(tmp_path / "a.csv"))
    assert code == ExitCode.ALARM
    assert "crawl" in err
    assert "nothing was published" in run("versions", place.url)[1]


def test_versions_and_rollback(run: Run, place: Place, tmp_path: Path) -> None:
    code, out, _ = run("rollback", place.url, "1")
    assert (code, out) == (0, "version 3 holds 9 houses, those of version 1\n")
    listed = [line.split() for line in run("versions", place.url)[1].splitlines()]
    rows = [words for words in listed if words and words[0].isdigit()]
    assert [(words[0], words[3], words[-1]) for words in rows] == [
        ("1", "9", "run-1"),
        ("2", "10", "run-2"),
        ("3", "9", "1"),
    ]
    run("export", place.url, str(tmp_path / "a.parquet"))
    assert len(pd.read_parquet(tmp_path / "a.parquet")) == 9
