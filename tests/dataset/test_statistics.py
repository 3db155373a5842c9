"""What the log says of the values of files: as delta-rs says it, and never more than is so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from scraper.dataset.publish import publish
from scraper.dataset.statistics import columns_with_nan, statistics
from scraper.place.place import Place

Crawls = Callable[[Place, int], Any]
MOMENT = datetime(2026, 3, 2, 9, 0, 1, tzinfo=UTC)
NAN, INFINITE = float("nan"), float("inf")
ODD = pa.table(
    {
        "text": ["b", None, "a", "ä"],
        "long": ["x" * 100, "é" * 100, "b", "x" * 99 + "y"],
        "longest": ["m" * 5_000, "n", "o", None],
        "last": ["\U0010ffff" * 40, "a", None, None],
        "number": pa.array([3, -7, None, 0], pa.int16()),
        "amount": [1.5, -0.0, None, 1e300],
        "no_number": [NAN, 1.0, 2.0, 3.0],
        "none_a_number": [NAN, NAN, None, NAN],
        "infinite": [INFINITE, 1.0, -2.0, None],
        "day": [date(1890, 1, 1), None, date(2026, 3, 2), date(2024, 2, 29)],
        "moment": [MOMENT, None, MOMENT + timedelta(days=1), MOMENT + timedelta(milliseconds=7)],
        "flag": [True, False, None, True],
        "missing": pa.nulls(4, pa.string()),
        "list": [["z"], [], None, ["a"]],
        "map": pa.array([[("k", "v")], None, [], []], pa.map_(pa.string(), pa.string())),
        "pair": [{"x": 1}, None, {"x": 3}, {"x": None}],
    }
)
LEFT_OUT = {
    *((kind, column) for kind in ("minValues", "maxValues") for column in ("longest", "no_number")),
    ("maxValues", "last"),
    ("maxValues", "infinite"),
    *((kind, "pair") for kind in ("minValues", "maxValues", "nullCount")),
}
"""What delta-rs says and we do not: what is too long for Parquet's own statistics, has no greater
text, is no number of JSON's or beside what is no number at all, or inside a struct."""


def _told(folder: str) -> dict[str, dict[str, Any]]:
    """Path of each file that was added to a table, to what the log says of it."""
    lines = [
        json.loads(line)
        for log in sorted(Path(folder, "_delta_log").glob("*.json"))
        for line in log.read_text().splitlines()
    ]
    return {one["add"]["path"]: json.loads(one["add"]["stats"]) for one in lines if "add" in one}


def _theirs(rows: pa.Table, folder: Path) -> dict[tuple[str, str], object]:
    """What delta-rs says of the same rows."""
    write_deltalake(str(folder), rows)
    (said,) = _told(str(folder)).values()
    return _single(said)


def _single(said: Any) -> dict[tuple[str, str], object]:
    """Value by value; times as such, for a fraction of zero may be written or not."""
    kinds = ("minValues", "maxValues", "nullCount")
    return {(k, name): _read(value) for k in kinds for name, value in said[k].items()}


def _read(value: object) -> object:
    try:
        return datetime.fromisoformat(str(value)) if str(value).endswith("Z") else value
    except ValueError:
        return value


def test_values_of_all_kinds(tmp_path: Path) -> None:
    pq.write_table(ODD, tmp_path / "odd.parquet", row_group_size=2)
    with_nan = {name for batch in ODD.to_batches() for name in columns_with_nan(batch)}
    ours = _single(statistics(pq.read_metadata(tmp_path / "odd.parquet"), with_nan))
    theirs = _theirs(ODD, tmp_path / "theirs")
    assert ours == {what: value for what, value in theirs.items() if what not in LEFT_OUT}
    assert theirs.keys() >= LEFT_OUT


def test_what_is_shortened_still_holds_all(tmp_path: Path) -> None:
    moments = [MOMENT + timedelta(microseconds=n) for n in (1, 1_001, 2_999)]
    texts = ["ab" * 100, "\ud7ff" * 22, "z" * 63 + "ü"]
    pq.write_table(pa.table({"moment": moments, "text": texts}), tmp_path / "odd.parquet")
    said = _single(statistics(pq.read_metadata(tmp_path / "odd.parquet")))
    assert said["minValues", "moment"] == MOMENT
    assert said["maxValues", "moment"] == MOMENT + timedelta(milliseconds=3)
    assert said["minValues", "text"] == "ab" * 32
    assert said["maxValues", "text"] == "\ud7ff" * 20 + "\ue000"


def test_rows_are_told_of_as_by_delta_rs(folder: Place, crawl: Crawls, tmp_path: Path) -> None:
    first, second = crawl(folder, 1), crawl(folder, 2)
    days = [date(2026, 1, 7), None, date(2025, 5, 1)]
    first.seal([first.house(n, 9.5 * n, city="é" * 99, sold_on=days[n]) for n in range(3)])
    publish(folder)
    second.seal([second.house(2, None, status="sold"), second.house(3, 7.0, currency="USD")])
    publish(folder)
    for name, written in (("houses", [3, 4]), ("visits", [3, 2])):
        table = f"{folder.url}/tables/{name}"
        told = _told(table)
        assert [said["numRecords"] for said in told.values()] == written
        for path, said in told.items():
            rows = pq.read_table(f"{table}/{path}")
            assert _single(said) == _theirs(rows, tmp_path / path)


@pytest.mark.parametrize("wrong", [False, True])
def test_readers_leave_out_files_by_it(folder: Place, crawl: Crawls, wrong: bool) -> None:
    """With wrong values, the control, they leave out the file that has the row."""
    for day in (1, 2):
        run = crawl(folder, day)
        run.seal([run.house(10 * day + n, 1000.0 * day + n) for n in range(3)])
        publish(folder)
    table = f"{folder.url}/tables/houses"
    if wrong:
        log = max(Path(table, "_delta_log").glob("*.json"))
        log.write_text(log.read_text().replace("2002.0", "2000.5"))
    wanted = ds.field("sold_price") > 2001.5
    houses = DeltaTable(table).to_pyarrow_dataset()
    assert len(list(houses.get_fragments())) == 2
    assert len(list(houses.get_fragments(wanted))) == (0 if wrong else 1)
    found = pa.table(
        DeltaTable(table).scan(["house_id"], predicate="sold_price > 2001.5").read_all()
    )
    assert found["house_id"].to_pylist() == ([] if wrong else [f"{22:09x}"])
