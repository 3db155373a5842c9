"""Pages of hand-written houses, and an archive to put them into."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.archive.page import ArchivedPage
from scraper.place.open import open_place
from scraper.place.place import Place

START = datetime(2026, 3, 2, 9, 30, 15, 123456, UTC)


def kept(number: int, fetched_at: datetime = START, **more: object) -> ArchivedPage:
    """A page as it goes into the archive."""
    url = f"https://homes.example/h/{number}"
    said: dict[str, object] = {
        "url": url,
        "final_url": url + "/",
        "status": 200,
        "headers": {"content-type": "text/html; charset=utf-8", "set-cookie": "secret=1"},
        "body": f"<html><p>house {number} für 5 €</p></html>".encode() * 50,
        "fetch_mode": "http",
        "fetched_at": fetched_at,
        "site": "homes",
        "house_id": str(number),
        "run_id": "R",
        "original_sha256": "ab" * 32,
        "given": {"robots_rule": "allow: no rule"},
        **more,
    }
    return ArchivedPage(**said)  # type: ignore[arg-type]


@pytest.fixture
def archive(tmp_path: Path) -> Place:
    return open_place(str(tmp_path / "pages"))
