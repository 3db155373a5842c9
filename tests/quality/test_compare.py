"""New rows against published ones: what is odd is found, what is usual is not."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import pytest

from scraper.errors import SettingError
from scraper.quality import compare as comparing
from scraper.quality.compare import compare
from scraper.quality.frame import frame_of
from scraper.quality.limits import Limits, parse_limits
from scraper.quality.options import Options
from scraper.schema import Row

Change = Callable[[Row], Row]
WITHOUT_MODEL = parse_limits({"model": 0})


def house(n: int, seed: int = 0) -> Row:
    """A house of one of five towns; the same number is the same house."""
    dice = random.Random(n)
    area = round(dice.uniform(700, 3500))
    price = area * (120 + 40 * (n % 5)) * random.Random(n + seed).uniform(0.9, 1.1)
    return {
        "site": "s", "house_id": str(n), "url": f"https://homes.example/h/{n}", "status": "sold",
        "address": f"{n} Oak St", "city": f"Town {n % 5}", "state": "OH", "country": "US",
        "zip": f"4400{n % 5}", "home_type": "SingleFamily", "currency": "USD", "sold_price": price,
        "living_area_sqft": float(area), "lot_size_sqft": area * dice.uniform(2, 8),
        "year_built": dice.randint(1900, 2020), "bedrooms": float(dice.randint(1, 6)),
        "bathrooms": dice.randint(2, 8) / 2, "latitude": 40 + n / 1000, "longitude": -80.0,
        "sold_on": date(2024, 1 + n % 12, 3),
    }  # fmt: skip


PUBLISHED = [house(n) for n in range(300)]
NEW = range(1000, 1060)
AGAIN = range(60)


def found(rows: list[Row], limits: Limits = WITHOUT_MODEL) -> set[tuple[str, str]]:
    suspicions = compare(frame_of(rows), frame_of(PUBLISHED), limits).suspicions
    return {(one.check, one.column) for one in suspicions}


def test_a_harmless_week_is_silent() -> None:
    week = [*(house(n) for n in NEW), *(house(n, seed=1) for n in AGAIN)]
    assert not found(week, Limits())
    assert not compare(frame_of(week), None, Limits()).suspicions


@pytest.mark.parametrize(
    ("houses", "change", "finding"),
    [
        (NEW, lambda row: {"year_built": 2024}, ("same", "year_built")),
        (NEW, lambda row: {"sold_price": 350_000.0}, ("same", "sold_price")),
        (NEW, lambda row: {"address": "1 Main St"}, ("same", "address")),
        (NEW, lambda row: {"bathrooms": row["bathrooms"] * 10}, ("drift", "bathrooms")),
        (NEW, lambda row: {"home_type": "Castle"}, ("schema", "home_type")),
        (NEW, lambda row: {"latitude": 123.0}, ("schema", "latitude")),
        (NEW, lambda row: {"currency": "$"}, ("schema", "currency")),
        (AGAIN, lambda row: {"sold_price": row["sold_price"] * 100}, ("jump", "sold_price")),
        (AGAIN, lambda row: {"currency": "EUR"}, ("currency", "currency")),
        (AGAIN, lambda row: {"zip": "99999"}, ("churn", "zip")),
        (AGAIN, lambda row: {"longitude": -79.9}, ("churn", "longitude")),
        (AGAIN, lambda row: {"lot_size_sqft": None}, ("lost", "lot_size_sqft")),
        (
            AGAIN,
            lambda row: {"sold_on": row["sold_on"].replace(year=2020)},
            ("stale", "sold_on, listed_on, last_sold_on"),
        ),
        (range(60), lambda row: {"house_id": f"x{row['house_id']}"}, ("duplicates", "house_id")),
    ],
)
def test_a_fault_is_found_and_three_houses_with_it_are_not(
    houses: range, change: Change, finding: tuple[str, str]
) -> None:
    whole = [row | change(row) for row in map(house, houses)]
    assert finding in found(whole)
    if finding[0] != "schema":
        few = [row | (change(row) if n < 2 else {}) for n, row in enumerate(map(house, houses))]
        assert finding not in found(few)


def test_prices_of_other_houses_are_seen_by_the_model_alone() -> None:
    week = [house(n) for n in range(1000, 1200)]
    prices = [row["sold_price"] for row in week]
    random.Random(1).shuffle(prices)
    shuffled = [row | {"sold_price": price} for row, price in zip(week, prices, strict=True)]
    assert not found(week, Limits())
    assert found(shuffled, Limits()) == {("model", "price")}
    assert not found(shuffled)


def test_without_scikit_learn_the_gate_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "is_installed", lambda: False)
    said = compare(frame_of([house(n) for n in NEW]), frame_of(PUBLISHED), Limits())
    assert "scikit-learn" in said.left_out[0]
    assert not said.suspicions


def test_a_single_odd_house_is_a_suspect() -> None:
    week = [house(n) for n in (*NEW, *AGAIN)]
    week[0] |= {"address": house(7)["address"], **{
        name: house(7)[name] for name in ("city", "zip", "living_area_sqft", "lot_size_sqft",
                                          "year_built", "bedrooms")}}  # fmt: skip
    week[-1] |= {"sold_price": float(str(week[-1]["sold_price"])) * 100}
    odd = compare(frame_of(week), frame_of(PUBLISHED), Limits()).suspects
    assert {(one.house_id, one.check) for one in odd} == {
        ("1000", "duplicates"), ("59", "jump"), ("59", "model"),
    }  # fmt: skip


def test_limits_are_settings() -> None:
    options = Options.from_settings({"QUALITY_LIMITS": '{"same": 0, "ks": 1}'})
    assert (options.limits.same, options.limits.ks) == (0, 1)
    assert ("same", "year_built") not in found(
        [row | {"year_built": 2024} for row in map(house, NEW)], options.limits
    )
    for wrong in ('{"medan": 3}', '{"ks": -1}', "[1]", "{"):
        with pytest.raises(SettingError, match="QUALITY_LIMITS"):
            Options.from_settings({"QUALITY_LIMITS": wrong})
