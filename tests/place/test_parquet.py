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
try:
    with open(sys.argv[1], "rb") as source:
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


@pytest.mark.parametrize(
    ("made", "told", "most"),
    [
        (many_rows, "20,000,000 rows", 200),
        (long_text, "house_id unpacks to 1,600,000,000 bytes", 200),
        # Read, and not refused: the smallest batch that Arrow makes takes so much.
        (lambda path: long_text(path, nested=True), "read", 240),
    ],
    ids=["rows", "texts", "lists"],
)
def test_a_bomb_is_refused_in_one_line_and_little_memory(tmp_path, made, told, most) -> None:
    path = tmp_path / "a.parquet"
    made(path)
    assert path.stat().st_size < 1_000_000
    said = subprocess.run(
        [sys.executable, "-c", PEAK + READING, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    line, megabytes = said.stdout.splitlines()
    assert told in line
    assert int(megabytes) < most, megabytes


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
    with pytest.raises(PlaceError, match=r"ids\.parquet says that its [\d,]+ bytes are 20,000,000"):
        rows(place, "ids").read_all()


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
