"""From a dataset to labels, a review by a person, and back."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from scraper.cli.main import main
from scraper.dataset.conform import plain_schema
from scraper.errors import EmptyResultError, InputFileError, UsageError
from scraper.labels.derived import with_derived
from scraper.labels.label import label
from scraper.labels.review import read_answers, uncertain, write_review
from scraper.labels.rules import BUILT_IN, find_question, load_questions
from scraper.labels.summary import by_rule, overall
from scraper.labels.vote import NO, SILENT, YES, Labeller, Question
from scraper.place.open import open_place

HOUSE = {
    "site": "homefind",
    "city": "Alder Point",
    "sold_price": np.nan,
    "listed_price": 400_000.0,
    "living_area_sqft": 1_600.0,
    "year_built": 1960.0,
    "sold_on": pd.NaT,
    "facts": None,
}


def houses(*texts: str, **columns: Any) -> pd.DataFrame:
    """A house a text; columns have a value for all, or one each."""
    rows = [{**HOUSE, "house_id": f"h{n}", "description": text} for n, text in enumerate(texts)]
    return pd.DataFrame(rows).assign(**columns)


def said(rows: pd.DataFrame, question: str, rule: str) -> list[int]:
    """What one built-in rule says of each house."""
    found = find_question(load_questions(), question)
    one = next(labeller for labeller in found.labellers if labeller.name == rule)
    return [int(vote) for vote in one.votes(with_derived(rows))]


@pytest.mark.parametrize(
    ("question", "rule", "text", "vote"),
    [
        ("renovation", "says so", "A real fixer-upper by the lake", YES),
        ("renovation", "says so", "Needs some TLC", YES),
        ("renovation", "says so", "Every fixture is new", SILENT),
        ("renovation", "as it is", "SOLD AS-IS.", YES),
        ("renovation", "as it is", "has island", SILENT),
        ("renovation", "done up", "Completely remodelled in 2024", NO),
        ("renovation", "ready to move in", "Move-in ready!", NO),
        ("rental", "says rent", "$2,100/mo, rent includes water", YES),
        ("rental", "says rent", "Current parent company", SILENT),
        ("rental", "says lease", "12-month lease and a security deposit", YES),
        ("rental", "speaks of selling", "Seller pays closing costs", NO),
    ],
)
def test_words(question: str, rule: str, text: str, vote: int) -> None:
    assert said(houses(text), question, rule) == [vote]


def test_numbers_and_what_is_missing() -> None:
    rows = houses("", "", "", "", listed_price=[2_000.0, 700_000.0, np.nan, 30_000.0])
    assert said(rows, "rental", "costs like a month") == [YES, SILENT, SILENT, SILENT]
    assert said(rows, "rental", "costs like a house") == [SILENT, NO, SILENT, SILENT]
    assert said(houses("", year_built=2020.0), "renovation", "new") == [NO]
    dated = houses("", "", sold_on=[pd.Timestamp("2026-01-02"), pd.NaT])
    assert said(dated, "rental", "was sold") == [NO, SILENT]


def test_a_price_is_compared_with_those_of_its_city() -> None:
    prices = [400e3, 410e3, 390e3, 405e3, 150e3, 150e3]
    cities = ["Alder Point"] * 5 + ["Brush Creek"]
    rows = houses(*[""] * 6, listed_price=prices, city=cities)
    found = said(rows, "renovation", "cheap for its city")
    assert found == [SILENT] * 4 + [YES, SILENT], "one house is no city"


def test_labels_votes_and_what_is_said_of_the_rules() -> None:
    words = ("fixer-upper, as-is", "as-is but newly renovated", "turnkey and newly renovated", "")
    labelled = label(find_question(load_questions(), "renovation"), houses(*words * 10))
    frame = labelled.frame().iloc[:4]
    assert frame["label"].tolist()[0] is True
    assert frame["label"].tolist()[2] is False
    assert frame["label"].isna().tolist() == [False, False, False, True]
    assert frame["by"].isna().tolist() == [False, False, False, True]
    assert (frame["yes"].tolist(), frame["no"].tolist()) == ([2, 1, 0, 0], [0, 1, 2, 0])
    rules = by_rule(labelled).set_index("rule")
    row = rules.loc["as it is"]
    assert (row["yes"], row["no"]) == (20, 0)
    assert (row["coverage"], row["overlap"], row["conflict"]) == (0.5, 0.5, 0.25)
    whole = overall(labelled)
    assert (whole["covered"], whole["conflicting"], whole["answered"]) == (0.75, 0.25, 0)


def test_rules_of_ones_own_are_functions() -> None:
    old = Labeller("old", lambda rows: np.where(rows["year_built"] < 1950, YES, SILENT))
    new = Labeller("new", lambda rows: np.where(rows["year_built"] > 2000, NO, SILENT))
    rows = houses("", "", "", year_built=[1900.0, 1980.0, 2010.0])
    found = label(Question("old", "old", (old, new)), rows).frame()["label"]
    assert [None if pd.isna(one) else bool(one) for one in found] == [True, None, False]


def test_there_and_back(tmp_path: Path) -> None:
    texts = ["as-is but newly renovated"] * 30 + ["fixer-upper"] * 30 + ["turnkey"] * 30 + [""] * 9
    question, rows = find_question(load_questions(), "renovation"), houses(*texts)
    rows["house_id"] = [f"=h{n}" if n % 2 else f"h{n}" for n in range(len(rows))]
    path = tmp_path / "review.csv"
    first = label(question, rows)
    assert write_review(first, 12, path) == 12
    with path.open(encoding="utf-8-sig", newline="") as source:
        lines = list(csv.DictReader(source))
    assert texts.index(lines[0]["description"]) == 0, "where rules disagree comes first"
    assert len({line["votes"] for line in lines[:3]}) == 3, "one of each kind before a second"
    assert lines[0]["votes"] == "as it is: yes; done up: no"
    assert not any(value.startswith("=") for line in lines for value in line.values())
    for line in lines:
        line["answer"] = "Yes" if line["description"] == texts[0] else ""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, lines[0], delimiter=";")
        writer.writeheader()
        writer.writerows(lines)
    answers = read_answers([path])
    assert 0 < len(answers) < 12
    second = label(question, rows, answers)
    frame = second.frame()
    assert (frame["by"] == "person").sum() == len(answers)
    assert overall(second)["answered"] == len(answers)
    assert frame["label"][:30].all(), "what a person says of some counts for those like them"
    assert not set(uncertain(second, 99)) & set(np.flatnonzero(frame["by"] == "person"))
    checked = by_rule(second).set_index("rule")
    assert checked.loc["as it is", "right"] == checked.loc["as it is", "checked"] == len(answers)
    assert checked.loc["done up", "right"] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("site,house_id\nhomefind,h1\n", "no column answer"),
        ("site,house_id,answer\nhomefind,h1,maybe\n", "line 2: 'maybe' is no answer"),
        (b"site,house_id,answer\n\xff\xfe,h1,yes\n", "no CSV in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_answers_that_cannot_be_read(tmp_path: Path, text: Any, says: str) -> None:
    path = tmp_path / "a.csv"
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputFileError, match=says):
        read_answers([path])


RULE = '[q]\n[[q.rule]]\nname = "r"\nvote = "yes"\ncolumn = "description"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[q", "no TOML"),
        ("[q]\nmeans = 'x'", "q has no"),
        (RULE, "needs words, or above or below, or known"),
        (RULE + "words = ['(']", "no regular expressions"),
        (RULE + "words = 'a'", "a list of texts"),
        (RULE + "above = 3", "description is no number"),
        (RULE.replace("description", "price") + "above = 'x'", "are numbers"),
        (RULE.replace("description", "desc") + "words = ['a']", "no column 'desc'"),
        (RULE.replace("yes", "perhaps") + "words = ['a']", "expected 'yes' or 'no'"),
        (RULE + "words = ['a']\nnumber = 1", "has number"),
        ((RULE + "words = ['a']\n") + RULE[4:] + "words = ['b']", "two rules of one name"),
    ],
)
def test_rules_that_cannot_be_read(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(InputFileError, match=says):
        load_questions(path)


def test_nothing_to_say_is_said() -> None:
    question = find_question(load_questions(BUILT_IN), "renovation")
    with pytest.raises(EmptyResultError, match="no rule of renovation says anything of 2 houses"):
        label(question, houses("", ""))
    with pytest.raises(EmptyResultError, match="no houses"):
        label(question, houses("a").iloc[:0])
    with pytest.raises(UsageError, match=r"'rent'.*rental, renovation"):
        find_question(load_questions(), "rent")


def test_the_command(tmp_path: Path, capsys: Any) -> None:
    place = _dataset(tmp_path)
    out, review = str(tmp_path / "labels.parquet"), str(tmp_path / "review.csv")
    assert main(["labels", place]) == 0
    assert "renovation: needs renovation" in capsys.readouterr().out
    command = ["labels", place, "renovation", "--out", out, "--review", review, "--rows", "3"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "20 houses" in told
    assert "asks for an investor" in told
    labels = pd.read_parquet(out)
    assert labels["label"].dropna().sum() == 10
    assert len(pd.read_csv(review)) == 3
    filled = tmp_path / "filled.csv"
    filled.write_text(f"site,house_id,answer\nhomefind,{labels['house_id'][0]},no\n")
    assert main(["labels", place, "renovation", "--out", out, "--answers", str(filled)]) == 0
    assert "1 answered by a person" in capsys.readouterr().out
    assert not pd.read_parquet(out)["label"][0]
    for wrong in (
        ["rent"],
        ["renovation", "--out", str(tmp_path / "labels.xls")],
        ["renovation", "--out", str(tmp_path / "no" / "labels.csv")],
        ["renovation", "--rows", "0"],
        ["renovation", "--rules", str(tmp_path / "none.toml")],
        ["renovation", "--as-of", "2001-01-01"],
    ):
        assert main(["labels", place, *wrong]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 6
    assert main(["labels", place, "rental", "--rules", str(_deaf(tmp_path))]) == 4


def _deaf(folder: Path) -> Path:
    path = folder / "deaf.toml"
    path.write_text(RULE.replace("q", "rental") + "words = ['zzz']\n")
    return path


def _dataset(folder: Path) -> str:
    """A dataset of one version, without a crawl."""
    place = open_place(str(folder / "data"))
    texts = ["A fixer-upper. Cash only."] * 10 + ["Turnkey and newly renovated."] * 10
    rows = [
        {"site": "homefind", "house_id": f"h{n}", "description": text, "facts": {}}
        for n, text in enumerate(texts)
    ]
    write_deltalake(
        f"{place.url}/tables/houses", pa.Table.from_pylist(rows, plain_schema("houses"))
    )
    tables = {"houses": 0, "photos": 0, "visits": 0}
    said = {
        "format": 1,
        "number": 1,
        "published_at": "2026-03-02T09:00:00+00:00",
        "run_ids": ["run-1"],
        "tables": tables,
        "heads": tables,
        "manifests": [],
        "rows": 20,
        "new": 20,
        "changed": 0,
        "gone": 0,
        "restores": None,
    }
    place.write_new("versions/000001.json", json.dumps(said).encode())
    return place.url


def test_what_the_guide_shows_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "labels.md").read_text()
    place = _dataset(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["labels", place, "renovation", "--out", "labels.parquet"]) == 0
    found: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL):
        exec(block.replace('"PLACE"', repr(place)), found)
    assert len(found["rows"]) == len(found["weight"]) == 20
    assert found["labels"]["label"].sum() == 10
    (rules,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    Path("pool.toml").write_text(rules)
    assert [*load_questions(Path("pool.toml"))] == ["pool"]
    assert capsys.readouterr().err == ""
