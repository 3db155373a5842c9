from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from scraper.page import Page

HOUSE = "<h1>12 Oak St</h1>" + "<p>A bright house with three bedrooms and a garden.</p>" * 40


@pytest.fixture
def answer() -> Callable[..., Page]:
    """An answer of a site, as a test file describes it."""

    def made(
        body: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        final_url: str = "https://homes.example/h/1",
        name: str = "",
    ) -> Page:
        return Page(
            url="https://homes.example/h/1",
            final_url=final_url,
            status=status,
            headers={"content-type": "text/html; charset=utf-8", **(headers or {})},
            body=body.replace("{text}", HOUSE).encode(),
            fetch_mode="http",
            fetched_at=datetime.now(UTC),
        )

    return made
