"""Sums of money as portals write them."""

from pathlib import Path

import pytest

from scraper.parse.money import parse_money

_NO_MONEY = (Path(__file__).parent / "corpus/no_money.txt").read_text("utf-8").splitlines()


def _float(text: str) -> float | None:
    return float(text) if text else None


def test_a_sum_is_read_as_it_is_written(case):
    money = parse_money(case["raw"], country=case["country"] or None)
    assert money is not None
    assert money.amount == _float(case["amount"])
    assert money.high == _float(case["high"])
    assert money.currency == (case["currency"] or None)
    assert (money.kind, money.period) == (case["kind"], case["period"])


test_a_sum_is_read_as_it_is_written.corpus = "money.tsv"


@pytest.mark.parametrize("raw", [*_NO_MONEY, "", None, True, float("nan"), float("inf"), [], -1])
def test_what_is_no_sum_is_none(raw):
    assert parse_money(raw) is None


def test_a_number_of_a_feed_takes_the_hint_before_the_country():
    money = parse_money(434.5, currency_hint="€", country="US")
    assert (money.amount, money.currency) == (434.5, "EUR")


def test_the_text_beats_the_hint():
    assert parse_money("€ 200.000", currency_hint="USD", country="US").currency == "EUR"


def test_the_hint_decides_what_a_sign_means():
    assert parse_money("$200,000", currency_hint="CAD").currency == "CAD"
    assert parse_money("$200,000").currency == "USD"
    assert parse_money("Rs 200,000", country="PK").currency == "PKR"
