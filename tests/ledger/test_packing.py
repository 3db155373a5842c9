"""A plain row kept as JSON is what Arrow would have kept, and nothing else is kept so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from scraper.ledger.fitting import fitted
from scraper.ledger.known import row_digest
from scraper.ledger.packing import _batch, pack, pack_row, unpack, unpack_all
from scraper.schema import Row

ROW: Row = {
    "site": "s", "house_id": "7", "status": "sold", "sold_price": 450_000, "bathrooms": 2.3,
    "year_built": 1990, "sold_on": date(1969, 12, 31), "facts": {"Roof": "tiles é\0", "": ""},
    "photo_urls": ["http://a/1", "http://a/2"], "confidence": {"sold_price": 0.7},
    "price_history": [{"date": date(2020, 1, 2), "event": "Sold", "price": None}],
    "fetched_at": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), "home_type": "Condo",
    "city": None, "sources": {},
}  # fmt: skip
PACKED_BY_ARROW = (
    {"sold_on": datetime(2020, 1, 2, tzinfo=UTC)},
    {"fetched_at": datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1)))},
    {"facts": [("Roof", "tiles")]},
    {"sold_price": float("nan")},
    {"photo_urls": ("http://a/1",)},
    {"price_history": [{"event": "Sold"}]},
)
MISFITS: tuple[Row, ...] = (
    {"year_built": 40_000}, {"year_built": "1990"}, {"city": 7},
    {"city": "\ud800"}, {"sold_price": "dear"}, {"facts": {"Roof": 7}}, {"photo_urls": [7]},
    {"home_type": "Castle"}, {"colour": "red"}, {"sold_on": "2020-01-02"},
)  # fmt: skip


def test_json_gives_what_arrow_gives() -> None:
    plain = fitted("houses", ROW)
    assert plain is not None
    kept = unpack("houses", pack("houses", [ROW]))
    assert kept.equals(_batch("houses", [ROW]))
    assert pack_row("houses", ROW) == (pack("houses", [ROW]), plain)
    assert row_digest(plain) == row_digest(kept.to_pylist()[0])


@pytest.mark.parametrize("odd", PACKED_BY_ARROW)
def test_what_is_not_plain_is_left_to_arrow(odd: Row) -> None:
    row = ROW | odd
    assert fitted("houses", row) is None
    packed, kept = pack_row("houses", row)
    assert packed == pack("houses", [row])
    assert repr([kept]) == repr(_batch("houses", [row]).to_pylist())
    assert repr([kept]) == repr(unpack("houses", packed).to_pylist())


@pytest.mark.parametrize("odd", MISFITS)
def test_a_value_that_does_not_fit_is_refused_when_it_is_stored(odd: Row) -> None:
    with pytest.raises(ValueError, match=next(iter(odd))):
        pack("houses", [ROW | odd])


def test_rows_of_both_kinds_come_back_in_their_order() -> None:
    rows = [ROW | {"house_id": str(n)} | (PACKED_BY_ARROW[0] if n % 7 == 3 else {})
            for n in range(600)]  # fmt: skip
    batches = list(unpack_all("houses", [pack("houses", [row]) for row in rows]))
    found = [house_id for batch in batches for house_id in batch["house_id"].to_pylist()]
    assert found == [row["house_id"] for row in rows]
