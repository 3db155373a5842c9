"""Questions and their rules from a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from scraper.errors import InputFileError, UsageError
from scraper.labels.derived import DERIVED
from scraper.labels.vote import NO, SILENT, YES, Labeller, Question, Votes
from scraper.schema import columns_by_name

BUILT_IN: Final = Path(__file__).with_name("questions.toml")
_VOTES: Final = {"yes": YES, "no": NO}
_KEYS: Final = {"name", "vote", "column", "words", "above", "below", "known"}


def load_questions(path: Path = BUILT_IN) -> dict[str, Question]:
    """The questions of a file by their names.

    Raises `InputFileError` that names the question, the rule and what was expected.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputFileError(f"{path} cannot be read ({error.strerror}): name a file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputFileError(f"{path} is no TOML ({error}): mend it there") from error
    return {name: _question(path, name, one) for name, one in said.items()}


def find_question(questions: Mapping[str, Question], name: str) -> Question:
    """A question by its name; `UsageError` says which there are."""
    if name not in questions:
        raise UsageError(f"there is no question {name!r}: it is one of {', '.join(questions)}")
    return questions[name]


def _question(path: Path, name: str, said: object) -> Question:
    rules = said.get("rule") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(rules, list) or not rules:
        raise InputFileError(f"{path}: {name} has no [[{name}.rule]]: write one or more")
    labellers = tuple(_labeller(f"{path}: {name}", rule) for rule in rules)
    names = [one.name for one in labellers]
    if len({*names}) < len(names):
        raise InputFileError(f"{path}: {name} has two rules of one name: name them apart")
    return Question(name, str(said.get("means", name)), labellers)


def _labeller(where: str, rule: object) -> Labeller:
    if not isinstance(rule, dict) or not isinstance(rule.get("name"), str):
        raise InputFileError(f"{where} has a rule without a name: add name = '...'")
    where = f"{where}, rule {rule['name']!r}"
    if unknown := sorted(rule.keys() - _KEYS):
        raise InputFileError(f"{where} has {unknown[0]}: known are {', '.join(sorted(_KEYS))}")
    if rule.get("vote") not in _VOTES:
        raise InputFileError(f"{where}: vote is {rule.get('vote')!r}, expected 'yes' or 'no'")
    column = rule.get("column")
    if column not in DERIVED and column not in columns_by_name("houses"):
        raise InputFileError(f"{where}: there is no column {column!r}: see docs/dataset.md")
    applies = _condition(where, str(column), rule)
    vote = _VOTES[str(rule["vote"])]

    def votes(rows: pd.DataFrame) -> Votes:
        return np.where(applies(rows[column]), vote, SILENT).astype(np.int8)

    return Labeller(str(rule["name"]), votes, (str(column),))


def _condition(where: str, column: str, rule: Mapping[str, Any]) -> Any:
    """From the values of the column to whether the rule applies to each."""
    kinds = [bool(rule.keys() & kind) for kind in ({"words"}, {"above", "below"}, {"known"})]
    if sum(kinds) != 1:
        raise InputFileError(f"{where} needs words, or above or below, or known = true")
    if kinds[0]:
        return _words(where, column, rule["words"])
    if kinds[2]:
        return lambda values: values.notna().to_numpy() == bool(rule["known"])
    return _between(where, column, rule.get("above"), rule.get("below"))


def _words(where: str, column: str, words: object) -> Any:
    if not isinstance(words, list) or not words or column in ("price", "price_per_sqft"):
        raise InputFileError(f"{where}: words is a list of texts, for a column of text")
    try:
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(str, words))})(?!\w)", re.IGNORECASE)
    except re.error as error:
        raise InputFileError(f"{where}: words are no regular expressions ({error})") from error
    return lambda values: np.array(
        [isinstance(value, str) and pattern.search(value) is not None for value in values], bool
    )


def _between(where: str, column: str, above: object, below: object) -> Any:
    if any(type(one) not in (int, float, type(None)) for one in (above, below)):
        raise InputFileError(f"{where}: above and below are numbers")
    known = columns_by_name("houses").get(column)
    if column == "text" or (known is not None and known.kind in ("text", "date", "category")):
        raise InputFileError(f"{where}: {column} is no number: use words or known")
    low = -np.inf if above is None else float(str(above))
    high = np.inf if below is None else float(str(below))
    # A missing number compares as false with either.
    return lambda values: ((values > low) & (values < high)).to_numpy()
