"""The watch: what stops a crawl, and what must not."""

import random
from collections.abc import Iterator

import pytest

from scraper.quality.fill import Fill
from scraper.quality.seen import see
from scraper.quality.watch import NEVER_READ, REFUSALS, Watch

STATES = ("OH", "CA", "NY", "FL")


def row(n: int, **more: object) -> dict[str, object]:
    """A house that is sold, the n-th of a list that goes state by state."""
    dice = random.Random(n)
    return {
        "house_id": str(n), "url": f"https://homes.example/h/{n}", "status": "sold",
        "address": f"{n} Oak St", "city": f"Town {n // 10}", "state": STATES[n // 50 % 4],
        "home_type": "SingleFamily", "sold_price": 200_000.0 + n, "currency": "USD",
        "living_area_sqft": 1500.0 + n, "bedrooms": float(dice.randint(1, 5)), "year_built": 1990,
        "heating": "Gas" if dice.random() < 0.9 else None, "body_sha256": f"{n:064x}",
        "sources": {"sold_price": "label:Sold for"}, **more,
    }  # fmt: skip


def pages_until_alarm(watch: Watch, rows: Iterator[dict[str, object]]) -> int | None:
    for n, one in enumerate(rows, 1):
        watch.read(see(one))
        if watch.findings:
            return n
    return None


def good(count: int, watch: Watch | None = None) -> Watch:
    watch = watch or Watch()
    assert pages_until_alarm(watch, (row(n) for n in range(count))) is None
    return watch


def test_a_long_good_crawl_raises_no_alarm() -> None:
    good(3000)


@pytest.mark.parametrize("column", ["sold_price", "living_area_sqft", "address", "year_built"])
def test_a_column_that_stops_is_known_in_ten_pages(column: str) -> None:
    watch = good(30)
    at = pages_until_alarm(watch, (row(n, **{column: None}) for n in range(30, 80)))
    assert at is not None
    assert at <= 10
    finding = watch.findings[0]
    assert column in finding.column or finding.column == "price"
    assert len(finding.examples) == 3
    assert watch.doubted == {str(n) for n in range(30, 30 + at)}


def test_every_second_house_without_a_value_is_no_alarm() -> None:
    rows = (row(n, year_built=None if n % 2 else 1990) for n in range(1000))
    assert pages_until_alarm(Watch(), rows) is None


def test_six_houses_are_too_few_to_be_sure() -> None:
    watch = good(6)
    assert pages_until_alarm(watch, (row(n, year_built=None) for n in range(6, 46))) is None


def test_what_one_village_does_not_tell_is_no_alarm() -> None:
    """A column that is not asked for first may be missing for a while."""
    watch = good(40)
    assert pages_until_alarm(watch, (row(n, heating=None) for n in range(40, 60))) is None


def test_states_that_keep_prices_secret_are_no_alarm() -> None:
    watch = good(200)
    texas = (row(n, state=("TX", "UT")[n % 2], sold_price=None) for n in range(200, 300))
    assert pages_until_alarm(watch, texas) is None


def test_a_house_that_says_nothing_by_itself_is_doubted_with_those_after_it() -> None:
    """A state that keeps prices secret comes first in a week whose pages hide all prices."""
    watch = good(200)
    watch.read(see(row(200, state="TX", sold_price=None)))
    rest = (row(n, sold_price=None) for n in range(201, 260))
    assert pages_until_alarm(watch, rest) is not None
    assert "200" in watch.doubted


def test_new_states_without_prices_are_an_alarm_where_they_are_public() -> None:
    watch = good(200)
    west = (row(n, state=("WA", "OR")[n % 2], sold_price=None) for n in range(200, 300))
    assert pages_until_alarm(watch, west) is not None


def test_the_past_of_the_site_counts_from_the_first_page() -> None:
    past = Fill()
    for n in range(300):
        past.add(see(row(n)))
    known = Fill.from_json(past.as_json())
    rows = [row(n, sold_price=None) for n in range(NEVER_READ - 1)]
    assert pages_until_alarm(Watch(), iter(rows)) is None
    at = pages_until_alarm(Watch(known), iter(rows))
    assert at is not None
    assert at <= 10


def test_a_layer_that_falls_silent_is_told_though_the_column_is_there() -> None:
    watch = good(100)
    other = {"sold_price": "text:headline"}
    at = pages_until_alarm(watch, (row(n, state="OH", sources=other) for n in range(100, 200)))
    assert at is not None
    assert at <= 16
    assert watch.findings[0].check == "layer"
    assert "label" in watch.findings[0].column


def known(count: int = 300, **more: object) -> Fill:
    """What a site gave before."""
    past = Fill()
    for n in range(count):
        past.add(see(row(n, **more)))
    return past


@pytest.mark.parametrize("column", ["year_built", "living_area_sqft"])
def test_half_of_a_site_redesigned_is_known_within_its_first_pages(column: str) -> None:
    rows = [row(n, **({column: None} if n % 2 else {})) for n in range(200)]
    watch = Watch(known())
    at = pages_until_alarm(watch, iter(rows))
    assert at is not None
    assert at <= 32
    assert watch.findings[0].column == column
    assert "of the first" in watch.findings[0].found
    assert len(watch.findings[0].examples) == 3
    assert {int(one) % 2 for one in watch.doubted} == {1}
    # The controls: a site of which nothing is known, and one that was always so.
    assert pages_until_alarm(Watch(), iter(rows)) is None
    half = Fill()
    for one in rows:
        half.add(see(one))
    assert pages_until_alarm(Watch(half), iter(rows)) is None


def test_a_layer_that_gives_half_of_what_it_gave() -> None:
    other = {"sources": {"sold_price": "text:headline"}}
    rows = [row(n, **(other if n % 5 else {})) for n in range(300)]
    watch = Watch(known())
    at = pages_until_alarm(watch, iter(rows))
    assert at is not None
    assert at <= 96
    assert watch.findings[0].check == "layer"
    assert watch.findings[0].column == "sold_price from label"


def test_a_third_of_the_houses_without_a_value_is_no_alarm() -> None:
    rows = (row(n, year_built=None if n % 3 == 0 else 1990) for n in range(600))
    assert pages_until_alarm(Watch(known()), rows) is None


def test_a_first_crawl_without_any_price() -> None:
    rows = [row(n, sold_price=None, state="OH") for n in range(60)]
    watch = Watch()
    assert pages_until_alarm(watch, iter(rows)) == NEVER_READ
    assert watch.findings[0].column == "price"
    assert len(watch.doubted) == NEVER_READ
    # Where prices are secret, and where the site file requires something else, there is none.
    secret = (row(n, sold_price=None, state="TX") for n in range(60))
    assert pages_until_alarm(Watch(), secret) is None
    assert pages_until_alarm(Watch(priced=False), iter(rows)) is None


def test_the_same_page_for_different_houses() -> None:
    watch = good(5)
    at = pages_until_alarm(watch, (row(n, body_sha256="f" * 64) for n in range(5, 20)))
    assert at == 3
    assert watch.findings[0].check == "constant"
    assert watch.doubted == {"5", "6", "7"}


def test_the_same_house_under_other_bytes() -> None:
    watch = good(5)
    same = (row(3, house_id=str(n), body_sha256=f"{n:064x}") for n in range(50, 70))
    at = pages_until_alarm(watch, same)
    assert at is not None
    assert at <= 4
    assert watch.findings[0].column == "address, price"


def test_two_ids_on_one_page_are_a_redirect() -> None:
    watch = good(5)
    pair = (row(n, body_sha256="f" * 64) for n in (5, 6))
    assert pages_until_alarm(watch, pair) is None


def test_refusals_in_a_row() -> None:
    watch = good(10)
    for n in range(REFUSALS - 1):
        watch.refused(f"u{n}")
    watch.read(see(row(10)))
    for n in range(REFUSALS - 1):
        watch.refused(f"v{n}")
    assert not watch.findings
    watch.refused("last")
    assert watch.findings[0].check == "refusals"
    assert not watch.doubted


def test_pages_without_a_house() -> None:
    watch = good(30)
    for n in range(10):
        watch.unread(f"u{n}")
    assert watch.findings[0].check == "unread"
    never = Watch()
    for n in range(NEVER_READ):
        assert not never.findings
        never.unread(f"u{n}")
    assert never.findings


def test_what_comes_after_the_alarm_is_doubted_too() -> None:
    watch = good(30)
    pages_until_alarm(watch, (row(n, sold_price=None) for n in range(30, 80)))
    watch.read(see(row(400)))
    assert "400" in watch.doubted
