"""Pages for the tests of the extraction: minimal HTML written for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scraper.extract.hints import Hints
from scraper.extract.house import extract
from scraper.facts import Extraction
from scraper.page import Page

URL = "https://homes.example/h/12-oak-st/9912345"


@pytest.fixture
def page_of() -> Callable[..., Page]:
    """A page out of a body, at an address."""

    def make(body: str, url: str = URL, head: str = "") -> Page:
        text = f"<html><head>{head}</head><body>{body}</body></html>"
        answered = datetime(2024, 5, 1, tzinfo=UTC)
        return Page(url, url, 200, {}, text.encode(), "http", answered)

    return make


@pytest.fixture
def read(page_of: Callable[..., Page]) -> Callable[..., Extraction]:
    """What the extraction makes of a body."""

    def make(body: str, url: str = URL, head: str = "", hints: Hints | None = None) -> Extraction:
        return extract(page_of(body, url, head), hints or Hints())

    return make


@pytest.fixture
def values(read: Callable[..., Extraction]) -> Callable[..., dict[str, str]]:
    """Column to the raw value that won, as text."""

    def make(
        body: str, url: str = URL, head: str = "", hints: Hints | None = None
    ) -> dict[str, str]:
        best = read(body, url, head, hints).best
        return {column: str(fact.raw) for column, fact in best.items()}

    return make
