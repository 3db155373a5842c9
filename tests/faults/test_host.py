"""A machine that runs out of something: disk, inodes, files, time. Work stops, none is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.soak import PlainSite, plain_site
from scraper.dataset import read
from scraper.errors import StorageError
from scraper.house import FoundId
from scraper.ledger.store import Ledger
from scraper.place.folder import FolderPlace
from scraper.place.open import open_place

FULL = os.environ.get("FAULTS") == "full"
HOUSES = 60
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def site() -> Iterator[PlainSite]:
    """Plain house pages."""
    with plain_site() as running:
        yield running


class Disk:
    """A disk of its own, in memory, that is small."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "lost+found" / "filler"

    def mount(self, options: str) -> None:
        self._call("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder))

    def remount(self, options: str) -> None:
        self._call("mount", "-o", f"remount,{options}", str(self.folder))

    def _call(self, *command: str) -> None:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        if said.returncode:
            pytest.skip(f"no disk can be mounted here: {said.stderr.strip()}")

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A folder on which a test mounts a disk; skipped where nobody may."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root of a Linux machine may mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = Disk(folder)
    yield made
    made.unmount()


@pytest.fixture
def crawl(site: PlainSite, tmp_path: Path) -> Run:
    """Stage 2 into a folder; `before`: the start of the command, as `prlimit` takes it."""
    file = site.site_file(tmp_path)

    def run(
        place: Path, *settings: str, before: tuple[str, ...] = (), **env: str
    ) -> subprocess.CompletedProcess[str]:
        command = [*before, sys.executable, "-m", "scraper.cli.scrapy", "crawl", "houses"]
        command += ["-a", f"site={file}", "-s", f"DATASET={place}"]
        command += ["-s", "LOG_LEVEL=ERROR"]
        command += [part for setting in settings for part in ("-s", setting)]
        return subprocess.run(
            command,
            env={**os.environ, **env},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )

    return run


def list_houses(site: PlainSite, place: Path, houses: int = HOUSES) -> Path:
    site.list_into(str(place), houses)
    return place


def assert_stopped_well(said: subprocess.CompletedProcess[str], place: Path) -> None:
    """Exit 3, one clear line at the end, and nothing half to be seen."""
    assert said.returncode == 3, said.stderr
    assert "Traceback" not in said.stderr, said.stderr
    last = said.stderr.strip().splitlines()[-1]
    assert last.startswith("housecrawl"), said.stderr
    assert "run" in last, last
    assert len(said.stderr.splitlines()) < 6, said.stderr
    objects = [name for name in FolderPlace(place).names() if not name.startswith("ledger")]
    assert [name for name in objects if not (place / name).stat().st_size] == []
    # Elsewhere: to look at it where it is takes room, too.
    with tempfile.TemporaryDirectory() as elsewhere:
        for name in ("ledger.sqlite", "ledger.sqlite-wal"):
            if (place / name).exists():
                shutil.copy(place / name, elsewhere)
        with closing(sqlite3.connect(Path(elsewhere) / "ledger.sqlite")) as ledger:
            assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def assert_done(said: subprocess.CompletedProcess[str], place: Path, houses: int = HOUSES) -> None:
    assert said.returncode == 0, said.stderr
    found = read(str(place))
    assert len(found) == found["house_id"].nunique() == houses
    assert not list(place.rglob(".part-*"))


@pytest.mark.parametrize(
    ("small", "large"),
    [
        pytest.param("size=350k,nr_inodes=1000", "size=60m,nr_inodes=1000", marks=pytest.mark.full),
        ("size=60m,nr_inodes=13", "size=60m,nr_inodes=1000"),
    ],
    ids=["full", "no inodes"],
)
def test_a_full_disk(site, crawl: Run, disk: Disk, small: str, large: str) -> None:
    disk.mount(small)
    place = list_houses(site, disk.folder)
    asked = site.asked.value
    assert_stopped_well(crawl(place), place)
    kept = _finished(place)
    disk.remount(large)
    assert_done(crawl(place), place)
    assert site.asked.value - asked <= 2 * HOUSES - kept + 32


def _finished(place: Path) -> int:
    with Ledger.open(open_place(str(place), create=False), run_id="look") as ledger:
        return ledger.counts("soak").states.get("ok", 0)


def test_a_disk_that_may_not_be_written(site, crawl: Run, disk: Disk) -> None:
    disk.mount("size=60m")
    place = list_houses(site, disk.folder, 20)
    disk.remount("ro")
    asked = site.asked.value
    said = crawl(place)
    assert said.returncode in {2, 3}, said.stderr
    assert len(said.stderr.splitlines()) == 1, said.stderr
    assert site.asked.value == asked
    if FULL:
        disk.remount("rw")
        assert_done(crawl(place), place, 20)


def test_files_that_may_not_grow(site, crawl: Run, tmp_path: Path) -> None:
    """A limit that is met in the middle of the work, wherever this runs."""
    place = list_houses(site, tmp_path / "data")
    said = crawl(place, before=("prlimit", "--fsize=120000"))
    assert_stopped_well(said, place)
    assert_done(crawl(place), place)


def test_a_naive_writer_leaves_a_half(disk: Disk) -> None:
    """The control: what is written under its own name is half there when the disk is full."""
    disk.mount("size=64k")
    with pytest.raises(OSError, match="No space"):
        (disk.folder / "part.parquet").write_bytes(b"x" * 100_000)
    assert 0 < (disk.folder / "part.parquet").stat().st_size < 100_000
    (disk.folder / "part.parquet").unlink()
    with pytest.raises(StorageError, match="No space"):
        FolderPlace(disk.folder).write("part.parquet", b"x" * 100_000)
    assert not list(disk.folder.iterdir())


@pytest.mark.parametrize(
    "fault", ["PRAGMA query_only = ON", "PRAGMA max_page_count = 1"], ids=["read-only", "full"]
)
def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path, fault: str) -> None:
    place = open_place(str(tmp_path))
    ids = [FoundId(str(n), f"http://127.0.0.1/house/{n}", "", n) for n in range(5000)]
    with Ledger.open(place, run_id="r") as ledger:
        ledger.add_ids("soak", ids[:10])
        with ledger.database.transaction() as connection:
            pass
        connection.execute(fault)
        with pytest.raises(StorageError, match="cannot be used just now"):
            ledger.add_ids("soak", ids)
        connection.execute("PRAGMA query_only = OFF")
        connection.execute("PRAGMA max_page_count = 1000000")
        assert ledger.counts("soak").states["new"] == 10
        assert ledger.add_ids("soak", ids).new == 4990


_WRITER = """
import sys, time
from pathlib import Path
from scraper.place.folder import written_whole
with written_whole(Path(sys.argv[1])) as temporary:
    temporary.write_bytes(b"half")
    print("half", flush=True)
    time.sleep(600)
"""


def test_what_a_killed_process_was_writing_is_swept(tmp_path: Path) -> None:
    open_place(str(tmp_path))
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "parts" / "x.parquet")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        place = open_place(str(tmp_path))
        assert len(list(tmp_path.rglob(".part-*"))) == 1, "a living process keeps its file"
        writer.kill()
    assert len(list(tmp_path.rglob(".part-*"))) == 1
    assert [*place.names()] == ["housecrawl.json"]
    open_place(str(tmp_path))
    assert list(tmp_path.rglob(".part-*")) == []


def test_too_few_files(site, crawl: Run, tmp_path: Path) -> None:
    place = list_houses(site, tmp_path / "data", 20)
    asked = site.asked.value
    said = crawl(place, before=("prlimit", "--nofile=64:64"))
    assert said.returncode == 2, said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert "64 files" in said.stderr
    assert site.asked.value == asked
    # A limit of the shell that may be raised is raised, without a word.
    assert_done(crawl(place, before=("prlimit", "--nofile=64:4096")), place, 20)


def _faketime() -> str:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed: apt-get install faketime")
    return str(found[0])


def _fake(folder: Path, **more: str) -> dict[str, str]:
    """An environment in which a clock goes by a file, the steady one apart."""
    (folder / "clock").write_text("+0d")
    return {
        "LD_PRELOAD": _faketime(),
        "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        **more,
    }


@pytest.mark.parametrize("jump", ["-1d", pytest.param("+1d", marks=pytest.mark.full)])
def test_a_clock_that_jumps(site, crawl: Run, tmp_path: Path, jump: str) -> None:
    fake = _fake(tmp_path, TZ="Europe/Berlin")
    place = list_houses(site, tmp_path / "data")
    asked = site.asked.value
    ended = threading.Event()

    def jump_in_the_middle() -> None:
        while site.asked.value < asked + HOUSES // 2 and not ended.wait(0.01):
            pass
        (tmp_path / "clock").write_text(jump)

    jumper = threading.Thread(target=jump_in_the_middle)
    jumper.start()
    began = datetime.now(UTC)
    said = crawl(place, **fake)
    ended.set()
    jumper.join()
    assert_done(said, place)
    assert site.asked.value - asked == HOUSES, "no house is asked for twice"
    found = read(str(place))
    assert str(found["fetched_at"].dt.tz) == "UTC"
    assert (found["fetched_at"] >= began - timedelta(seconds=5)).all()
    assert (found["fetched_at"] <= datetime.now(UTC) + timedelta(seconds=5)).all()
    assert (read(str(place), table="visits")["attempts"] == 1).all()


_CLOCKS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from scraper.ledger.moments import utc_now
before, ours = datetime.now(UTC), utc_now()
Path(sys.argv[1]).write_text("-1d")
print((datetime.now(UTC) - before).days, (utc_now() - ours).days)
"""


def test_the_naive_clock_jumps(tmp_path: Path) -> None:
    """The control of the test above: the system's clock goes back a day, ours does not."""
    command = [sys.executable, "-c", _CLOCKS, str(tmp_path / "clock")]
    environment = {**os.environ, **_fake(tmp_path)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["-1", "0"]


@pytest.mark.parametrize("days", [-1, 1])
def test_no_lease_ends_by_the_clock(tmp_path: Path, days: int) -> None:
    moment = [datetime(2026, 3, 29, 0, 59, tzinfo=UTC)]
    place = open_place(str(tmp_path))
    with Ledger.open(place, run_id="r", clock=lambda: moment[0]) as ledger:
        ledger.add_ids("soak", [FoundId("1", "http://127.0.0.1/house/1", "", 0)])
        assert len(ledger.lease("soak", 9)) == 1
        moment[0] += timedelta(days=days)
        assert ledger.lease("soak", 9) == []
    # The control: a lease ends with its holder.
    with Ledger.open(place, run_id="s", clock=lambda: moment[0]) as ledger:
        assert len(ledger.lease("soak", 9)) == 1
