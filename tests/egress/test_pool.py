"""The pool as arithmetic: each rule with the moment before it holds."""

from __future__ import annotations

import pytest

from scraper.egress.address import Address
from scraper.egress.health import SILENT_IN_A_ROW, STRIKES, Health
from scraper.egress.memory import as_told, healths, rotation_times
from scraper.egress.pool import JUDGING, Pool
from scraper.egress.rotations import Rotations

REST = 10.0


def pool(*names: str, rotations: int = 9, patience: float = 600.0) -> Pool:
    made = Pool(REST, patience, Rotations(rotations), lambda: 0.0)
    made.add([Health(Address(name)) for name in names])
    return made


def ask(one: Pool, now: float, key: str, *, refused: bool) -> bool:
    assert one.room(now)
    ticket = one.take(now)
    if refused:
        return one.refused(ticket, key, now)
    one.good(ticket)
    return False


def test_one_refusal_is_looked_at_and_two_are_a_ban() -> None:
    one = pool("a", "b")
    ask(one, 0, "p1", refused=True)
    assert one.current.address.name == "a"
    ask(one, 0, "p2", refused=True)
    assert one.current.address.name == "b"
    assert one.rotations.count == 1
    assert one.all[0].resting_until == REST


def test_a_refused_page_between_good_ones_is_left_at_that() -> None:
    one = pool("a", "b")
    said = []
    for now in range(8):
        said.append(ask(one, now, "always", refused=True))
        ask(one, now, f"good {now}", refused=False)
    assert said == [False, False, True, True, True, True, True, True]
    assert one.current.address.name == "a"
    assert one.all[0].strikes == 0


def test_in_doubt_one_page_alone_is_under_way() -> None:
    one = pool("a")
    in_flight = [one.take(0) for _ in range(4)]
    one.refused(in_flight[0], "p0", 0)
    probe = one.take(0)
    assert not one.room(0)
    one.good(probe)
    assert one.room(0)


def test_refusals_of_requests_that_left_before_are_the_same_ban() -> None:
    one = pool("a", "b", "c")
    in_flight = [one.take(0) for _ in range(8)]
    for n, ticket in enumerate(in_flight):
        one.refused(ticket, f"p{n}", 0)
    assert [h.strikes for h in one.all] == [1, 0, 0]
    assert one.rotations.count == 1


def test_an_answer_that_nobody_has_judged_holds_the_next_request() -> None:
    one = pool("a")
    ticket, _other = one.take(0), one.take(0)
    assert one.room(0)
    one.came(ticket, 1)
    assert not one.room(1)
    assert one.room(1 + JUDGING)
    one.good(ticket)
    assert one.room(1)


def test_a_rest_doubles_and_ends_with_one_page() -> None:
    one, now, rests = pool("a", patience=1e9), 0.0, []
    for n in range(STRIKES):
        ask(one, now, f"a{n}", refused=True)
        if n == 0:
            ask(one, now, "b", refused=True)
        rests.append(one.all[0].resting_until - now)
        assert not one.room(now)
        now = one.all[0].resting_until
    assert rests == [REST, 2 * REST, 4 * REST, 8 * REST]
    assert one.all[0].retired
    assert not one.room(1e9)
    assert one.is_spent(now)


def test_the_budget_of_rotations_holds_for_an_hour() -> None:
    one = pool("a", "b", "c", rotations=1, patience=60)
    for key in "12":
        ask(one, 0, key, refused=True)
    ask(one, 0, "3", refused=True)
    assert one.current.address.name == "b"
    assert not one.room(0)
    assert not one.is_spent(0)  # b itself comes back
    assert one.room(REST)
    assert one.current.address.name == "b"
    assert pool("a", "b", rotations=0).rotations.next(0) == float("inf")


def test_without_patience_the_first_ban_ends_it() -> None:
    one = pool("a", patience=REST - 1)
    for key in "12":
        ask(one, 0, key, refused=True)
    assert one.is_spent(0)
    assert one.try_again(0) == REST


def test_429_asks_for_one_page_at_a_time_and_only_then_for_another_address() -> None:
    one = pool("a", "b")
    in_flight = [one.take(0) for _ in range(3)]
    for ticket in in_flight:
        one.doubt(ticket)
    assert one.room(1)
    probe = one.take(1)
    assert not one.room(1)
    one.doubt(probe)
    one.refused(probe, "p", 1)
    assert one.current.address.name == "b"
    assert [h.strikes for h in one.all] == [1, 0]


def test_a_broken_proxy_costs_no_rotation() -> None:
    one = pool("a", "b", rotations=0)
    assert one.room(0)
    one.broke(one.all[0], 0)
    assert one.room(0)
    assert one.take(0).address.name == "b"
    assert one.rotations.count == 0


def test_an_address_that_was_exchanged_is_not_used_again() -> None:
    one = pool("a")
    for key in "12":
        ask(one, 0, key, refused=True)
    one.replace(one.all[0], Address("fresh"), 5)
    assert one.take(5).address.name == "fresh"
    assert not one.room(5)
    assert one.rotations.count == 1


def test_what_was_learned_comes_back_after_a_restart() -> None:
    before = pool("a", "b")
    for key in "12":
        ask(before, 100, key, refused=True)
    told = as_told(before, 100, wall=1_000_100)
    after = Pool(REST, 600, Rotations(1), lambda: 0.0)
    after.rotations.remember(rotation_times(told, 0, wall=1_000_105))
    after.add(healths(told, [Address("a"), Address("b"), Address("new")], 0, wall=1_000_105))
    assert [h.resting_until for h in after.all] == [pytest.approx(5), float("-inf"), float("-inf")]
    assert after.take(0).address.name == "b"
    assert after.rotations.next(0) == pytest.approx(3595)


@pytest.mark.parametrize("told", [{}, {"addresses": 7}, {"addresses": [1, {"address": "a"}]},
                                  {"addresses": [{"address": "a", "strikes": 2,
                                                  "resting_until": 1e300}]}])  # fmt: skip
def test_a_broken_file_does_no_harm(told) -> None:
    (found,) = healths(told, [Address("a")], 0, 1000)
    assert found.resting_until <= 25 * 3600
    assert rotation_times({"rotations": ["x", 1e300, -5]}, 0, 1e6) == []


def test_a_first_address_that_is_broken_leaves_the_others_without_a_rotation() -> None:
    one = pool("a", "b", rotations=0)
    one.broke(one.all[0], 0)
    assert not one.is_spent(0)


def show(one: Pool, now: float, key: str, *, nothing: bool) -> bool | None:
    """Whether a page of nothing is left at that; None for a page of a house."""
    assert one.room(now)
    ticket = one.take(now)
    if nothing:
        return one.silent(ticket, key, now)
    one.good(ticket)
    return None


def test_a_page_of_nothing_between_good_ones_is_asked_for_once_more() -> None:
    one = pool("a", "b")
    assert [show(one, 0, key, nothing=key == "x") for key in "12x34x5"][2::3] == [False, True]
    assert one.rotations.count == one.all[0].refusals == 0


def test_pages_of_nothing_in_a_row_are_a_refusal_without_a_word() -> None:
    one = pool("a", "b")
    said = [show(one, 0, key, nothing=True) for key in "1234"]
    assert said == [False] * SILENT_IN_A_ROW
    assert one.current.address.name == "b"
    show(one, 0, "1", nothing=False)
    assert one.all[0].resting_until == REST
    assert (one.all[0].refusals, one.all[1].refusals) == (1, 0)


def test_one_good_page_ends_a_row_of_nothing() -> None:
    one = pool("a", "b")
    for round_ in range(5):
        for n in range(SILENT_IN_A_ROW - 1):
            show(one, 0, f"{round_}.{n}", nothing=True)
        show(one, 0, "good", nothing=False)
    assert one.rotations.count == 0


def test_what_a_fresh_address_is_shown_too_is_the_site() -> None:
    one = pool("a", "b", "c")
    said = [show(one, 0, str(n), nothing=True) for n in range(11)]
    assert said == [False] * 4 + [False] * 3 + [True] * 4
    assert one.rotations.count == 1
    show(one, 0, "good", nothing=False)
    assert show(one, 0, "nothing again", nothing=True) is False


def test_with_one_address_there_is_nothing_to_compare_with() -> None:
    one = pool("a")
    assert all(show(one, 0, str(n), nothing=True) for n in range(9))
    one.exchanges = True
    assert not show(one, 0, "x", nothing=True)


def test_a_comparison_decides_at_once() -> None:
    one = pool("a", "b")
    assert not one.refused(one.take(0), "page 1 again", 0, sure=True)
    assert one.take(0).address.name == "b"


def test_patience_counts_from_the_last_page_on() -> None:
    one = pool("a", patience=2.5 * REST)
    for key in "12":
        ask(one, 0, key, refused=True)
    assert not one.is_spent(0)  # until REST
    ask(one, REST, "3", refused=True)
    assert one.is_spent(REST)  # until three times that: longer than it may be without a page
    other = pool("a", patience=2.5 * REST)
    for key in "12":
        ask(other, 0, key, refused=True)
    ask(other, REST, "3", refused=False)
    for key in "45":
        ask(other, REST, key, refused=True)
    assert not other.is_spent(REST)


def test_a_page_that_is_refused_at_the_end_of_a_list_is_not_waited_for() -> None:
    one = pool("a")
    ask(one, 0, "x", refused=True)
    ask(one, 0, "good", refused=False)
    assert [ask(one, 0, "x", refused=True) for _ in range(2)] == [False, True]
    assert one.all[0].strikes == 0
