"""What a row that is read again does to its house in the ledger."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.archive.options import Options
from scraper.cli.preflight import _reads_again
from scraper.errors import SettingError, UsageError
from scraper.house import FoundId
from scraper.ledger.again import keep_again, lease_again
from scraper.ledger.parts import open_part, read_manifests, seal
from scraper.ledger.store import Ledger
from scraper.ledger.takeback import take_back
from scraper.place.folder import FolderPlace

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def rows(house_id: str, run: str, outcome: str = "ok") -> tuple[dict, dict]:
    key = {"site": "s", "house_id": house_id, "run_id": run, "fetched_at": NOW}
    return {**key, "sold_price": 1.0}, {**key, "outcome": outcome}


def crawled(place: FolderPlace, run: str, outcome: str) -> None:
    """One house that ended so."""
    with Ledger.open(place, run_id=run) as ledger:
        ledger.add_ids("s", [FoundId("1", "https://s.example/1", "", 0)])
        (lease,) = ledger.lease("s", 1, max_attempts=1)
        row, visit = rows("1", run, outcome)
        if outcome == "ok":
            ledger.commit_house(lease, row, [], visit)
        else:
            ledger.commit_visit(lease, visit, final=True)
        seal(ledger, place, force=True)


def again(place: FolderPlace, page_run: str) -> dict[str, int]:
    with Ledger.open(place, run_id="run-9-archive") as ledger:
        lease = lease_again(ledger, "s", "1")
        if lease is not None:
            row, visit = rows("1", "run-9-archive")
            assert keep_again(ledger, lease, page_run, row, visit)
            seal(ledger, place, force=True)
        return {state: n for state, n in ledger.counts("s").states.items() if n}


def test_an_unread_house_whose_page_was_kept_is_read(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    crawled(place, "run-1", "unread")
    assert again(place, "run-1") == {"ok": 1}
    with Ledger.open(place, run_id="run-10") as ledger:
        assert ledger.lease("s", 9) == []


def test_a_house_that_failed_since_stays_open(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    crawled(place, "run-1", "failed")
    assert again(place, "run-0") == {"failed": 1}
    parts = [m for m in read_manifests(place) if "houses" in m.tables]
    assert [len(b) for m in parts for b in open_part(place, m, "houses")] == [1]


def test_a_gone_house_is_left_alone(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    crawled(place, "run-1", "gone")
    assert again(place, "run-1") == {"gone": 1}


def test_a_row_that_was_read_again_can_be_taken_back(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    crawled(place, "run-1", "ok")
    assert again(place, "run-1") == {"ok": 1}
    with Ledger.open(place, run_id="run-9-archive") as ledger:
        assert take_back(ledger, [("s", "1", "run-1")], "of another run") == 0
        assert take_back(ledger, [("s", "1", "run-9-archive")], "doubted") == 1
    assert again(place, "run-1") == {"ok": 1}


def test_what_cannot_be_is_refused() -> None:
    there, nowhere = Options("pages", 30), Options("", 30)
    assert _reads_again({"from": "archive"}, None, there)
    assert not _reads_again({}, None, there)
    with pytest.raises(SettingError, match="ARCHIVE is not set"):
        _reads_again({"from": "archive"}, None, nowhere)
    for wrong, part in (("disk", None), ("archive", (0, 2))):
        with pytest.raises(UsageError):
            _reads_again({"from": wrong}, part, there)
    for days in ("0", "x", "-1", "99999"):
        with pytest.raises(SettingError, match="ARCHIVE_DAYS"):
            Options.from_settings({"ARCHIVE_DAYS": days})
