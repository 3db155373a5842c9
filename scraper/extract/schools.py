"""The nearest school of each level, out of JSON lists or of the page's part about schools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scraper.extract.belongs import Region
from scraper.extract.document import Document, Table
from scraper.extract.fits import fits
from scraper.extract.labels import Pair
from scraper.extract.scripts import Json
from scraper.extract.vocabulary import fold, key_of
from scraper.facts import Fact


@dataclass(frozen=True, slots=True)
class School:
    """A school as the page shows it."""

    name: str
    levels: tuple[str, ...]
    """`elementary`, `middle`, `high`: those it teaches."""
    rating: str
    distance: str
    source: str

    def miles(self) -> float:
        """The distance as a number to compare with; unknown ones come last."""
        found = _NUMBER.search(self.distance)
        return float(found[0]) if found else 1e9


def school_facts(schools: list[School], confidence: float) -> Iterator[Fact]:
    """The columns of the nearest school of each level."""
    for level in ("elementary", "middle", "high"):
        fitting = [school for school in schools if level in school.levels]
        if not fitting:
            continue
        school = min(fitting, key=School.miles)
        if school.name:
            yield Fact(f"{level}_school", school.name, school.source, confidence)
        if school.rating:
            yield Fact(f"{level}_school_score", school.rating, school.source, confidence)
        if school.distance:
            unit = (
                "m" if school.distance.replace(".", "").isdigit() and school.miles() > 100 else ""
            )
            column = f"{level}_school_distance"
            yield Fact(column, school.distance, school.source, confidence, unit)


def from_lists(lists: list[tuple[str, Json]]) -> list[School]:
    """The schools of the JSON lists."""
    found = []
    for path, value in lists:
        items = value if isinstance(value, list) else []
        for item in items:
            if isinstance(item, dict):
                school = _from_item(item, f"embedded:{path}")
                if school is not None:
                    found.append(school)
    return found


def _from_item(item: dict[str, Json], source: str) -> School | None:
    values = {key_of(key): value for key, value in item.items() if value not in (None, "")}
    name = values.get("name") or values.get("schoolname")
    if not isinstance(name, str):
        return None
    grades = values.get("grades") or values.get("graderange") or ""
    level = values.get("level") or values.get("educationlevels") or values.get("type") or ""
    distance = values.get("distance") or values.get("distanceinmiles") or ""
    rating = values.get("rating") or values.get("score") or ""
    levels = levels_of(f"{_text(level)} ", _text(grades), name)
    return School(name, levels, _text(rating), _text(distance), source)


def _text(value: Json) -> str:
    if isinstance(value, list):
        return " ".join(_text(item) for item in value)
    return str(value) if isinstance(value, (str, int, float)) else ""


def from_labels(pairs: Iterable[Pair]) -> list[School]:
    """The schools of labels such as "Elementary school" and "Elementary school rating".

    A school's name opens it: what follows of its level is its own, until the next name.
    """
    cards: list[dict[str, str]] = []
    open_: dict[str, dict[str, str]] = {}
    for pair in pairs:
        column = pair.term.column if pair.term is not None else ""
        level, school, what = column.partition("_school")
        if not school or not fits(column, pair.value):
            continue
        if not what or level not in open_:
            open_[level] = {"": "", "level": level, "label": pair.label}
            cards.append(open_[level])
        open_[level][what] = pair.value
    return [_from_labels(card) for card in cards]


def _from_labels(card: dict[str, str]) -> School:
    rating, distance = card.get("_score", ""), card.get("_distance", "")
    return School(card[""], (card["level"],), rating, distance, f"label:{card['label']}")


def from_page(document: Document) -> list[School]:
    """The schools of the page's part about schools: parts with one rating or distance each."""
    if Region.SCHOOL not in document.regions:
        return []
    runs = [
        run for run, owner in enumerate(document.owners) if document.regions[owner] == Region.SCHOOL
    ]
    for pattern in (_DISTANCE, _RATING):
        anchors = [run for run in runs if pattern.search(document.texts[run])]
        schools = [_from_card(document, run, anchors) for run in anchors]
        kept = [school for school in schools if school is not None and school.levels]
        if kept:
            return kept
    return []


def from_tables(tables: Iterable[Table]) -> list[School]:
    """The schools of the first table whose header names a school beside its level or distance."""
    for table in tables:
        if is_told_by(table[0]):
            head = _places(table[0])
            rows = [{what: _cell(row, at) for what, at in head.items()} for row in table[1:]]
            return [_from_row(row) for row in rows if fits("high_school", row["name"])]
    return []


def is_told_by(header: list[str]) -> bool:
    """Whether a header names a school beside its level or distance."""
    head = _places(header)
    return head["name"] is not None and (head["level"], head["distance"]) != (None, None)


def _places(header: list[str]) -> dict[str, int | None]:
    return {what: _place(header, pattern) for what, pattern in _HEAD.items()}


def _from_row(row: dict[str, str]) -> School:
    rating = _SCORE.match(row["rating"])
    levels = levels_of(row["level"], row["grades"], row["name"])
    return School(
        row["name"], levels, rating[0] if rating else "", row["distance"], "table:schools"
    )


def _place(header: list[str], pattern: re.Pattern[str]) -> int | None:
    return next((at for at, cell in enumerate(header) if pattern.search(cell)), None)


def _cell(row: list[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _from_card(document: Document, run: int, anchors: list[int]) -> School | None:
    """The school of the largest part around a distance that holds no other school's."""
    card = -1
    for step in document.ancestors(document.owners[run]):
        first, end = document.first_runs[step], document.end_runs[step]
        inside = [other for other in anchors if first <= other < end]
        if document.regions[step] != Region.SCHOOL or len(inside) > 1:
            break
        card = step
    if card < 0:
        return None
    texts = document.texts[document.first_runs[card] : document.end_runs[card]]
    return school_of(texts)


def school_of(texts: list[str]) -> School | None:
    """The school that the texts of one card speak of.

    >>> school_of(["8", "/10", "Oak Hill Elementary", "Grades: K-5", "Distance: 1.2 mi"])
    ... # doctest: +NORMALIZE_WHITESPACE
    School(name='Oak Hill Elementary', levels=('elementary',), rating='8', distance='1.2 mi',
           source='text:schools')
    """
    joined = " ".join(texts)
    distance, rating = _DISTANCE.search(joined), _RATING.search(joined)
    grades = _GRADES.search(joined)
    names = [text for text in texts if _is_name(text)]
    named = [text for text in names if _SCHOOL_WORD.search(text)]
    name = (named or names or [text for text in texts if _may_be_name(text)] or [""])[0]
    if not name:
        return None
    rest = joined.replace(name, " ", 1)
    levels = levels_of(rest, grades[1] if grades else "", name)
    score = next((part for part in rating.groups() if part), "") if rating else ""
    return School(name, levels, score, distance[0] if distance else "", "text:schools")


def _is_name(text: str) -> bool:
    several = len(fold(text).split()) > 1 or _SCHOOL_WORD.search(text) is not None
    return several and _may_be_name(text)


def _may_be_name(text: str) -> bool:
    """Whether a text could be a name: of one word only where a card has no other."""
    bare = fold(text)
    return (
        3 < len(bare) < 90
        and bare[0].isalpha()
        and bare not in _NOT_NAMES
        and not _DISTANCE.search(text)
        and not _FIELD.match(text)
    )


def levels_of(level: str, grades: str, name: str) -> tuple[str, ...]:
    """The levels that a school teaches: by the level shown, else by its grades, else by its name.

    >>> levels_of("Primary", "", ""), levels_of("", "K-8", ""), levels_of("", "", "Oak High School")
    (('elementary',), ('elementary', 'middle'), ('high',))
    """
    for text in (level, "" if grades else name):
        found = tuple(key for key, pattern in _LEVELS if pattern.search(text))
        if found:
            return found
    taught = _grades(grades)
    if taught is not None:
        low, high = taught
        spans = (("elementary", 0, 4), ("middle", 7, 7), ("high", 10, 12))
        found = tuple(key for key, first, last in spans if low <= last and high >= first)
        if found:
            return found
    return tuple(key for key, pattern in _LEVELS if pattern.search(name))


def _grades(text: str) -> tuple[int, int] | None:
    parts = re.findall(r"(?i)\b(?:pk|pre-?k|k|kg|\d{1,2})\b", text)
    if not parts:
        return None
    numbers = [int(part) if part.isdigit() else 0 for part in parts]
    return min(numbers), max(numbers)


_LEVELS = (
    ("elementary", re.compile(r"(?i)\belementary|\bprimary\b|\bgrade school")),
    ("middle", re.compile(r"(?i)\bmiddle\b|\bintermediate\b|\bjunior high\b|\bjr\.? high")),
    ("high", re.compile(r"(?i)(?<!junior )(?<!jr )(?<!jr\. )\bhigh\b|\bsecondary\b")),
)
_HEAD = {
    "name": re.compile(r"(?i)\bschools?\b(?! (?:level|type|district))|^name$"),
    "level": re.compile(r"(?i)\blevels?\b"),
    "grades": re.compile(r"(?i)\bgrades?\b"),
    "rating": re.compile(r"(?i)\b(?:rating|score)\b"),
    "distance": re.compile(r"(?i)\bdistance\b"),
}
"""What a column of a table about schools is headed with."""
_SCORE = re.compile(r"\d+(?:\.\d+)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DISTANCE = re.compile(r"(?i)\d+(?:\.\d+)?\s*(?:miles?|mi|km)\b")
_RATING = re.compile(r"(?i)\b(\d{1,2})\s*(?:/|out of)\s*10\b|(?:rating|score)\s*:?\s*(\d{1,3})\b")
_GRADES = re.compile(
    r"(?i)(?:grades?\s*:?\s*)?\b((?:pk|pre-?k|k|kg|\d{1,2})\s*[-\u2013]\s*\d{1,2})\b"
)
_SCHOOL_WORD = re.compile(
    r"(?i)school|academy|elementary|middle|high|college|charter|magnet|primary"
)
_FIELD = re.compile(
    r"(?i)^(?:grades?|distance|rating|score|level|type|students?|serves?)\b|^(?:elementary|primary|middle|junior|high)[^:]{0,25}:\s"
)
_NOT_NAMES = frozenset(
    [
        "schools",
        "nearby schools",
        "assigned schools",
        "elementary school",
        "middle school",
        "high school",
        "elementary",
        "primary",
        "middle",
        "high",
        "public",
        "private",
        "school",
        "out of 10",
        "greatschools rating",
        "rating",
        "district",
        "assigned",
        "charter",
        "distance",
    ]
)
