"""Publishing: every sealed row exactly once, the latest of each house, whatever happens."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

import pytest
from deltalake import DeltaTable

from scraper.dataset import publish as publishing
from scraper.dataset.publish import publish
from scraper.dataset.reader import read
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

    def crash(*_: object) -> None:
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

    def crash(*_: object) -> None:
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


def test_big_intakes_take_several_merges(
    folder: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.dataset.put.MERGE_ROWS", 1)
    first, second = crawl(folder, 1), crawl(folder, 2)
    first.seal([first.house(n, 1) for n in range(3)])
    publish(folder)
    for n in range(4):
        second.seal([second.house(n, 2)])
    version = publish(folder)
    assert version is not None
    assert (version.new, version.changed) == (1, 3)
    assert _prices(folder) == {"": 2, "1": 2, "2": 2, "3": 2}
