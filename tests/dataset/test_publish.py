"""Publishing: every sealed row exactly once, the latest of each house, whatever happens."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from scraper.dataset import publish as publishing
from scraper.dataset.deltalog import Changed
from scraper.dataset.publish import publish
from scraper.dataset.reader import read
from scraper.dataset.table import open_table
from scraper.dataset.version import latest, versions
from scraper.errors import StorageError
from scraper.place.open import open_place
from scraper.place.place import Place

Crawls = Callable[[Place, int], Any]


def _prices(place: Place, version: int | None = None) -> dict[str, float]:
    frame = read(place, version=version)
    assert frame["house_id"].is_unique
    return dict(zip(frame["house_id"].str.lstrip("0"), frame["sold_price"], strict=True))


def _photos(place: Place) -> dict[str, list[int]]:
    frame = read(place, "photos", columns=["house_id", "position"]).sort_values("position")
    assert not frame.duplicated().any()
    return {key.lstrip("0"): [*group] for key, group in frame.groupby("house_id")["position"]}


def _feed(place: Place, start: int) -> set[tuple[str, int, float]]:
    """What the change data feed says from a version of the table on: change, house, price."""
    told = DeltaTable(f"{place.url}/tables/houses").load_cdf(starting_version=start)
    rows = pa.table(told.read_all()).to_pylist()
    return {(r["_change_type"], int(r["house_id"], 16), r["sold_price"]) for r in rows}


def _files(place: Place) -> set[str]:
    return set(DeltaTable(f"{place.url}/tables/houses").file_uris())


def _publish_at(url: str) -> int | None:
    version = publish(open_place(url))
    return version and version.number


def test_the_first_version(place: Place, crawl: Crawls) -> None:
    run = crawl(place, 1)
    run.seal([run.house(1, 100), run.house(2, 200)], [run.photo(1, 0), run.photo(1, 1)])
    run.seal([run.house(3, 300)], visits=[run.visit(4, "gone"), run.visit(5, "refused")])
    version = publish(place)
    assert version is not None
    assert (version.number, version.rows, version.new, version.changed) == (1, 3, 3, 0)
    assert version.gone == 1
    assert version.run_ids == ("run-1",)
    assert latest(place) == version
    assert _prices(place) == {"1": 100, "2": 200, "3": 300}
    assert _photos(place) == {"1": [0, 1]}
    assert sorted(read(place, "visits")["outcome"]) == ["gone", "ok", "ok", "ok", "refused"]


def test_the_latest_row_of_a_house_wins(place: Place, crawl: Crawls) -> None:
    first, second = crawl(place, 1), crawl(place, 2)
    second.seal([second.house(1, 2)])
    first.seal([first.house(1, 1), first.house(2, 1)])
    publish(place)
    assert _prices(place) == {"1": 2, "2": 1}


def test_a_late_part_does_not_undo_a_newer_row(place: Place, crawl: Crawls) -> None:
    late, early = crawl(place, 1), crawl(place, 2)
    early.seal([early.house(1, 2)], [early.photo(1, 0, b"new")])
    publish(place)
    late.seal([late.house(1, 1), late.house(2, 1)], [late.photo(1, n, b"old") for n in range(3)])
    version = publish(place)
    assert version is not None
    assert (version.new, version.changed) == (1, 0)
    assert _prices(place) == {"1": 2, "2": 1}
    assert [*read(place, "photos")["image"]] == [b"new"]


def test_what_changed_is_counted_and_old_versions_stay(place: Place, crawl: Crawls) -> None:
    first, second = crawl(place, 1), crawl(place, 2)
    first.seal([first.house(1, 1), first.house(2, 1)])
    publish(place)
    second.seal([second.house(2, 2), second.house(3, 2)])
    version = publish(place)
    assert version is not None
    assert (version.number, version.rows, version.new, version.changed) == (2, 3, 1, 1)
    assert _prices(place) == {"1": 1, "2": 2, "3": 2}
    assert _prices(place, version=1) == {"1": 1, "2": 1}


def test_photos_of_a_house_change_all_at_once(place: Place, crawl: Crawls) -> None:
    first, second = crawl(place, 1), crawl(place, 2)
    first.seal(
        [first.house(n) for n in (1, 2, 3)], [first.photo(n, p) for n in (1, 2, 3) for p in (0, 1)]
    )
    publish(place)
    second.seal([second.house(1), second.house(2)], [second.photo(1, 0, b"again")])
    publish(place)
    assert _photos(place) == {"1": [0], "3": [0, 1]}, "house 2 has no photos any more"
    frame = read(place, "photos").set_index(["house_id", "position"])
    assert frame.loc[(f"{1:09x}", 0), "image"] == b"again"


def test_ids_of_sites_that_quote(folder: Place, crawl: Crawls) -> None:
    for day in (1, 2):
        run = crawl(folder, day)
        odd = {"house_id": 'o\'hara\\ "1"'}
        run.seal([run.house(1) | odd, run.house(2)], [run.photo(1, day) | odd, run.photo(2, day)])
        publish(folder)
    assert sorted(read(folder, "photos")["position"]) == [2, 2]


def test_nothing_new_is_no_version(place: Place, crawl: Crawls) -> None:
    assert publish(place) is None
    run = crawl(place, 1)
    run.seal([run.house(1)])
    assert publish(place) is not None
    assert publish(place) is None
    assert len(versions(place)) == 1


def test_visits_without_a_house_are_no_version_but_kept(place: Place, crawl: Crawls) -> None:
    first, second = crawl(place, 1), crawl(place, 2)
    first.seal([first.house(1)])
    publish(place)
    second.seal(visits=[second.visit(1, "refused")])
    assert publish(place) is None
    assert publish(place) is None
    assert sorted(read(place, "visits")["outcome"]) == ["ok", "refused"]
    assert [*read(place, "visits", version=1)["outcome"]] == ["ok"]


def test_a_crash_before_the_version_file_heals(
    place: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = crawl(place, 1), crawl(place, 2)
    first.seal([first.house(1, 1)], [first.photo(1, 0)])
    publish(place)
    second.seal([second.house(1, 2), second.house(2, 2)], [second.photo(1, 0), second.photo(2, 0)])

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "_write", crash)
    with pytest.raises(KeyboardInterrupt):
        publish(place)
    assert _prices(place) == {"1": 1}, "readers still see the whole first version"
    assert _photos(place) == {"1": [0]}
    monkeypatch.undo()
    version = publish(place)
    assert version is not None
    assert (version.number, version.new, version.changed) == (2, 1, 1)
    assert _prices(place) == {"1": 2, "2": 2}
    assert _photos(place) == {"1": [0], "2": [0]}


@pytest.mark.parametrize("crashing", ["put_photos", "_count_gone"])
def test_a_crash_between_two_tables_heals(
    place: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch, crashing: str
) -> None:
    run = crawl(place, 1)
    run.seal([run.house(1)], [run.photo(1, 0)])

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, crashing, crash)
    with pytest.raises(KeyboardInterrupt):
        publish(place)
    monkeypatch.undo()
    more = crawl(place, 2)
    more.seal([more.house(2)], [more.photo(2, 0)])
    version = publish(place)
    assert version is not None
    assert (version.number, version.new) == (1, 2)
    assert _photos(place) == {"1": [0], "2": [0]}
    assert len(read(place, "visits")) == 2


def test_many_publishers_at_once(place: Place, crawl: Crawls) -> None:
    run = crawl(place, 1)
    for part in range(4):
        run.seal([run.house(10 * part + n) for n in range(3)], [run.photo(10 * part, 0)])
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        numbers = pool.map(_publish_at, [place.url] * 3)
    assert numbers.count(1) == 1
    assert len(versions(place)) == 1
    assert len(_prices(place)) == 12
    assert len(_photos(place)) == 4
    assert len(read(place, "visits")) == 12


@pytest.mark.full
def test_many_publishers_while_parts_are_sealed(place: Place, crawl: Crawls) -> None:
    run = crawl(place, 1)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        running = []
        for part in range(5):
            run.seal([run.house(n, part) for n in range(part + 3)], [run.photo(0, 0)])
            running += [pool.apply_async(_publish_at, (place.url,)) for _ in range(2)]
        numbers = [one.get(timeout=200) for one in running]
    publish(place)
    assert _prices(place) == {f"{n:x}".lstrip("0"): 4.0 for n in range(7)}
    taken = [name for version in versions(place) for name in version.manifests]
    assert len(taken) == len(set(taken)) == 5
    published = [number for number in numbers if number]
    assert len(published) == len(set(published))


def test_a_damaged_part_is_not_taken_in(place: Place, crawl: Crawls) -> None:
    run = crawl(place, 1)
    manifest = run.seal([run.house(1)])
    name = manifest.tables["houses"].name
    whole = place.read(name)
    place.write(name, whole[:-20])
    with pytest.raises(StorageError, match=name):
        publish(place)
    assert not versions(place)
    place.write(name, whole)
    assert publish(place) is not None


def test_the_tables_are_as_every_delta_reader_knows_them(folder: Place, crawl: Crawls) -> None:
    run = crawl(folder, 1)
    run.seal([run.house(1)])
    publish(folder)
    table = DeltaTable(f"{folder.url}/tables/houses")
    assert table.protocol().min_reader_version == 1
    assert table.metadata().configuration["delta.enableChangeDataFeed"] == "true"
    assert "delta.enableDeletionVectors" not in table.metadata().configuration
    assert table.history(1)[0]["housecrawl"] == '{"manifests": ["parts/run-1-000001.json"]}'
    assert table.file_uris()[0].endswith("zstd.parquet")


def test_the_feed_says_what_changed_row_by_row(folder: Place, crawl: Crawls) -> None:
    first, second, third = (crawl(folder, day) for day in (1, 2, 3))
    first.seal([first.house(n, 1) for n in range(3)])
    publish(folder)
    second.seal([second.house(1, 2), second.house(7, 2)])
    version = publish(folder)
    assert version is not None
    at = version.tables["houses"]
    pair = {("update_preimage", 1, 1.0), ("update_postimage", 1, 2.0)}
    assert _feed(folder, at) == {*pair, ("insert", 7, 2.0)}
    third.seal(visits=[third.visit(0, "gone")])
    publish(folder)
    assert {one[:2] for one in _feed(folder, at + 1)} == {
        ("update_preimage", 0),
        ("update_postimage", 0),
    }
    assert read(folder).set_index("house_id")["status"].dropna().to_dict() == {f"{0:09x}": "gone"}


def test_files_in_which_nothing_changes_stay(folder: Place, crawl: Crawls) -> None:
    first, second, third = (crawl(folder, day) for day in (1, 2, 3))
    first.seal([first.house(1, 1)])
    publish(folder)
    before = _files(folder)
    second.seal([second.house(2, 2)])
    publish(folder)
    appended = _files(folder) - before
    assert before < _files(folder)
    third.seal([third.house(2, 3)])
    publish(folder)
    assert before < _files(folder)
    assert not appended & _files(folder)
    assert _prices(folder) == {"1": 1, "2": 3}


def test_rows_of_many_files_and_row_groups(
    folder: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.dataset.datafile.GROUP_ROWS", 2)
    monkeypatch.setattr("scraper.dataset.datafile.FILE_BYTES", 1)
    monkeypatch.setattr("scraper.dataset.datafile.BATCH_ROWS", 3)
    for day in (1, 2, 3):
        run = crawl(folder, day)
        run.seal([run.house(n, day) for n in range(day, 20, day)])
        publish(folder)
    expected = {n: 3.0 if n % 3 == 0 else 2.0 if n % 2 == 0 else 1.0 for n in range(1, 20)}
    assert _prices(folder) == {f"{n:x}": price for n, price in expected.items()}
    assert len(_files(folder)) > 5
    assert _prices(folder, version=1) == {f"{n:x}": 1.0 for n in range(1, 20)}


def test_who_comes_second_changes_nothing(folder: Place, crawl: Crawls) -> None:
    """The control of the retries: a commit on what another has changed is refused."""
    run = crawl(folder, 1)
    run.seal([run.house(1)])
    publish(folder)
    tables = [open_table(folder, "houses") for _ in range(2)]
    first, second = (table for table in tables if table is not None)
    first.commit(Changed(note={"manifests": ["a"]}))
    with pytest.raises(CommitFailedError):
        second.commit(Changed(note={"manifests": ["b"]}))
    assert [one.manifests for one in first.commits_since(second.version)] == [frozenset({"a"})]


def test_a_long_log_is_read_from_its_checkpoint(
    folder: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.dataset.table._CHECKPOINTS", 2)
    for day in (1, 2, 3, 4):
        run = crawl(folder, day)
        run.seal([run.house(1, day), run.house(day, day)])
        publish(folder)
    logs = list(folder.names("tables/houses/_delta_log/"))
    assert [name for name in logs if name.endswith(".checkpoint.parquet")]
    assert _prices(folder) == {"1": 4, "2": 2, "3": 3, "4": 4}
    assert _prices(folder, version=2) == {"1": 2, "2": 2}
