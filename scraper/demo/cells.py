"""Cells of a CSV as values: numbers, days and JSON, with the row and column in every complaint."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from scraper.errors import InputFileError

_LONGEST_CELL: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a CSV."""

    where: str
    """File and line, for complaints."""
    values: Mapping[str, str]

    def text(self, column: str) -> str | None:
        """A text, None where the cell is empty."""
        return (self.values.get(column) or "").strip() or None

    def number(self, column: str) -> float | None:
        """A number, None where the cell is empty."""
        text = self.text(column)
        try:
            return None if text is None else float(text)
        except ValueError:
            raise self._wrong(column, text, "a number") from None

    def above_zero(self, column: str) -> float | None:
        """A number, None also where it is 0: no price and no area is ever 0."""
        return self.number(column) or None

    def day(self, column: str) -> date | None:
        """A day, None where the cell is empty."""
        text = self.text(column)
        try:
            return None if text is None else date.fromisoformat(text[:10])
        except ValueError:
            raise self._wrong(column, text, "a day such as 2022-07-29") from None

    def objects(self, column: str) -> list[dict[str, Any]]:
        """A JSON list of objects, empty where the cell is."""
        text = self.text(column)
        try:
            found = json.loads(text or "[]")
        except ValueError:
            raise self._wrong(column, text, "a JSON list") from None
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self._wrong(column, text, "a JSON list of objects")
        return found

    def _wrong(self, column: str, found: str | None, expected: str) -> InputFileError:
        short = f"{found[:40]}..." if found and len(found) > 40 else found
        return InputFileError(f"{self.where}, column {column}: {short!r} is not {expected}")


def read(path: Path, needed: Sequence[str]) -> list[Cells]:
    """All rows of a CSV, plain or gzip; InputFileError where it is none, or lacks a column."""
    lines = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = [(lines.line_num, row) for row in lines]
    except csv.Error as error:
        raise InputFileError(f"{path}, line {lines.line_num}: not a CSV: {error}") from error
    missing = [column for column in needed if column not in (lines.fieldnames or ())]
    if missing:
        raise InputFileError(
            f"{path}: no column {', '.join(missing)}; a house CSV needs {', '.join(needed)}"
        )
    if not rows:
        raise InputFileError(f"{path}: has a header but no row; give a CSV with houses")
    return [Cells(f"{path}, line {number}", row) for number, row in rows]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    except OSError as error:
        raise InputFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputFileError(f"{path}: neither UTF-8 text nor whole gzip: {error}") from error
