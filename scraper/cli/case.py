"""A replay case: a page and the row that is read from it, so that a test says when that changes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from scraper.errors import InputFileError, UsageError
from scraper.page import Page
from scraper.privacy.personal import clean_personal
from scraper.schema import Row

PAGE, ABOUT, EXPECTED, SITE = "page.html", "page.json", "expected.json", "site.toml"
"""The files of a case; the site file stands beside the cases of its site."""
_FORM: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def save_case(folder: Path, page: Page, kind: str, row: Row, site: str | None) -> None:
    """Write a case; one that is there is replaced.

    `site` is the path of the site file, which is copied beside the site's cases, or None. Raises
    UsageError where the page is no house or the folder cannot be written.
    """
    if kind != "house":
        raise UsageError(f"{page.url or 'the page'} is no house but {kind}: no case of it")
    about = {"url": page.url, "content_type": page.headers.get("content-type", "")}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE).write_bytes(page.body)
        (folder / ABOUT).write_bytes(orjson.dumps(about, option=_FORM))
        (folder / EXPECTED).write_bytes(orjson.dumps(expected(row), option=_FORM))
        if site is not None and site.endswith(".toml"):
            own = folder.parent / SITE
            if not own.exists() or not own.samefile(site):
                shutil.copyfile(site, own)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from None


def expected(row: Row) -> dict[str, Any]:
    """A row as a case has it: what a crawl would store in its columns, as JSON.

    Without `facts` and the raw texts: they are what the page says, no reading that could be wrong.

    >>> expected({"heating": "Gas", "cooling": None, "facts": {"Agent": "Jane Roe"}})
    {'heating': 'Gas'}
    """
    clean = clean_personal(row)
    kept = {
        name: value
        for name, value in clean.items()
        if value is not None and name != "facts" and not name.endswith("_raw")
    }
    found: dict[str, Any] = orjson.loads(orjson.dumps(kept, default=str, option=_FORM))
    return found


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it is read back."""

    page: Page
    wanted: Mapping[str, Any]
    """The row that is expected."""
    site: str | None
    """The path of its site file, where there is one."""

    def differences(self, row: Row) -> list[str]:
        """What is read otherwise than expected, a line a column; nothing where all is as it was."""
        found = expected(row)
        return [
            f"{name}: expected {self.wanted.get(name)!r}, found {found.get(name)!r}"
            for name in sorted(self.wanted.keys() | found.keys())
            if self.wanted.get(name) != found.get(name)
        ]


def read_case(folder: Path) -> Case:
    """A case; InputFileError for a folder that is none."""
    try:
        about = orjson.loads((folder / ABOUT).read_bytes())
        wanted = orjson.loads((folder / EXPECTED).read_bytes())
        body = (folder / PAGE).read_bytes()
        url, kind = about["url"], about["content_type"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise InputFileError(f"{folder} is no case: {error!r:.100}") from None
    headers = {"content-type": kind} if kind else {}
    file = folder.parent / SITE
    page = Page(url, url, 200, headers, body, "http", datetime.now(UTC))
    return Case(page, wanted, str(file) if file.exists() else None)
