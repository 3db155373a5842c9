"""What a refresh visits, in which order, and what a kill leaves of it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.cli.main import main
from scraper.errors import AlarmError, ExitCode, LedgerInUseError
from scraper.house import FoundId, Lease
from scraper.ledger.due import Rules, close_plan, lease_due, plan
from scraper.ledger.known import Seen, look_up
from scraper.ledger.location import REFRESH_LOCK
from scraper.ledger.lock import Lock
from scraper.ledger.parts import open_part, read_manifests, seal
from scraper.ledger.store import Ledger
from scraper.ledger.takeback import take_back
from scraper.place.folder import FolderPlace
from scraper.place.open import open_place

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = Rules(7, 90, 0)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(folder: Path, clock: Clock, run: str = "run-1") -> Ledger:
    return Ledger.open(FolderPlace(folder), run_id=run, clock=clock)


def found(*names: str) -> list[FoundId]:
    return [FoundId(one, f"https://s.example/{one}", "", 0) for one in names]


def key(lease: Lease, clock: Clock, run: str) -> dict[str, object]:
    return {
        "site": "s", "house_id": lease.house_id, "run_id": run, "fetched_at": clock(),
    }  # fmt: skip


def visit(
    ledger: Ledger, clock: Clock, statuses: dict[str, str], leases: list[Lease] | None = None
) -> None:
    """Store a row of each house, with the status and price that are named: `sold 5`."""
    for lease in leases or ledger.lease("s", 99):
        status, _, price = statuses[lease.house_id].partition(" ")
        one = key(lease, clock, ledger.run_id)
        row = {**one, "status": status, "listed_price": float(price or 1)}
        seen = Seen("http", "b" + price, "r", '"e"')
        assert ledger.commit_house(lease, row, [], {**one, "outcome": "ok"}, seen)


def names(ledger: Ledger, limit: int = 99) -> list[str]:
    return [lease.house_id for lease in lease_due(ledger, "s", limit, 3)]


def test_the_order_is_new_vanished_open_active_rest(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found(*"abcdefgh"))
        ids = "abcdefgh"
        visit(ledger, clock, dict.fromkeys(ids, "for_sale") | {"b": "sold", "g": "sold"})
        clock.now += 100 * DAY
        listed = clock.now
        clock.now += DAY
        ledger.add_ids("s", found(*"abcdefg", "n"))
        planned = plan(ledger, "s", RULES, listed)
        assert dict(planned.due) == {"new": 1, "vanished": 1, "active": 5, "rest": 2}
        assert names(ledger) == ["n", "h", "a", "c", "d", "e", "f", "b", "g"]


def test_pages_limit_it_and_the_most_overdue_come_first(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found("calm", "wild", "sold"))
        for price in range(5):
            leases = None if not price else lease_due(ledger, "s", 99, 3)
            visit(
                ledger, clock,
                {"calm": "for_sale", "wild": f"for_sale {price + 1}", "sold": "sold"}, leases,
            )  # fmt: skip
            close_plan(ledger, "s")
            clock.now += 400 * DAY
            plan(ledger, "s", Rules(7, 90, 2 if price == 4 else 0), None)
        assert names(ledger) == ["wild", "calm"]


def test_nothing_is_due_right_after(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found("a", "b"))
        visit(ledger, clock, {"a": "for_sale", "b": "sold"})
        clock.now += DAY
        assert plan(ledger, "s", RULES, None).houses == 0
        assert close_plan(ledger, "s") == 0


def shown(**digests: int | None) -> list[FoundId]:
    return [FoundId(one, f"https://s.example/{one}", "", 0, n) for one, n in digests.items()]


def test_another_price_in_a_list_makes_a_house_due(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", shown(a=1, b=2, c=None, d=4, e=5))
        visit(ledger, clock, dict.fromkeys("abcde", "sold"))
        clock.now += DAY
        ledger.add_ids("s", shown(a=1, b=9, c=3, d=None, e=5))
        planned = plan(ledger, "s", RULES, None)
        assert dict(planned.due) == {"changed": 1}
        leases = lease_due(ledger, "s", 9, 3)
        assert [one.house_id for one in leases] == ["b"]
        visit(ledger, clock, {"b": "sold"}, leases)
        assert close_plan(ledger, "s") == 0
        assert plan(ledger, "s", RULES, None).houses == 0, "it was seen as it is now"
        close_plan(ledger, "s")
        ledger.add_ids("s", shown(c=8))
        assert dict(plan(ledger, "s", RULES, None).due) == {"changed": 1}


@pytest.mark.parametrize("rules", [RULES, Rules(7, 90, 0, listed=False)])
def test_lists_that_all_look_different_say_nothing_of_the_houses(
    tmp_path: Path, clock: Clock, rules: Rules
) -> None:
    with opened(tmp_path, clock) as ledger:
        ids, few = "abcdefghijklmnop", 1 if not rules.listed else 5
        ledger.add_ids("s", shown(**dict.fromkeys(ids, 1)))
        visit(ledger, clock, dict.fromkeys(ids, "sold"))
        clock.now += DAY
        ledger.add_ids("s", shown(**dict.fromkeys(ids[:few], 2)))
        assert plan(ledger, "s", rules, None).houses == 0
        close_plan(ledger, "s")
        ledger.add_ids("s", shown(a=3))
        assert plan(ledger, "s", RULES, None).houses == 1


def test_vanished_twice_is_gone_without_a_request(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found(*"abcdefgh"))
        visit(ledger, clock, dict.fromkeys("abcdefgh", "for_sale"))
        for week in range(2):
            clock.now += DAY
            listed = clock.now
            ledger.add_ids("s", found(*"abcdefg"))
            planned = plan(ledger, "s", RULES, listed)
            assert plan(ledger, "s", RULES, listed) == planned
            assert planned.gone == week
            leases = lease_due(ledger, "s", 9, 3)
            assert [one.house_id for one in leases] == ([] if week else ["h"])
            if leases:
                visit(ledger, clock, {"h": "for_sale"}, leases)
            assert close_plan(ledger, "s") == 0
        assert ledger.counts("s").gone == 1
        clock.now += DAY
        listed = clock.now
        ledger.add_ids("s", found(*"abcdefgh"))
        assert dict(plan(ledger, "s", RULES, listed).due) == {"new": 1}
        assert names(ledger) == ["h"]


def test_an_exodus_is_an_alarm_and_marks_nothing(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found(*"abcdefgh"))
        visit(ledger, clock, dict.fromkeys("abcdefgh", "for_sale"))
        clock.now += DAY
        listed = clock.now
        ledger.add_ids("s", found("a", "b"))
        with pytest.raises(AlarmError, match="6 of 8 houses are in no list"):
            plan(ledger, "s", RULES, listed)
        assert names(ledger) == []


def test_a_killed_refresh_goes_on_as_it_was_planned(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found(*"abcd"))
        visit(ledger, clock, dict.fromkeys("abcd", "for_sale"))
    code = """
import os, sys
from pathlib import Path
from scraper.ledger.due import Rules, lease_due, plan
from scraper.ledger.store import Ledger
from scraper.place.folder import FolderPlace
ledger = Ledger.open(FolderPlace(Path(sys.argv[1])), run_id="run-2")
plan(ledger, "s", Rules(0, 0, 0), None)
lease_due(ledger, "s", 2, 3)
os._exit(9)
"""
    died = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert died.returncode == 9
    with opened(tmp_path, clock, "run-3") as ledger:
        planned = plan(ledger, "s", Rules(0, 0, 1), None)
        assert (planned.run_id, planned.houses) == ("run-2", 4)
        assert sorted(names(ledger)) == ["a", "b", "c", "d"]


def test_a_failure_is_tried_last_and_then_again_by_the_next(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found("a", "b"))
        visit(ledger, clock, dict.fromkeys("ab", "for_sale"))
        clock.now += 400 * DAY
        plan(ledger, "s", RULES, None)
        (lease,) = lease_due(ledger, "s", 1, 2)
        one = {**key(lease, clock, "run-1"), "outcome": "failed", "reason": "no answer"}
        assert ledger.commit_visit(lease, one, final=False)
        first, second = lease_due(ledger, "s", 9, 2)
        assert (first.house_id, second.house_id) == ("b", "a")
        assert ledger.commit_visit(second, {**one, "attempts": 3}, final=False)
        visit(ledger, clock, {"b": "for_sale"}, [first])
        assert close_plan(ledger, "s") == 0
        assert dict(plan(ledger, "s", RULES, None).due) == {"open": 1}


def test_a_row_that_was_taken_back_is_never_unchanged(tmp_path: Path, clock: Clock) -> None:
    place = FolderPlace(tmp_path)
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found("a"))
        (lease,) = ledger.lease("s", 1)
        visit(ledger, clock, {"a": "for_sale"}, [lease])
        seal(ledger, place, force=True)
        with ledger.database.transaction() as connection:
            assert look_up(connection, lease) is not None
        assert take_back(ledger, [("s", "a", "run-1")], "doubted") == 1
        with ledger.database.transaction() as connection:
            assert look_up(connection, lease) is None
        assert dict(plan(ledger, "s", RULES, None).due) == {"open": 1}


def test_an_unchanged_visit_brings_no_row(tmp_path: Path, clock: Clock) -> None:
    place = FolderPlace(tmp_path)
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found("a"))
        visit(ledger, clock, {"a": "for_sale"})
        seal(ledger, place, force=True)
    clock.now += 9 * DAY
    with opened(tmp_path, clock, "run-2") as ledger:
        plan(ledger, "s", RULES, None)
        (lease,) = lease_due(ledger, "s", 1, 3)
        same = {**key(lease, clock, "run-2"), "outcome": "ok", "reason": "unchanged"}
        with pytest.raises(ValueError, match="none of a visit"):
            ledger.commit_visit(lease, {**same, "reason": "ok"}, final=True)
        assert ledger.commit_visit(lease, same, final=True)
        assert ledger.counts("s").ok == 1
        seal(ledger, place, force=True)
    parts = [m for m in read_manifests(place) if "houses" in m.tables]
    assert [len(b) for m in parts for b in open_part(place, m, "houses")] == [1]
    # Its row is still known to be in the part that holds it.
    place.delete(parts[0].name)
    with opened(tmp_path, clock, "run-3") as ledger:
        assert "1 houses of lost parts are visited again" in ledger.faults
        with ledger.database.transaction() as connection:
            assert look_up(connection, lease) is None


def test_a_second_refresh_of_the_same_place_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "s.toml"
    site.write_text(
        'name = "s"\n[search]\nurls = ["http://127.0.0.1:9/list"]\nid = "/h/([0-9]+)"\n'
        '[house]\nurl = "http://127.0.0.1:9/h/{id}"\n'
    )
    place = open_place(str(tmp_path / "data"))
    path = tmp_path / "data" / REFRESH_LOCK
    lock = Lock.take(path, place=place.url, run_id="run-1", now=START)
    try:
        with pytest.raises(LedgerInUseError):
            Lock.take(path, place=place.url, run_id="run-2", now=START)
        code = main(["refresh", "--site", str(site), "--dataset", str(tmp_path / "data")])
        assert code == ExitCode.INCOMPLETE
        assert "is in use by process" in capsys.readouterr().err
    finally:
        lock.release()


def test_what_an_alarm_took_back_is_in_the_plan_that_goes_on(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as ledger:
        ledger.add_ids("s", found("a", "b", "c", "d"))
        assert plan(ledger, "s", RULES, None).houses == 4
        taken, raising, unreadable = lease_due(ledger, "s", 3, 3)
        visit(ledger, clock, {"a": "for_sale"}, [taken])
        for lease, reason in ((raising, "not to be trusted: price"), (unreadable, "no house")):
            told = {**key(lease, clock, "run-1"), "outcome": "unread", "reason": reason}
            assert ledger.commit_visit(lease, told, final=True)
        assert take_back(ledger, [("s", "a", "run-1")], "not to be trusted: price") == 1
    with opened(tmp_path, clock, "run-2") as ledger:
        assert plan(ledger, "s", RULES, None).houses == 4
        # The control: a page that gave no house was visited, and is due again when it is due.
        assert names(ledger) == ["d", "a", "b"]
