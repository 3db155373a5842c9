"""Reading: types that do not depend on what is in the data, and never a stale row."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scraper.dataset import read
from scraper.dataset.publish import publish
from scraper.dataset.rollback import rollback
from scraper.errors import PlaceError, UsageError
from scraper.place.open import open_place
from scraper.place.place import Place
from scraper.schema import HOME_TYPES, TABLES, arrow_schema

Crawls = Callable[[Place, int], Any]


def _full(run: Any) -> dict[str, Any]:
    row: dict[str, Any] = run.house(
        1,
        status="sold",
        sold_on=date(2022, 7, 9),
        year_built=1988,
        bedrooms=2.0,
        price_history=[{"date": date(1999, 5, 27), "event": "Sold", "price": 445000.0}],
        facts=[("Roof", "Slate"), ("Heating", "Gas")],
        photo_urls=["https://homefind.example/ph/1.jpg"],
        photo_count=1,
        first_seen=datetime(2026, 3, 2, tzinfo=UTC),
    )
    return row


def _dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


@pytest.mark.parametrize("published", [False, True])
def test_values(place: Place, crawl: Crawls, published: bool) -> None:
    run = crawl(place, 1)
    run.seal([_full(run), run.house(2, None)], [run.photo(1, 0, b"jpeg")])
    if published:
        publish(place)
    frame = read(place.url).sort_values("house_id", ignore_index=True)
    assert [*frame.columns] == [column.name for column in TABLES["houses"]]
    first, second = frame.iloc[0], frame.iloc[1]
    assert first["sold_on"] == pd.Timestamp("2022-07-09")
    assert first["facts"] == {"Roof": "Slate", "Heating": "Gas"}
    event = {"date": date(1999, 5, 27), "event": "Sold", "price": 445000.0}
    assert first["price_history"] == [event]
    assert first["photo_urls"] == ["https://homefind.example/ph/1.jpg"]
    assert first["first_seen"] == pd.Timestamp("2026-03-02", tz="UTC")
    assert pd.isna(second["sold_price"])
    assert second["facts"] is None
    assert [*read(place.url, "photos")["image"]] == [b"jpeg"]


def test_types_do_not_depend_on_the_data(place: Place, crawl: Crawls) -> None:
    empty = {table: _dtypes(read(place, table)) for table in TABLES}
    run = crawl(place, 1)
    run.seal([_full(run)], [run.photo(1, 0)])
    full = {table: _dtypes(read(place, table)) for table in TABLES}
    publish(place)
    assert {table: _dtypes(read(place, table)) for table in TABLES} == full == empty
    houses = full["houses"]
    wanted = {
        "house_id": "str",
        "home_type": "category",
        "status": "category",
        "sold_price": "float64",
        "year_built": "float64",
        "sold_on": "datetime64[us]",
        "fetched_at": "datetime64[us, UTC]",
        "facts": "object",
    }
    assert {name: houses[name] for name in wanted} == wanted
    assert full["photos"]["position"] == "int16"
    assert not any("pyarrow" in dtype for dtype in houses.values())


def test_codes_of_categories_are_the_same_in_every_version(place: Place, crawl: Crawls) -> None:
    run = crawl(place, 1)
    run.seal([run.house(1, home_type="Townhouse")])
    assert tuple(read(place)["home_type"].cat.categories) == HOME_TYPES
    assert tuple(read(place).head(0)["home_type"].cat.categories) == HOME_TYPES


def test_before_a_version_parts_are_read_as_they_will_be_published(
    place: Place, crawl: Crawls
) -> None:
    first, second = crawl(place, 1), crawl(place, 2)
    first.seal([first.house(1, 1), first.house(2, 1)], [first.photo(1, p) for p in (0, 1)])
    second.seal([second.house(1, 2)], [second.photo(1, 0)])
    before = {table: _sorted(read(place, table)) for table in ("houses", "photos", "visits")}
    publish(place)
    for table, frame in before.items():
        pd.testing.assert_frame_equal(_sorted(read(place, table)), frame)
    assert len(before["photos"]) == 1


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    by = [name for name in ("house_id", "position", "run_id") if name in frame]
    return frame.sort_values(by, ignore_index=True)


def test_never_a_stale_row(folder: Place, crawl: Crawls) -> None:
    for day in (1, 2):
        run = crawl(folder, day)
        run.seal([run.house(n, day) for n in range(5)])
        publish(folder)
    assert len(read(folder)) == 5
    files = pd.read_parquet(f"{folder.url}/tables/houses", columns=["house_id"])
    assert len(files) > 5, "why the folder of a table is not to be read as a folder of files"


def test_columns(place: Place, crawl: Crawls) -> None:
    run = crawl(place, 1)
    run.seal([run.house(1)])
    for _ in range(2):
        assert [*read(place, columns=["zip", "house_id"]).columns] == ["zip", "house_id"]
        publish(place)


def test_ids(place: Place) -> None:
    assert read(place, "ids").empty
    rows = [{"site": "homefind", "house_id": "1", "where": "alder-point", "position": 3}]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, arrow_schema("ids")), sink)
    place.write("ids.parquet", sink.getvalue().to_pybytes())
    assert [*read(place, "ids")["where"]] == ["alder-point"]
    with pytest.raises(UsageError, match="no versions"):
        read(place, "ids", version=1)
    place.write("ids.parquet", b"PAR1 torn")
    with pytest.raises(PlaceError, match="damaged"):
        read(place, "ids")


def test_a_column_that_is_younger_than_the_data_is_null(
    place: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = crawl(place, 1)
    run.seal([run.house(1, zip="01234")])
    young = arrow_schema("houses")
    old = young.remove(young.get_field_index("zip"))
    with monkeypatch.context() as before:
        for module in ("intake", "table"):
            before.setattr(f"scraper.dataset.{module}.plain_schema", lambda t: _plain(t, old))
        publish(place)
    assert read(place)["zip"].isna().all()
    more = crawl(place, 2)
    more.seal([more.house(2, zip="90210")])
    publish(place)
    assert sorted(read(place)["zip"].dropna()) == ["90210"]
    assert read(place, version=1)["zip"].isna().all()


def _plain(table: str, houses: pa.Schema) -> pa.Schema:
    schema = houses if table == "houses" else arrow_schema(table)
    text = [f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f for f in schema]
    return pa.schema(text)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"table": "homes"}, "houses, photos, ids, visits"),
        ({"columns": ["sold_prize"]}, "perhaps sold_price"),
        ({"version": 7}, "has no version 7"),
    ],
)
def test_what_is_not_there(place: Place, arguments: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        read(place, **arguments)


def test_a_foreign_place(tmp_path: Any) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(PlaceError, match=r"thesis\.docx"):
        read(tmp_path)
    with pytest.raises(PlaceError, match="holds no dataset"):
        read(tmp_path / "none")


def test_a_version_file_that_says_no_version(place: Place) -> None:
    place.write("versions/000001.json", b"{}")
    with pytest.raises(PlaceError, match="says no version"):
        read(place)


def test_rollback(place: Place, crawl: Crawls) -> None:
    for day in (1, 2):
        run = crawl(place, day)
        run.seal([run.house(1, day), run.house(10 + day, day)], [run.photo(1, 0, b"%d" % day)])
        publish(place)
    third = rollback(place, 1)
    assert (third.number, third.restores, third.rows) == (3, 1, 2)
    assert sorted(read(place)["sold_price"]) == [1, 1]
    assert [*read(place, "photos")["image"]] == [b"1"]
    assert len(read(place, "visits")) == 4, "what was tried stays"
    assert sorted(read(place, version=2)["sold_price"]) == [1, 2, 2]
    assert publish(place) is None, "what was rolled back does not come again"
    run = crawl(place, 4)
    run.seal([run.house(20, 4)])
    fourth = publish(place)
    assert fourth is not None
    assert (fourth.number, fourth.new, fourth.changed) == (4, 1, 0)
    assert sorted(read(place)["sold_price"]) == [1, 1, 4]
    assert rollback(place, 4) == fourth
    with pytest.raises(UsageError, match="it has 1 to 4"):
        rollback(place, 9)


def test_a_rollback_that_is_cut_short_holds(
    place: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2):
        run = crawl(place, day)
        run.seal([run.house(1, day)])
        publish(place)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scraper.dataset.rollback.align", crash)
    with pytest.raises(KeyboardInterrupt):
        rollback(place, 1)
    monkeypatch.undo()
    assert [*read(place)["sold_price"]] == [1]
    run = crawl(place, 3)
    run.seal([run.house(2, 3)])
    publish(place)
    assert sorted(read(place)["sold_price"]) == [1, 3]


def test_reading_ends_well(folder: Place, crawl: Crawls) -> None:
    """Some ways of reading a Delta table abort the interpreter when it ends."""
    run = crawl(folder, 1)
    run.seal([run.house(n) for n in range(50)], [run.photo(1, 0)])
    publish(folder)
    code = f"from scraper.dataset import read; p = {folder.url!r}; read(p); read(p, 'photos')"
    ends = [subprocess.run([sys.executable, "-c", code], check=False).returncode for _ in range(3)]
    assert ends == [0, 0, 0]


def test_a_place_is_taken_as_it_is(folder: Place) -> None:
    assert read(open_place(folder.url, create=False)).empty
