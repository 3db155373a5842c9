"""What is committed comes back as it was, once, or is refused at once."""

from __future__ import annotations

import math
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from scraper.ledger.packing import pack, unpack
from scraper.ledger.parts import seal


@pytest.fixture
def ledger(opened, made):
    ledger = opened()
    ledger.add_ids("homes", made.found(400))
    return ledger


def test_every_kind_of_value_comes_back_exactly(ledger, place, made):
    [lease] = ledger.lease("homes", 1)
    odd = {
        "description": 'naïve "quotes" \u2028 \U0001f3e0 \0',
        "latitude": math.nextafter(51.5, 52),
        "sold_on": date(1899, 12, 31),
        "photo_urls": [],
        "facts": {"a": "", "": "b"},
        "fetched_at": datetime(2026, 3, 29, 1, 59, 59, 999999, UTC),
        "price_history": [{"date": None, "event": "Listed", "price": None}],
    }
    assert ledger.commit_house(
        lease, made.house_row(lease, **odd), made.photo_rows(lease, 3), made.visit_row(lease)
    )
    seal(ledger, place, force=True)
    [row] = made.stored(place)
    wanted = made.house_row(lease, **odd)
    wanted["facts"] = list(wanted["facts"].items())
    assert {name: row[name] for name in wanted} == wanted
    assert all(row[name] is None for name in row.keys() - wanted.keys())
    photos = made.stored(place, "photos")
    assert [p["image"] for p in photos] == [p["image"] for p in made.photo_rows(lease, 3)]
    assert made.stored(place, "visits")[0]["outcome"] == "ok"


def test_moments_of_other_zones_are_the_same_moments():
    there = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=-5)))
    [row] = unpack("visits", pack("visits", [{"fetched_at": there}])).to_pylist()
    assert row["fetched_at"] == there
    assert row["fetched_at"].utcoffset() == timedelta(0)


def test_committing_a_lease_twice_keeps_one_row(ledger, place, made):
    [lease] = ledger.lease("homes", 1)
    assert made.commit(ledger, lease)
    assert not made.commit(ledger, lease)
    assert not ledger.commit_visit(lease, made.visit_row(lease, "gone"), final=True)
    seal(ledger, place, force=True)
    assert not made.commit(ledger, lease)
    seal(ledger, place, force=True)
    assert len(made.stored(place)) == len(made.stored(place, "visits")) == 1
    assert len(made.stored(place, "photos")) == 2
    assert ledger.counts().ok == 1


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("bedrooms", "three", "column bedrooms of houses is float and cannot hold 'three'"),
        ("sold_on", "2020-01-01", "column sold_on of houses is date32"),
        ("year_built", 70_000, "column year_built of houses is int16"),
        ("home_type", "Castle", "column home_type of houses has no category 'Castle'"),
        ("colour", "red", "table houses has no column 'colour'"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_and_its_lease_goes_on(
    ledger, made, column, value, said
):
    [lease] = ledger.lease("homes", 1)
    with pytest.raises(ValueError, match=said):
        made.commit(ledger, lease, **{column: value})
    assert (ledger.counts().leased, ledger.counts().ok) == (1, 0)
    assert made.commit(ledger, lease)


def test_rows_of_another_house_are_refused(ledger, made):
    one, other = ledger.lease("homes", 2)
    with pytest.raises(ValueError, match="000000001 was handed over for the lease of homes 0000"):
        ledger.commit_house(one, made.house_row(other), [], made.visit_row(one))


def test_a_visit_without_a_house_cannot_be_ok(ledger, made):
    [lease] = ledger.lease("homes", 1)
    with pytest.raises(ValueError, match="outcome 'ok'"):
        ledger.commit_visit(lease, made.visit_row(lease, "ok"), final=True)


def test_only_final_visits_are_rows(ledger, place, made):
    first, second = ledger.lease("homes", 2)
    ledger.commit_visit(first, made.visit_row(first, "failed", "reset"), final=False)
    ledger.commit_visit(second, made.visit_row(second, "gone", "HTTP 410"), final=True)
    seal(ledger, place, force=True)
    assert [row["house_id"] for row in made.stored(place, "visits")] == [second.house_id]


def test_photos_are_counted_by_outcome(ledger, made):
    [lease] = ledger.lease("homes", 1)
    photos = made.photo_rows(lease, 3)
    photos[1] |= {"outcome": "denied", "image": None}
    ledger.commit_house(lease, made.house_row(lease), photos, made.visit_row(lease))
    assert ledger.photos("homes") == {"ok": 2, "denied": 1}


def test_a_commit_takes_about_a_millisecond(ledger, made):
    leases = ledger.lease("homes", 300)
    photos = [made.photo_rows(lease, 10, 15_000) for lease in leases]
    started = time.process_time()
    for lease, images in zip(leases, photos, strict=True):
        ledger.commit_house(lease, made.house_row(lease), images, made.visit_row(lease))
    assert (time.process_time() - started) / len(leases) < 0.005
