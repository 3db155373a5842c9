"""Opening a ledger: alone, of the right version, from parts where it is lost."""

from __future__ import annotations

import os
import sqlite3

import pytest

from scraper.errors import ExitCode, LedgerInUseError, PlaceError, StorageError
from scraper.ledger.layout import STEPS, bring_up
from scraper.ledger.location import ledger_folder
from scraper.ledger.lock import holder
from scraper.ledger.parts import seal, write_ids
from scraper.ledger.store import Ledger
from scraper.place.folder import FolderPlace

HOLD = """
place = made.FolderPlace(made.Path(sys.argv[1]))
ledger = made.Ledger.open(place, run_id="first")
ledger.add_ids("homes", made.found(5)); ledger.lease("homes", 2)
print("held", flush=True)
sys.stdin.read()
"""

REFUSED = """
from scraper.errors import HousecrawlError
try:
    made.Ledger.open(made.FolderPlace(made.Path(sys.argv[1])), run_id="second")
except HousecrawlError as error:
    print(error); sys.exit(error.exit_code)
"""


def test_a_second_process_is_refused_and_told_why(place, run_child):
    first = run_child(HOLD, place.url)
    assert first.stdout.readline() == "held\n"
    second = run_child(REFUSED, place.url)
    said, faults = second.communicate(timeout=60)
    assert (second.returncode, faults) == (ExitCode.INCOMPLETE, "")
    for word in (place.url, f"process {first.pid}", "run first", "since 20"):
        assert word in said
    assert said.count("\n") == 1


def test_a_kill_frees_the_ledger_at_once(place, run_child):
    first = run_child(HOLD, place.url)
    assert first.stdout.readline() == "held\n"
    assert holder(ledger_folder(place) / "ledger.lock")["pid"] == first.pid
    first.kill()
    first.wait()
    assert holder(ledger_folder(place) / "ledger.lock") is None
    with Ledger.open(place, run_id="second") as ledger:
        assert (ledger.counts().failed_open, ledger.counts().new) == (2, 3)


def test_a_forked_child_does_not_keep_the_lock(place):
    ledger = Ledger.open(place, run_id="first")
    come, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.read(come, 1)
        os._exit(0)
    os.close(come)
    try:
        ledger.close()
        Ledger.open(place, run_id="second").close()
    finally:
        os.close(go)
        os.waitpid(child, 0)


def test_the_same_process_cannot_hold_it_twice(place, opened):
    ledger = opened()
    with pytest.raises(LedgerInUseError):
        Ledger.open(place, run_id="second")
    ledger.close()
    ledger.close()
    opened("third")


def test_without_the_lock_two_would_visit_the_same_house(place, opened, made, monkeypatch):
    ledger = opened()
    ledger.add_ids("homes", made.found(3))
    ledger.lease("homes", 3)
    monkeypatch.setattr("scraper.ledger.lock._taken", lambda descriptor: True)
    assert len(opened("second").lease("homes", 3)) == 3


def test_a_ledger_that_cannot_be_opened_is_not_held(place, opened):
    path = ledger_folder(place) / "ledger.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    with pytest.raises(PlaceError, match="not a ledger or is damaged"):
        opened()
    path.unlink()
    opened()


def test_a_newer_ledger_is_left_alone(place, opened):
    opened().close()
    path = ledger_folder(place) / "ledger.sqlite"
    change(path, f"PRAGMA user_version = {len(STEPS) + 1}")
    before = path.read_bytes()
    with pytest.raises(PlaceError, match="use the newer housecrawl"):
        opened()
    assert path.read_bytes() == before
    # The control: it is the number alone.
    change(path, f"PRAGMA user_version = {len(STEPS)}")
    opened().close()


def test_another_programs_database_is_left_alone(place, opened):
    path = ledger_folder(place) / "ledger.sqlite"
    path.parent.mkdir()
    change(path, "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(PlaceError, match="not a ledger"):
        opened()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_an_older_ledger_is_migrated_in_one_transaction(tmp_path):
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path, isolation_level=None)
    bring_up(connection, path, STEPS[:1])
    connection.execute("INSERT INTO words (word) VALUES ('homes')")
    torn = [*STEPS[:1], ("ALTER TABLE words ADD COLUMN extra TEXT", "SELECT nonsense FROM nowhere")]
    with pytest.raises(sqlite3.OperationalError):
        bring_up(connection, path, torn)
    assert connection.execute("SELECT * FROM words").fetchall() == [(1, "homes")]
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    bring_up(connection, path, [*STEPS[:1], ("ALTER TABLE words ADD COLUMN extra TEXT",)])
    assert connection.execute("SELECT * FROM words").fetchall() == [(1, "homes", None)]
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()


def change(path, statement):
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def lose(place):
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (ledger_folder(place) / name).unlink(missing_ok=True)


def test_a_lost_ledger_is_built_from_the_list_and_the_parts(place, opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(20))
    for lease in ledger.lease("homes", 6):
        made.commit(ledger, lease)
    [denied] = ledger.lease("homes", 1)
    ledger.commit_visit(denied, made.visit_row(denied, "denied", "Disallow: /h"), final=True)
    seal(ledger, place, rows=4, force=True)
    write_ids(ledger, place)
    before, photos = ledger.counts(), ledger.photos()
    ledger.close()
    lose(place)
    ledger = opened("S")
    assert (ledger.counts(), ledger.photos(), ledger.faults) == (before, photos, [])
    assert [r.reason for r in ledger.reasons()] == ["Disallow: /h"]
    assert [int(one.house_id) for one in ledger.lease("homes", 20)] == [*range(7, 20), 6]


def test_houses_that_were_only_in_the_lost_ledger_are_visited_again(place, opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(6))
    leases = ledger.lease("homes", 4)
    made.commit(ledger, leases[0])
    seal(ledger, place, force=True)
    made.commit(ledger, leases[1])
    write_ids(ledger, place)
    made.die(ledger)
    lose(place)
    ledger = opened("S")
    assert (ledger.counts().ok, ledger.counts().new) == (1, 5)


def test_parts_of_another_machine_are_met_at_the_next_opening(place, opened, made, tmp_path):
    ledger = opened()
    ledger.add_ids("homes", made.found(6))
    write_ids(ledger, place)
    ledger.close()
    with Ledger.open(place, run_id="elsewhere", folder=tmp_path / "elsewhere") as other:
        for lease in other.lease("homes", 3):
            made.commit(other, lease)
        other.add_ids("homes", made.found(1, start=6))
        seal(other, place, force=True)
        write_ids(other, place)
    ledger = opened("S")
    assert (ledger.counts().ok, ledger.counts().new) == (3, 4)
    made.crawl(ledger, place)
    rows = made.stored(place)
    assert len(rows) == len({row["house_id"] for row in rows}) == 6


def test_an_older_copy_of_the_ledger_seals_no_row_twice(place, opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(6))
    for lease in ledger.lease("homes", 3):
        made.commit(ledger, lease)
    ledger.close()
    path = ledger_folder(place) / "ledger.sqlite"
    older = path.read_bytes()
    ledger = opened("S")
    seal(ledger, place, force=True)
    ledger.close()
    path.write_bytes(older)
    ledger = opened("T")
    made.crawl(ledger, place)
    rows = made.stored(place)
    assert len(rows) == len({row["house_id"] for row in rows}) == 5


def test_the_ledger_of_a_bucket_lies_in_the_state_of_the_machine(monkeypatch, tmp_path, made):
    class Bucket(FolderPlace):
        url = "s3://homes/2026 autumn"

    monkeypatch.setenv("HOUSECRAWL_STATE", str(tmp_path / "state"))
    place = Bucket(tmp_path / "bucket")
    folder = ledger_folder(place)
    assert folder.parent == tmp_path / "state"
    assert ledger_folder(place, part=(3, 100)) == folder / "part-3-of-100"
    with Ledger.open(place, run_id="R"):
        assert (folder / "ledger.sqlite").exists()
    assert not list(place.names())


def test_a_folder_that_cannot_be_written_is_named(place):
    path = ledger_folder(place)
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file")
    with pytest.raises(PlaceError, match="cannot hold the ledger"):
        Ledger.open(place, run_id="R")


FULL = """
import resource, signal
from scraper.errors import StorageError
place = made.FolderPlace(made.Path(sys.argv[1]))
with made.Ledger.open(place, run_id="first") as ledger:
    ledger.add_ids("homes", made.found(200))
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    kept = 0
    try:
        for lease in ledger.lease("homes", 200):
            photos = made.photo_rows(lease, 2, 20_000)
            kept += ledger.commit_house(lease, made.house_row(lease), photos, made.visit_row(lease))
    except StorageError as error:
        print(kept, error)
    assert kept < 200
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def test_a_full_disk_loses_nothing_that_was_committed(place, run_child, made):
    child = run_child(FULL, place.url)
    said, faults = child.communicate(timeout=120)
    assert child.returncode == 0, faults
    kept = int(said.split()[0])
    assert "run the same command again" in said
    with Ledger.open(place, run_id="second") as ledger:
        assert ledger.counts().ok == kept
        made.crawl(ledger, place)
    assert len({row["house_id"] for row in made.stored(place)}) == len(made.stored(place)) > kept


def test_a_ledger_that_became_read_only_says_so(place, opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(3))
    ledger.database._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="make it writable"):
        ledger.lease("homes", 1)
    ledger.database._connection.execute("PRAGMA query_only = OFF")
    assert len(ledger.lease("homes", 3)) == 3
