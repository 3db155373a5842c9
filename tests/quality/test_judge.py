"""The gate before publishing: new rows against what was published."""

import random
from collections.abc import Iterable

import pytest

from scraper.errors import PlaceError
from scraper.place.open import open_place
from scraper.quality.judge import judge, stray_suspects
from scraper.quality.past import name_of, read_past, write_past
from scraper.quality.profile import Profile

SQFT_PER_M2 = 10.7639


def rows(count: int, start: int = 0, **more: object) -> list[dict[str, object]]:
    """Houses in five towns of 120 to 280 dollars a square foot."""
    dice = random.Random(start)
    found = []
    for n in range(start, start + count):
        area = dice.uniform(700, 3500)
        price = area * (120 + 40 * (n % 5)) * dice.lognormvariate(0, 0.3)
        found.append({
            "house_id": str(n), "url": f"https://homes.example/h/{n}", "status": "sold",
            "address": f"{n} Oak St", "city": f"Town {n % 5}", "state": "OH", "currency": "USD",
            "home_type": "SingleFamily", "sold_price": price, "living_area_sqft": area,
            "lot_size_sqft": area * 4, "year_built": 1990, **more,
        })  # fmt: skip
    return found


def checks(new: Iterable[dict[str, object]], past: Profile | None) -> set[tuple[str, str]]:
    return {(one.check, one.column) for one in judge(Profile.of(new, past), past)}


@pytest.fixture
def past() -> Profile:
    return Profile.of(rows(300))


@pytest.mark.parametrize("count", [1, 5, 40, 500])
def test_more_of_the_same_may_be_published(past: Profile, count: int) -> None:
    assert not checks(rows(count, start=1000), past)
    assert not checks(rows(count, start=1000), None)


def scaled(column: str, by: float, every: int = 1) -> list[dict[str, object]]:
    found = rows(60, start=1000)
    for one in found[::every]:
        one[column] = float(one[column]) * by  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("by", [100.0, 0.01, 83.0])
def test_prices_times_something(past: Profile, by: float) -> None:
    assert ("median", "price_per_sqft") in checks(scaled("sold_price", by), past)


@pytest.mark.parametrize("by", [1.5, 0.7])
def test_a_market_that_moves_is_no_fault(past: Profile, by: float) -> None:
    assert not checks(scaled("sold_price", by), past)


def test_square_metres_for_square_feet(past: Profile) -> None:
    found = checks(scaled("living_area_sqft", 1 / SQFT_PER_M2), past)
    assert ("median", "living_area_sqft") in found
    assert ("median", "price_per_sqft") in found


def test_a_quarter_of_the_prices_times_hundred(past: Profile) -> None:
    assert checks(scaled("sold_price", 100.0, every=4), past) == {("outliers", "price_per_sqft")}


def test_other_towns_may_be_dearer(past: Profile) -> None:
    found = scaled("sold_price", 3.5)
    for one in found:
        one["city"] = f"Bay {one['city']}"
    assert not checks(found, past)


def test_another_currency(past: Profile) -> None:
    assert checks(rows(60, start=1000, currency="GBP"), past) == {("currency", "currency")}


def test_a_column_that_fell(past: Profile) -> None:
    assert checks(rows(60, start=1000, year_built=None), past) == {("fill", "year_built")}
    assert not checks(rows(3, start=1000, year_built=None), past)


@pytest.mark.parametrize(
    ("column", "by", "found"),
    [("sold_price", 100.0, "price_per_sqft"), ("living_area_sqft", 0.0929, "living_area_sqft")],
)
def test_a_first_version_has_bounds(column: str, by: float, found: str) -> None:
    assert ("range", found) in checks(scaled(column, by), None)


def test_a_first_version_in_a_small_currency() -> None:
    yen = scaled("sold_price", 110.0)
    for one in yen:
        one["currency"] = "JPY"
    assert not checks(yen, None)


def test_suspicions_name_their_rows(past: Profile) -> None:
    new = scaled("sold_price", 100.0, every=4)
    [suspicion] = judge(Profile.of(new, past), past)
    assert [suspicion.speaks(one) for one in new] == [n % 4 == 0 for n in range(60)]


def test_the_past_comes_back_as_it_was(past: Profile, tmp_path) -> None:
    place = open_place(str(tmp_path / "d"))
    assert read_past(place, "demo") is None
    write_past(place, "demo", past, 1)
    again = read_past(place, "demo")
    assert again is not None
    assert again.as_json() == past.as_json()
    place.write(name_of("demo"), b"{}")
    with pytest.raises(PlaceError, match="remove it"):
        read_past(place, "demo")


@pytest.mark.parametrize(("town", "told"), [
    ("Town 0", "in Town 0, OH"),
    ("Elsewhere", "in all towns, Elsewhere, OH having fewer than 5 prices"),
])  # fmt: skip
def test_a_suspect_says_which_places_it_was_compared_with(
    past: Profile, town: str, told: str
) -> None:
    cheap = rows(1, start=1000)[0] | {"city": town, "sold_price": 1000.0}
    (suspect,) = stray_suspects([cheap], past)
    assert suspect.expected.endswith(told)
