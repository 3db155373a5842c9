"""Text cleaned, cut into words, and as numbers of a vocabulary that train has made."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Any, ClassVar, Final

import pandas as pd

from scraper.training.transform import Transform, need

PAD: Final = 0
"""The number behind the end of a short text."""
UNKNOWN: Final = 1
"""The number of a word that the vocabulary has not."""
_FIRST: Final = 2
_ADDRESS: Final = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-z/][^<>]{0,200}>", re.IGNORECASE)
_WORD: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_FRACTION: Final = "<fraction>"
_SPACE: Final = re.compile(r"\s+")


def clean_text(text: object) -> str:
    """A text in plain characters, without tags and addresses of pages, with single spaces.

    >>> clean_text("Bright\\u00a02\\u00bd  baths<br/>see https://a.example/x?y=1")
    'Bright 2 1/2 baths see'
    >>> clean_text(None), clean_text("a < b"), clean_text("ﬁreplace\\x00")
    ('', 'a < b', 'fireplace')
    """
    if not isinstance(text, str):
        return ""
    # Otherwise two and a half would become twenty-one halves.
    apart = "".join(f" {c}" if unicodedata.decomposition(c)[:10] == _FRACTION else c for c in text)
    plain = unicodedata.normalize("NFKC", apart).replace("\u2044", "/")
    plain = _ADDRESS.sub(" ", _TAG.sub(" ", plain))
    printable = "".join(c if c.isprintable() or c.isspace() else "" for c in plain)
    return _SPACE.sub(" ", printable).strip()


def words(text: object) -> list[str]:
    """The words of a text in small letters; a number is a word whose digits are 0.

    >>> words("Owner's 3-car garage, $1,250,000!")
    ["owner's", '0', 'car', 'garage', '0,000,000']
    """
    return [
        re.sub(r"\d", "0", word) if word[0].isdigit() else word
        for word in _WORD.findall(clean_text(text).casefold())
    ]


class Words(Transform):
    """A text column as lists of numbers, all of one length: `description_tokens`.

    `PAD` stands behind short texts, `UNKNOWN` for words that the vocabulary has not. The number of
    a word is its place by frequency in train, from 2 on.
    """

    kind: ClassVar[str] = "words"

    def __init__(
        self,
        column: str = "description",
        size: int = 5000,
        min_count: int = 2,
        length: int = 128,
        drop: bool = False,
    ) -> None:
        """`size`: most words of the vocabulary. `min_count`: texts of train that have the word."""
        self.column, self.size, self.min_count = column, size, min_count
        self.length, self.drop = length, drop

    def _learn(self, train: pd.DataFrame) -> dict[str, Any]:
        need(train, [self.column])
        counts = Counter(word for text in train[self.column] for word in set(words(text)))
        frequent = [(-n, word) for word, n in counts.items() if n >= self.min_count]
        known = [word for _, word in sorted(frequent)[: self.size]]
        return {"column": self.column, "length": self.length, "drop": self.drop, "words": known}

    def _change(self, rows: pd.DataFrame, fitted: dict[str, Any]) -> pd.DataFrame:
        name, length = fitted["column"], fitted["length"]
        need(rows, [name])
        numbers = {word: at for at, word in enumerate(fitted["words"], _FIRST)}
        said = pd.Series([None] * len(rows), index=rows.index, dtype="object")
        said[:] = [_numbers(text, numbers, length) for text in rows[name]]
        kept = rows.drop(columns=[name]) if fitted["drop"] else rows
        return kept.assign(**{f"{name}_tokens": said})


def _numbers(text: object, numbers: dict[str, int], length: int) -> list[int]:
    found = [numbers.get(word, UNKNOWN) for word in words(text)[:length]]
    return found + [PAD] * (length - len(found))
