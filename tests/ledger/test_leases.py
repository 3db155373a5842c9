"""Who visits what: leases, tries, and what becomes of the leases of the dead."""

from __future__ import annotations

import pytest


@pytest.fixture
def ledger(opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(6))
    return ledger


def ids(leases):
    return [int(lease.house_id) for lease in leases]


def fail(ledger, made, lease, outcome="failed", final=False):
    return ledger.commit_visit(lease, made.visit_row(lease, outcome, "timeout"), final=final)


def test_houses_are_leased_once_and_in_the_order_of_the_list(ledger):
    assert ids(ledger.lease("homes", 4)) == [0, 1, 2, 3]
    assert ids(ledger.lease("homes", 4)) == [4, 5]
    assert ledger.lease("homes", 4) == []
    assert ledger.counts().leased == 6


def test_a_lease_says_what_the_visit_needs(ledger, made):
    lease = ledger.lease("homes", 1)[0]
    assert (lease.site, lease.url) == ("homes", "https://homes.example/h/000000000")
    assert (lease.attempts, lease.first_seen, lease.last_seen) == (1, made.NOW, made.NOW)


def test_a_house_given_back_counts_no_attempt(ledger):
    leases = ledger.lease("homes", 6)
    ledger.release(leases[2:4])
    again = ledger.lease("homes", 6)
    assert ids(again) == [2, 3]
    assert {lease.attempts for lease in again} == {1}
    assert ledger.counts().failed_open == 0


def test_a_lease_given_back_can_no_longer_be_committed(ledger, made):
    leases = ledger.lease("homes", 1)
    ledger.release(leases)
    assert not made.commit(ledger, leases[0])
    assert ledger.counts().ok == 0


def test_a_late_answer_to_an_earlier_lease_changes_nothing(ledger, made):
    [early] = ledger.lease("homes", 1)
    fail(ledger, made, early)
    late = ledger.lease("homes", 6)[-1]
    assert (late.house_id, late.attempts) == (early.house_id, 2)
    assert not made.commit(ledger, early)
    assert made.commit(ledger, late)


def test_a_failure_is_tried_again_after_the_new_ones_until_its_budget_ends(ledger, made):
    first = ledger.lease("homes", 1, max_attempts=3)[0]
    fail(ledger, made, first)
    assert ids(ledger.lease("homes", 9)) == [1, 2, 3, 4, 5, 0]
    for lease_attempts in (2, 3):
        [lease] = [first] if lease_attempts == 2 else ledger.lease("homes", 1)
        lease = type(first)(
            first.site, first.house_id, first.url, lease_attempts, first.first_seen, first.last_seen
        )
        assert fail(ledger, made, lease)
    assert ledger.lease("homes", 1) == []
    assert (ledger.counts().failed, ledger.counts().failed_open) == (1, 0)


def test_a_final_failure_is_left_to_a_later_run(ledger, opened, made):
    for lease in ledger.lease("homes", 6):
        fail(ledger, made, lease, final=True)
    assert ledger.lease("homes", 6) == []
    ledger.close()
    later = opened("later")
    assert ids(later.lease("homes", 6, max_attempts=2)) == [0, 1, 2, 3, 4, 5]


def test_a_failure_without_tries_left_is_tried_once_by_a_later_run(ledger, opened, made):
    fail(ledger, made, ledger.lease("homes", 1)[0], final=True)
    ledger.close()
    later = opened("later")
    [*others, last] = later.lease("homes", 6, max_attempts=1)
    assert (ids(others), ids([last])) == ([1, 2, 3, 4, 5], [0])
    fail(later, made, last)
    assert later.lease("homes", 6, max_attempts=1) == []


@pytest.mark.parametrize("outcome", ["refused", "unread", "denied"])
def test_houses_without_a_row_are_tried_by_every_later_run(ledger, opened, made, outcome):
    leases = ledger.lease("homes", 6, max_attempts=1)
    for lease in leases:
        fail(ledger, made, lease, outcome, final=True)
    assert ledger.counts().states[outcome] == 6
    assert ledger.lease("homes", 6, max_attempts=1) == []
    ledger.close()
    assert len(opened("later").lease("homes", 6, max_attempts=1)) == 6


def test_a_house_that_is_gone_stays_gone(ledger, opened, made):
    for lease in ledger.lease("homes", 6):
        fail(ledger, made, lease, "gone", final=True)
    ledger.close()
    later = opened("later")
    assert later.lease("homes", 6) == []
    assert later.counts().states["gone"] == 6


def test_reopened_houses_are_visited_again(ledger, made):
    for lease in ledger.lease("homes", 6):
        made.commit(ledger, lease)
    assert ledger.lease("homes", 9) == []
    assert ledger.reopen("homes", ["ok"]) == 6
    assert len(ledger.lease("homes", 9)) == 6


def test_leases_of_a_dead_process_are_open_again_and_counted(ledger, opened, made):
    ledger.lease("homes", 2)
    made.die(ledger)
    later = opened("later")
    assert (later.counts().failed_open, later.counts().leased) == (2, 0)
    leases = later.lease("homes", 6)
    assert ids(leases) == [2, 3, 4, 5, 0, 1]
    assert [lease.attempts for lease in leases] == [1, 1, 1, 1, 2, 2]


def test_many_deaths_use_up_no_tries(ledger, opened, made):
    for n in range(5):
        ledger.lease("homes", 6)
        made.die(ledger)
        ledger = opened(f"run {n}")
    leases = ledger.lease("homes", 6)
    assert {lease.attempts for lease in leases} == {6}
    fail(ledger, made, leases[0])
    assert ledger.counts().failed_open == 1


def test_an_exhausted_list_gives_again_what_comes_back(ledger, made):
    leases = ledger.lease("homes", 6)
    assert ledger.lease("homes", 1) == []
    fail(ledger, made, leases[4])
    assert ids(ledger.lease("homes", 1)) == [4]
    ledger.add_ids("homes", made.found(1, start=6))
    assert ids(ledger.lease("homes", 1)) == [6]


def test_counts_of_a_part_follow_every_move(ledger, opened, made):
    ledger.add_ids("homes", made.found(94, start=6))
    part = (1, 3)
    total = ledger.counts("homes", part).total
    leases = ledger.lease("homes", 20, part=part)
    made.commit(ledger, leases[0])
    fail(ledger, made, leases[1], "gone", final=True)
    fail(ledger, made, leases[2])
    ledger.release(leases[3:5])
    kept = ledger.counts("homes", part)
    assert (kept.ok, kept.gone, kept.failed_open, kept.leased) == (1, 1, 1, len(leases) - 5)
    assert kept.total == total
    made.die(ledger)
    ledger = opened("later")
    assert ledger.counts("homes", part).failed_open == len(leases) - 4
    whole = [ledger.counts(None, (i, 3)) for i in range(3)]
    assert sum(one.total for one in whole) == ledger.counts().total == 100


def test_reasons_are_ranked_with_an_example(ledger, made):
    leases = ledger.lease("homes", 6)
    for lease in leases[:3]:
        ledger.commit_visit(lease, made.visit_row(lease, "gone", "HTTP 404"), final=True)
    fail(ledger, made, leases[3])
    made.commit(ledger, leases[4])
    found = [(r.outcome, r.reason, r.n, r.example) for r in ledger.reasons("homes")]
    assert found == [
        ("gone", "HTTP 404", 3, leases[0].url),
        ("open", "timeout", 1, leases[3].url),
    ]
    assert ledger.reasons("nests") == []


def test_a_house_that_was_read_at_last_has_no_reason_any_more(ledger, made):
    fail(ledger, made, ledger.lease("homes", 1)[0])
    for lease in ledger.lease("homes", 6):
        made.commit(ledger, lease)
    assert ledger.reasons() == []
