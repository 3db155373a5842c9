"""Parts: whole, named once, checked, found torn and made again."""

from __future__ import annotations

import contextlib
import json
import threading
from hashlib import sha256

import pytest

from scraper.errors import HousecrawlError, StorageError
from scraper.ledger.parts import open_part, read_manifests, seal, verify, write_ids
from scraper.ledger.tallies import hash_of
from scraper.place.folder import FolderPlace
from scraper.schema import arrow_schema


@pytest.fixture
def ledger(opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(20))
    return ledger


def finish(ledger, made, count):
    for lease in ledger.lease("homes", count):
        assert made.commit(ledger, lease)


def files(place):
    return {name: place.read(name) for name in place.names("parts/")}


def test_only_full_parts_are_sealed_unless_forced(ledger, place, made):
    finish(ledger, made, 3)
    assert seal(ledger, place, rows=4) == []
    finish(ledger, made, 6)
    assert [m.tables["houses"].rows for m in seal(ledger, place, rows=4)] == [4, 4]
    assert [m.tables["houses"].rows for m in seal(ledger, place, rows=4, force=True)] == [1]
    assert seal(ledger, place, rows=4, force=True) == []
    assert len(made.stored(place)) == 9


def test_a_part_is_bounded_by_bytes_too(ledger, place, made):
    for lease in ledger.lease("homes", 6):
        photos = made.photo_rows(lease, 4, 25_000)
        ledger.commit_house(lease, made.house_row(lease), photos, made.visit_row(lease))
    sealed = seal(ledger, place, size=250_000, force=True)
    assert [m.tables["houses"].rows for m in sealed] == [2, 2, 2]
    assert all(m.tables["photos"].bytes < 250_000 for m in sealed)


def test_the_manifest_says_what_is_there(ledger, place, made):
    finish(ledger, made, 2)
    [manifest] = seal(ledger, place, force=True)
    assert (manifest.run_id, manifest.seq, manifest.sealed_at) == ("R", 1, made.NOW)
    assert sorted(manifest.tables) == ["houses", "photos", "visits"]
    for table, file in manifest.tables.items():
        data = place.read(file.name)
        assert file.name == f"parts/{table}/R-000001.parquet"
        assert (len(data), sha256(data).hexdigest()) == (file.bytes, file.sha256)
    assert read_manifests(place) == [manifest]
    assert json.loads(place.read("parts/R-000001.json"))["format"] == 1
    assert verify(place, manifest) == []


def test_tables_without_rows_have_no_file(ledger, place, made):
    [lease] = ledger.lease("homes", 1)
    ledger.commit_visit(lease, made.visit_row(lease, "gone", "HTTP 404"), final=True)
    [manifest] = seal(ledger, place, force=True)
    assert list(manifest.tables) == ["visits"]
    assert list(open_part(place, manifest, "houses")) == []


@pytest.mark.parametrize("table", ["houses", "photos", "visits"])
def test_parts_have_the_schema_of_their_table(ledger, place, made, table):
    finish(ledger, made, 2)
    [manifest] = seal(ledger, place, force=True)
    [batch] = open_part(place, manifest, table)
    assert batch.schema.equals(arrow_schema(table))
    unit = arrow_schema(table).field("site").metadata[b"doc"]
    assert batch.schema.field("site").metadata[b"doc"] == unit


def test_columns_can_be_chosen(ledger, place, made):
    finish(ledger, made, 2)
    [manifest] = seal(ledger, place, force=True)
    [batch] = open_part(place, manifest, "photos", columns=["house_id", "position"])
    assert batch.schema.names == ["house_id", "position"]


def test_the_same_rows_make_the_same_bytes(tmp_path, opened, place, made):
    from scraper.ledger.store import Ledger

    both = []
    for folder in ("a", "b"):
        there = FolderPlace(tmp_path / folder)
        with Ledger.open(there, run_id="R", clock=lambda: made.NOW) as ledger:
            ledger.add_ids("homes", made.found(9))
            made.crawl(ledger, there)
        both.append(files(there))
    assert both[0] == both[1]
    assert len(both[0]) > 8


def test_names_of_parts_never_repeat_over_runs(ledger, place, opened, made):
    for run_id in ("S", "S", "T"):
        finish(ledger, made, 2)
        seal(ledger, place, force=True)
        ledger.close()
        ledger = opened(run_id)
    names = list(place.names("parts/houses/"))
    assert [name[13:-8] for name in names] == ["R-000001", "S-000001", "S-000002"]


def test_a_part_of_another_crawl_with_the_same_run_id_is_not_overwritten(
    ledger, place, made, tmp_path
):
    from scraper.ledger.store import Ledger

    with Ledger.open(place, run_id="R", folder=tmp_path / "other") as other:
        finish(ledger, made, 2)
        seal(ledger, place, force=True)
        before = files(place)
        other.add_ids("homes", made.found(3, start=5))
        finish(other, made, 3)
        with pytest.raises(HousecrawlError, match="two crawls had the run ID R"):
            seal(other, place, force=True)
    assert files(place) == before


def test_rows_wait_in_the_ledger_while_the_place_does_not_answer(ledger, place, made):
    class Down(FolderPlace):
        def upload(self, name, path):
            raise StorageError("the bucket does not answer: run again")

    finish(ledger, made, 3)
    with pytest.raises(StorageError):
        seal(ledger, Down(ledger.folder), force=True)
    assert read_manifests(place) == []
    finish(ledger, made, 2)
    sealed = seal(ledger, place, force=True)
    assert [m.tables["houses"].rows for m in sealed] == [3, 2]
    assert len(made.stored(place)) == 5


def test_a_place_that_is_down_is_tried_again_once_a_part(ledger, place, made):
    tries = []

    class Down(FolderPlace):
        def upload(self, name, path):
            tries.append(name)
            raise StorageError("the bucket does not answer: run again")

    for count in (2, 2, 1):
        finish(ledger, made, count)
        with contextlib.suppress(StorageError):
            seal(ledger, Down(ledger.folder), rows=4)
    assert len(tries) == 1
    finish(ledger, made, 3)
    with pytest.raises(StorageError):
        seal(ledger, Down(ledger.folder), rows=4)
    assert len(tries) == 2


def test_an_answer_that_got_lost_makes_no_second_part(ledger, place, made):
    class Deaf(FolderPlace):
        def write_new(self, name, data):
            super().write_new(name, data)
            raise StorageError("no answer: run again")

    finish(ledger, made, 3)
    with pytest.raises(StorageError):
        seal(ledger, Deaf(ledger.folder), force=True)
    assert len(seal(ledger, place, force=True)) == 1
    assert len(made.stored(place)) == 3


def test_commits_go_on_while_a_part_is_sealed(ledger, place, made):
    half, go_on = threading.Event(), threading.Event()

    def told(phase):
        if phase == "written":
            half.set()
            assert go_on.wait(30)

    finish(ledger, made, 5)
    ledger.told = told
    thread = threading.Thread(target=seal, args=(ledger, place), kwargs={"force": True})
    thread.start()
    assert half.wait(30)
    ledger.told = lambda phase: None
    finish(ledger, made, 5)
    go_on.set()
    thread.join()
    seal(ledger, place, force=True)
    rows = made.stored(place)
    assert len(rows) == len({row["house_id"] for row in rows}) == 10


def cut(place, name):
    place.write(name, place.read(name)[:-20])


@pytest.mark.parametrize("table", ["houses", "photos", "visits"])
def test_a_torn_part_is_found_and_its_houses_are_visited_again(
    ledger, place, opened, made, table, caplog
):
    finish(ledger, made, 4)
    [manifest] = seal(ledger, place, force=True)
    ledger.close()
    cut(place, manifest.tables[table].name)
    assert len(verify(place, manifest)) == 1
    ledger = opened("S")
    assert "4 houses of lost parts are visited again" in caplog.text
    assert any(manifest.tables[table].name in fault for fault in ledger.faults)
    assert (ledger.counts().ok, ledger.counts().failed_open) == (0, 4)
    made.crawl(ledger, place)
    rows = made.stored(place)
    assert len(rows) == len({row["house_id"] for row in rows}) == 20 - 3
    ledger.close()
    assert opened("T").faults == []


def test_changed_bytes_of_the_same_length_are_found(ledger, place, opened, made):
    finish(ledger, made, 4)
    [manifest] = seal(ledger, place, force=True)
    ledger.close()
    name = manifest.tables["houses"].name
    place.write(name, place.read(name)[:-30] + b"x" * 30)
    assert any("other bytes" in fault for fault in opened("S").faults)


def test_without_the_check_a_torn_part_is_taken_for_whole(ledger, place, opened, made, monkeypatch):
    """The control: nothing else would notice."""
    finish(ledger, made, 4)
    [manifest] = seal(ledger, place, force=True)
    ledger.close()
    cut(place, manifest.tables["photos"].name)
    monkeypatch.setattr("scraper.ledger.recovery.verify", lambda *_, **__: [])
    found = opened("S")
    assert (found.faults, found.counts().ok) == ([], 4)


def test_a_torn_manifest_is_made_again(ledger, place, opened, made):
    finish(ledger, made, 4)
    seal(ledger, place, force=True)
    ledger.close()
    cut(place, "parts/R-000001.json")
    assert read_manifests(place) == []
    ledger = opened("S")
    made.crawl(ledger, place)
    assert len(made.stored(place)) == 20 - 3


def test_a_whole_part_is_left_alone(ledger, place, opened, made):
    finish(ledger, made, 4)
    seal(ledger, place, force=True)
    ledger.close()
    before = files(place)
    ledger = opened("S")
    assert (ledger.faults, ledger.counts().ok, files(place)) == ([], 4, before)


def test_parts_that_were_all_deleted_are_crawled_again(ledger, place, opened, made):
    made.crawl(ledger, place)
    ledger.close()
    for name in files(place):
        place.delete(name)
    ledger = opened("S")
    assert (ledger.counts().waiting, ledger.counts().total) == (20, 20)
    made.crawl(ledger, place)
    assert len(made.stored(place)) == 20 - 3


def test_the_id_list_is_written_with_its_states(ledger, place, made):
    import pyarrow.parquet as pq

    gone, ok, failed = ledger.lease("homes", 3)
    ledger.commit_visit(gone, made.visit_row(gone, "gone", "HTTP 404"), final=True)
    ledger.commit_visit(failed, made.visit_row(failed, "failed", "reset"), final=False)
    made.commit(ledger, ok)
    assert write_ids(ledger, place) == 20
    table = pq.read_table(place.url + "/ids.parquet")
    assert table.schema.equals(arrow_schema("ids"))
    assert table["state"].to_pylist()[:4] == ["gone", "ok", "failed", "new"]
    assert table["position"].to_pylist() == list(range(20))


def test_the_ledger_of_a_part_knows_no_other_houses(tmp_path, opened, place, made):
    """Whoever opened one of a thousand parts would else read a thousand times the list."""
    with opened() as listing:
        listing.add_ids("homes", made.found(200))
        write_ids(listing, place)
    mine = [one.house_id for one in made.found(200) if hash_of(one.house_id) % 4 == 1]
    assert 0 < len(mine) < 200
    for index in (0, 1):
        run, folder = f"R-part-{index}-of-4-00000{index}", tmp_path / f"first-{index}"
        with opened(run, folder=folder, only=(index, 4)) as part:
            (lease,) = part.lease("homes", 1, (index, 4))
            assert made.commit(part, lease)
            seal(part, place, force=True)
    with opened("R-part-1-of-4-aaaaaa", folder=tmp_path / "again", only=(1, 4)) as part:
        states = part.counts("homes", None).states
        assert states["ok"] == 1, "what an attempt elsewhere sealed is done"
        assert states["new"] == len(mine) - 1
    with opened("whole", folder=tmp_path / "whole") as whole:
        assert whole.counts("homes", None).states["ok"] == 2
