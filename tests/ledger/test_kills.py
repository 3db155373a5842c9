"""A kill at any moment loses no house and doubles none; neither does a power cut."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3

import pytest

from scraper.ledger.location import ledger_folder
from scraper.ledger.overview import overview
from scraper.ledger.store import Ledger
from scraper.place.folder import FolderPlace

COUNT, GONE = 20, 3
PHASES = (
    "committing",
    "committed",
    "planned",
    "written",
    "uploaded",
    "manifested",
    "sealed",
    "purged",
)

CRAWL = """
import os, signal
folder, run_id, deadly, nth = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
met = 0
def told(phase):
    global met
    met += phase == deadly
    if phase == deadly and met == nth:
        os.kill(os.getpid(), signal.SIGKILL)
place = made.FolderPlace(made.Path(folder))
with made.Ledger.open(place, run_id=run_id, clock=lambda: made.NOW, told=told) as ledger:
    ledger.add_ids("homes", made.found(20))
    made.crawl(ledger, place)
"""


def whole(place, made):
    """All rows, after having made sure that every house and photo is there exactly once."""
    rows = made.stored(place)
    ids = [row["house_id"] for row in rows]
    visited = [row["house_id"] for row in made.stored(place, "visits")]
    assert len(ids) == len(set(ids)) == COUNT - GONE
    assert len(visited) == len(set(visited)) == COUNT
    assert len(made.stored(place, "photos")) == 2 * len(ids)
    return rows


@pytest.fixture(scope="module")
def calm(tmp_path_factory, made):
    """The rows of a crawl that nothing disturbed."""
    place = FolderPlace(tmp_path_factory.mktemp("calm"))
    with Ledger.open(place, run_id="calm", clock=lambda: made.NOW) as ledger:
        ledger.add_ids("homes", made.found(COUNT))
        made.crawl(ledger, place)
    return whole(place, made)


@pytest.mark.parametrize("nth", [1, 3])
@pytest.mark.parametrize("phase", PHASES)
def test_a_kill_in_any_phase_changes_nothing_in_the_end(place, run_child, made, calm, phase, nth):
    killed = run_child(CRAWL, place.url, "first", phase, nth)
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    with Ledger.open(place, run_id="second", clock=lambda: made.NOW) as ledger:
        assert ledger.faults == []
        made.crawl(ledger, place)
        assert (ledger.counts().ok, ledger.counts().waiting) == (COUNT - GONE, 0)
    assert whole(place, made) == calm
    # Whatever was left half made is gone, and every file there is belongs to a manifest.
    assert len(list(place.names("parts/houses/"))) == len(made.stored_parts(place))


def test_a_part_whose_manifest_is_there_is_not_written_again(place, opened, made, monkeypatch):
    """Another release of Arrow might write other bytes of the same rows."""

    class KilledError(BaseException):
        pass

    def told(phase):
        if phase == "manifested":
            raise KilledError

    ledger = opened()
    ledger.add_ids("homes", made.found(COUNT))
    ledger.told = told
    with pytest.raises(KilledError):
        made.crawl(ledger, place)
    made.die(ledger)
    assert overview(place).unsealed == 4
    monkeypatch.setattr("scraper.ledger.part_files._GROUP_BYTES", 1)
    ledger = opened("second")
    assert overview(place).unsealed == 0
    made.crawl(ledger, place)
    whole(place, made)


def test_many_kills_at_random_moments(place, run_child, made):
    chance = random.Random(1)
    for n in range(8):
        child = run_child(CRAWL, place.url, f"run{n}", chance.choice(PHASES), chance.randint(1, 5))
        child.communicate(timeout=120)
        if child.returncode == 0:
            break
    with Ledger.open(place, run_id="last", clock=lambda: made.NOW) as ledger:
        made.crawl(ledger, place)
    whole(place, made)
    with sqlite3.connect(ledger_folder(place) / "ledger.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_power_cut_costs_at_most_the_last_visits(place, opened, made, tmp_path):
    """The file and its log as a power cut may leave them: cut, with the last pages of the log torn.

    Parts are durable when their manifest is there, so they are in the copy as they are.
    """
    chance = random.Random(2)
    ledger = opened()
    ledger.add_ids("homes", made.found(COUNT))
    copies = []

    def cut(phase):
        if phase in ("committed", "planned", "manifested", "sealed") and chance.random() < 0.4:
            copies.append(power_cut(place, tmp_path / f"cut{len(copies)}", chance, phase))

    ledger.told = cut
    made.crawl(ledger, place)
    assert len(copies) > 8
    for copy in copies:
        with Ledger.open(copy, run_id="after", clock=lambda: made.NOW) as after:
            [(found,)] = after.database._connection.execute("PRAGMA integrity_check").fetchall()
            assert found == "ok"
            after.add_ids("homes", made.found(COUNT))
            made.crawl(after, copy)
        whole(copy, made)


def test_the_check_sees_a_ledger_that_is_torn(place, opened, made):
    """The control: what no power cut leaves, for the pages of the file itself are durable."""
    ledger = opened()
    ledger.add_ids("homes", made.found(200))
    ledger.close()
    path = ledger_folder(place) / "ledger.sqlite"
    with path.open("r+b") as file:
        for at in range(8192, path.stat().st_size, 8192):
            file.seek(at + 8)
            file.write(b"torn" * 64)
    with sqlite3.connect(path) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.DatabaseError:
            found = None
    connection.close()
    assert found != ("ok",)


def power_cut(place, folder, chance, phase):
    shutil.copytree(place.url, folder, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
    log = folder / "ledger.sqlite-wal"
    # What was made durable before a part is written survives: the cut is behind it.
    if log.exists() and phase == "committed":
        size = log.stat().st_size
        os.truncate(log, max(0, size - chance.randint(0, 3 * 8192)))
        with log.open("r+b") as file:
            file.seek(max(0, log.stat().st_size - 100))
            file.write(chance.randbytes(100))
    return FolderPlace(folder)


@pytest.mark.parametrize("fault", ["twice", "lost"])
def test_the_judge_sees_a_row_that_is_there_twice_and_one_that_is_lost(place, opened, made, fault):
    ledger = opened()
    ledger.add_ids("homes", made.found(COUNT))
    made.crawl(ledger, place)
    whole(place, made)
    if fault == "twice":
        place.write("parts/other.json", place.read("parts/R-000001.json"))
    else:
        place.delete("parts/R-000001.json")
    with pytest.raises(AssertionError):
        whole(place, made)
