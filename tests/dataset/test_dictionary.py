"""The documents say what the code says."""

from __future__ import annotations

from pathlib import Path

from scraper.columns import Column
from scraper.dataset.course import COLUMNS
from scraper.dataset.dictionary import dictionary, put_into
from scraper.schema import TABLES

DOCS = Path(__file__).parents[2] / "docs"


def test_the_document_is_of_today() -> None:
    document = (DOCS / "dataset.md").read_text(encoding="utf-8")
    assert document == put_into(document), (
        "docs/dataset.md is behind scraper/schema.py: write put_into(...) of it back"
    )


def test_every_column_is_there() -> None:
    text = dictionary()
    assert all(f"`{column.name}`" in text for table in TABLES.values() for column in table)


def test_an_old_document_is_seen() -> None:
    document = (DOCS / "dataset.md").read_text(encoding="utf-8")
    old = document.replace("`sold_price_raw`", "`sold_price_text`")
    assert old != document
    assert put_into(old) != old


def test_the_course_page_names_every_column() -> None:
    page = (DOCS / "course.md").read_text(encoding="utf-8")

    def line(column: Column) -> str:
        return f"| {column.course} | `{column.name}` |"

    assert [line(c) for c in COLUMNS if line(c) not in page] == []
