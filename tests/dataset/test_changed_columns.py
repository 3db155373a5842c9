"""What a version changed, column by column, against changes that were counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from scraper.cli.main import main
from scraper.dataset import publish as publishing
from scraper.dataset.publish import publish
from scraper.dataset.rollback import rollback
from scraper.dataset.version import find
from scraper.place.place import Place

Crawls = Callable[[Place, int], Any]
PAST = [{"date": date(2025, 1, 2), "event": "Listed", "price": 1.0}]
TRUTH = {"sold_price": 3, "status": 2, "city": 1, "facts": 1, "photo_urls": 1, "price_history": 1,
         "year_built": 1, "latitude": 1, "sold_on": 1}  # fmt: skip


def first(run: Any) -> list[Any]:
    more = {
        "status": "sold",
        "city": "Alder",
        "facts": [("Heating", "Gas"), ("Cooling", "None")],
        "photo_urls": ["a", "b"],
        "price_history": PAST,
        "latitude": 0.0,
        "sold_on": date(2026, 1, 1),
    }
    return [run.house(number, 100.0, **more) for number in range(9)]


def second(run: Any) -> list[Any]:
    """All houses but the last read again, in another order, and one that is new."""
    rows = dict(enumerate(first(run)[:8]))
    bookkeeping = {"body_sha256": "x", "final_url": "y", "last_seen": datetime.now(UTC)}
    rows = {number: row | bookkeeping for number, row in rows.items()}
    rows[0] |= {"sold_price": 101.0, "sold_price_raw": "$101"}
    rows[1] |= {"sold_price": None, "status": "for_sale"}
    rows[2] |= {"sold_price": -100.0, "facts": [("Heating", "None"), ("Cooling", "Gas")]}
    # The same in another order, and the same price in other words.
    rows[3] |= {"facts": [("Cooling", "None"), ("Heating", "Gas")], "sold_price_raw": "$100"}
    rows[4] |= {"photo_urls": ["b", "a"], "city": None}
    rows[5] |= {"price_history": [PAST[0] | {"price": 2.0}], "year_built": 1900}
    rows[6] |= {"latitude": None, "sold_on": date(2026, 1, 2)}
    return [run.house(9, 1.0, status="sold"), *reversed(rows.values())]


def crawled(place: Place, crawl: Crawls, day: int, rows: Any, gone: tuple[int, ...] = ()) -> Any:
    run = crawl(place, day)
    run.seal(rows(run), visits=[run.visit(number, "gone") for number in gone])
    return publish(place)


def test_what_a_version_changed(
    folder: Place, crawl: Crawls, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    # Rows in pieces, of files in pieces: none may be compared with another.
    monkeypatch.setattr("scraper.dataset.datafile.BATCH_ROWS", 3)
    monkeypatch.setattr("scraper.dataset.intake.DEFAULT_BATCH_ROWS", 2)
    assert crawled(folder, crawl, 1, first).changed_columns == {}
    version = crawled(folder, crawl, 2, second, gone=(8,))
    assert (version.new, version.changed) == (1, 9)
    assert version.changed_columns == TRUTH
    assert find(folder, 2) == version
    # The control: houses that say the same change nothing.
    assert crawled(folder, crawl, 3, lambda run: second(run)[:-1]).changed_columns == {}
    assert rollback(folder, 2).changed_columns == {}
    capsys.readouterr()
    assert main(["versions", folder.url]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "changed:" in line]
    assert lines == [
        "version 2 changed: sold_price 3, status 2, city 1, facts 1, latitude 1, photo_urls 1, "
        "price_history 1, sold_on 1, year_built 1"
    ]


def test_a_publish_that_was_interrupted_counts_all(
    folder: Place, crawl: Crawls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    crawled(folder, crawl, 1, first)
    monkeypatch.setattr(publishing, "_write", crash)
    with pytest.raises(KeyboardInterrupt):
        crawled(folder, crawl, 2, second, gone=(8,))
    monkeypatch.undo()
    version = publish(folder)
    assert version is not None
    assert version.changed_columns == TRUTH


def test_a_version_that_was_written_before_is_read(folder: Place, crawl: Crawls) -> None:
    version = crawled(folder, crawl, 1, first)
    assert b"changed_columns" not in folder.read(version.name)
    version = crawled(folder, crawl, 2, second)
    said = orjson.loads(folder.read(version.name))
    del said["changed_columns"]
    folder.write(version.name, orjson.dumps(said))
    assert find(folder, 2).changed_columns == {}
