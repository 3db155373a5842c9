"""Parquet files of others: what would not fit is refused before it is unpacked."""

import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scraper.dataset.rows import rows
from scraper.errors import PlaceError
from scraper.ledger.snapshot import list_length
from scraper.ledger.store import Ledger
from scraper.place.open import open_place
from scraper.place.parquet import batches

PEAK = """
def peak():
    # Not ru_maxrss: that starts with what the process had that started this one.
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""
READING = """
import sys
from scraper.errors import PlaceError
from scraper.place.parquet import batches
from scraper.schema import arrow_schema
arrow_schema("ids")
before = peak()
for path in sys.argv[1:]:
    try:
        with open(path, "rb") as source:
            for batch in batches(source, "a.parquet"):
                pass
        print("read")
    except PlaceError as error:
        print(error)
print((peak() - before) // 1024)
"""


def many_rows(path: Path) -> None:
    """Twenty million rows in some kilobytes."""
    schema = pa.schema([("number", pa.int64())])
    zeros = pa.table({"number": pa.array([0]).take(pa.array([0] * 1_000_000))}, schema)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for _ in range(20):
            writer.write_table(zeros, row_group_size=1_000_000)


def long_text(path: Path, *, nested: bool = False) -> None:
    """One text of four million letters, four hundred times."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), ["x" * 4_000_000])
    column = pa.ListArray.from_arrays(list(range(401)), text) if nested else text
    pq.write_table(pa.table({"house_id": column}), path, compression="zstd", store_schema=False)


def long_pairs(path: Path) -> None:
    """A map of the same long text in each of a hundred rows."""
    pairs = pa.array([[("a", "b" * 4_000_000)]] * 100, pa.map_("string", "string"))
    pq.write_table(pa.table({"facts": pairs}), path, compression="zstd")


def long_list(path: Path) -> None:
    """One row with a list of twenty million empty places."""
    places = pa.ListArray.from_arrays([0, 20_000_000], pa.nulls(20_000_000, pa.string()))
    pq.write_table(pa.table({"house_id": places}), path, compression="zstd")


def same_beginnings(path: Path) -> None:
    """Each text says only that it is like the one before."""
    pq.write_table(
        pa.table({"house_id": ["x" * 4_000_000] * 100}),
        path,
        use_dictionary=False,
        column_encoding={"house_id": "DELTA_BYTE_ARRAY"},
    )


def many_columns(path: Path) -> None:
    """Twenty columns, each below what is looked at by itself."""
    column = pa.array(["x" * 4_000_000] * 10)
    table = pa.table({f"c{number}": column for number in range(20)})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)


def many_groups(path: Path) -> None:
    """A hundred row groups, none of them large."""
    few = pa.table({"house_id": ["x" * 1_000_000] * 10})
    with pq.ParquetWriter(path, few.schema, compression="zstd", use_dictionary=False) as writer:
        for _ in range(100):
            writer.write_table(few)


BOMBS = {
    many_rows: "20,000,000 rows",
    long_text: "400 rows of house_id unpack to 1,600,001,600 bytes",
    lambda path: long_text(path, nested=True): "400 rows of house_id unpack to 1,600,003,200 bytes",
    long_pairs: "100 rows of facts unpack to 400,00",
    long_list: "the lists of house_id hold 20,000,000 values in",
    same_beginnings: "house_id is in the encoding DELTA_BYTE_ARRAY",
    many_columns: "unpack to 800,00",
    many_groups: "10 rows of house_id unpack to 10,000,040 bytes, and the file has",
}


def test_a_bomb_is_refused_in_one_line_and_little_memory(tmp_path) -> None:
    paths = [tmp_path / f"{number}.parquet" for number in range(len(BOMBS))]
    for path, made in zip(paths, BOMBS, strict=True):
        made(path)
        assert path.stat().st_size < 1_000_000
    said = subprocess.run(
        [sys.executable, "-c", PEAK + READING, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    *lines, megabytes = said.stdout.splitlines()
    for line, told in zip(lines, BOMBS.values(), strict=True):
        assert told in line
    assert int(megabytes) < 200, "all of them one after the other, above the process"


STOCK = """
import resource, sys
import pyarrow.parquet as pq
resource.setrlimit(resource.RLIMIT_AS, (1400 << 20, 1400 << 20))
for batch in pq.ParquetFile(sys.argv[1]).iter_batches(4096):
    pass
"""


def test_read_as_it_comes_such_a_file_takes_gigabytes(tmp_path) -> None:
    """The negative control: 1.4 are not enough."""
    long_text(tmp_path / "a.parquet", nested=True)
    command = [sys.executable, "-c", STOCK, str(tmp_path / "a.parquet")]
    assert subprocess.run(command, capture_output=True, check=False, timeout=120).returncode != 0


def test_what_people_write_is_read_as_it_is(tmp_path) -> None:
    """The control: repeated texts, nulls, lists and maps come back as they went in."""
    table = pa.table(
        {
            "site": ["demo"] * 5000,
            "text": [None, "a", "a long text " * 50, "", "b"] * 1000,
            "facts": pa.array([[("Roof", "Slate")], None] * 2500, pa.map_("string", "string")),
            "image": [b"\xff\xd8", None, b"\0" * 999, b"x", b"y"] * 1000,
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    with path.open("rb") as source:
        assert pa.Table.from_batches(batches(source, "a.parquet")).equals(table)
    with path.open("rb") as source:
        (first, *_) = batches(source, "a.parquet", columns=["text"], batch_rows=10)
    assert first.to_pydict() == {"text": table["text"].to_pylist()[:10]}


def test_torn_files_are_told_from_bombs(tmp_path) -> None:
    with pytest.raises(pa.ArrowInvalid):
        list(batches(io.BytesIO(b"PAR1 no table"), "a.parquet"))


def test_an_id_list_that_is_a_bomb_ends_with_one_line(tmp_path) -> None:
    place = open_place(str(tmp_path / "data"))
    many_rows(tmp_path / "data" / "ids.parquet")
    refused = r"ids\.parquet says that its [\d,]+ bytes are 20,000,000"
    with pytest.raises(PlaceError, match=refused):
        rows(place, "ids").read_all()
    with pytest.raises(PlaceError, match=refused):
        list_length(place, "homes")


def test_a_torn_id_list_is_told_where_it_is_read(tmp_path) -> None:
    place = open_place(str(tmp_path / "data"))
    (tmp_path / "data" / "ids.parquet").write_bytes(b"PAR1 no table")
    readers = (
        lambda: rows(place, "ids").read_all(),
        lambda: list_length(place, "homes"),
        lambda: list_length(place),
    )
    for read in readers:
        with pytest.raises(PlaceError, match=r"ids\.parquet is damaged"):
            read()


def test_a_torn_id_list_beside_a_lost_ledger_names_the_remedy(tmp_path) -> None:
    place = open_place(str(tmp_path / "data"))
    Ledger.open(place, run_id="first").close()
    (tmp_path / "data" / "ledger.sqlite").unlink()
    (tmp_path / "data" / "ids.parquet").write_bytes(b"PAR1 no table")
    with pytest.raises(PlaceError, match=r"ids\.parquet is damaged .*: remove it, and list"):
        Ledger.open(place, run_id="second")
    (tmp_path / "data" / "ids.parquet").unlink()
    Ledger.open(place, run_id="third").close()


@pytest.mark.parametrize("large", [8_000, 100_000, 64 * 2**20])
@pytest.mark.parametrize("columns", [None, ["facts", "number"], ["facts"], ["number"]])
def test_columns_with_lists_are_read_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, columns: list[str] | None
) -> None:
    """Lists come in smaller batches, and every row keeps its own, over all row groups."""
    monkeypatch.setattr("scraper.place.parquet.LARGE", large)
    rows = pa.table(
        {
            "number": list(range(1000)),
            "facts": [[f"{n % 37} of {n}", "x" * (n % 50)] if n % 9 else None for n in range(1000)],
            "text": [f"house {n}" for n in range(1000)],
        }
    )
    path = tmp_path / "rows.parquet"
    pq.write_table(rows, path, row_group_size=301)
    with path.open("rb") as source:
        found = list(batches(source, "rows.parquet", columns=columns, batch_rows=128))
    assert max(one.num_rows for one in found) <= 128
    table = pa.Table.from_batches(found)
    wanted = [name for name in rows.column_names if columns is None or name in columns]
    assert table.column_names == wanted
    assert table.to_pylist() == rows.select(wanted).to_pylist()
