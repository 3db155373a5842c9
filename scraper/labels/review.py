"""The houses that a person had best look at, and what the person said of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from scraper.errors import InputFileError
from scraper.labels.label import KEY, Labelled
from scraper.labels.vote import SILENT, YES, Votes

ANSWER: Final = "answer"
"""The column that a person fills in: yes, no, or nothing."""
SHOWN: Final = (
    "url", "status", "sold_price", "listed_price", "living_area_sqft", "year_built", "city",
    "description",
)  # fmt: skip
"""Columns of a house that a person decides by."""
_ANSWERS: Final = {"yes": True, "y": True, "1": True, "true": True,
                   "no": False, "n": False, "0": False, "false": False}  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def uncertain(labelled: Labelled, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of the rows whose labels are least sure, at most `count`.

    Those that a person has answered are left out. One of each combination of votes comes first,
    then a second of each: of many houses on which the same rules disagree one answer tells most.
    """
    doubt = np.abs(labelled.fitted.probability - 0.5)
    open_ = np.flatnonzero(~np.isnan(doubt) & (labelled.answers == SILENT))
    order = open_[np.argsort(doubt[open_], kind="stable")]
    patterns = pd.Series([labelled.votes[at].tobytes() for at in order], dtype="object")
    turn = patterns.groupby(patterns).cumcount().to_numpy()
    return order[np.argsort(turn, kind="stable")][:count]


def write_review(labelled: Labelled, count: int, path: Path) -> int:
    """Write a CSV for a person to fill in the column `answer`; the rows written.

    A text at which a spreadsheet would take it for a formula gets a `'` in front.
    """
    chosen = uncertain(labelled, count)
    rows = labelled.rows.iloc[chosen]
    names = [one.name for one in labelled.question.labellers]
    said = [_said(labelled.votes[at], names) for at in chosen]
    table = {
        **{name: rows[name] for name in KEY},
        "question": [labelled.question.means] * len(rows),
        ANSWER: [""] * len(rows),
        "probability": np.round(labelled.fitted.probability[chosen], 3),
        "votes": said,
        **{name: rows[name] for name in SHOWN if name in rows},
    }
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(table)
        lines = zip(*table.values(), strict=True)
        writer.writerows([_cell(value) for value in line] for line in lines)
    return len(rows)


def read_answers(paths: Iterable[Path]) -> pd.Series:
    """What a person answered: True or False by (site, house_id); the last file's word stands.

    Raises `InputFileError` that names the file and the line of what is no answer.
    """
    found: dict[tuple[str, str], bool] = {}
    for path in paths:
        found |= _read(path)
    index = pd.MultiIndex.from_tuples([*found], names=KEY) if found else None
    return pd.Series([*found.values()], index=index, dtype="object")


def _read(path: Path) -> dict[tuple[str, str], bool]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source, dialect=_dialect(source.readline()))
            source.seek(0)
            missing = {*KEY, ANSWER} - {*(reader.fieldnames or ())}
            if missing:
                raise InputFileError(f"{path} has no column {min(missing)}: fill in a review file")
            pairs = (_answer(path, reader.line_num, row) for row in reader)
            return dict(pair for pair in pairs if pair is not None)
    except OSError as error:
        raise InputFileError(f"{path} cannot be read ({error.strerror}): name a file") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"{path} is no CSV in UTF-8 ({error}): save it as that") from error


def _dialect(first: str) -> type[csv.Dialect]:
    """Spreadsheets of many countries save CSV with semicolons."""
    return _Semicolons if first.count(";") > first.count(",") else csv.excel


class _Semicolons(csv.excel):
    delimiter = ";"


def _answer(path: Path, line: int, row: dict[str, str]) -> tuple[tuple[str, str], bool] | None:
    said = (row[ANSWER] or "").strip().lower()
    if not said:
        return None
    if said not in _ANSWERS:
        raise InputFileError(f"{path}, line {line}: {said[:40]!r} is no answer: write yes or no")
    return (_plain(row["site"]), _plain(row["house_id"])), _ANSWERS[said]


def _said(votes: Votes, names: list[str]) -> str:
    pairs = zip(names, votes, strict=True)
    return "; ".join(
        f"{name}: {'yes' if vote == YES else 'no'}" for name, vote in pairs if vote != SILENT
    )


def _cell(value: Any) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if pd.isna(value) else value


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
