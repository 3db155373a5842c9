"""`housecrawl labels`: labels that nobody wrote, from rules that vote."""

from __future__ import annotations

import argparse
from pathlib import Path, PurePath
from typing import Any, Final

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from scraper.dataset.reader import read
from scraper.errors import ExitCode, UsageError
from scraper.labels.label import Labelled, columns_for, label
from scraper.labels.review import SHOWN, read_answers, write_review
from scraper.labels.rules import BUILT_IN, find_question, load_questions
from scraper.labels.summary import by_rule, overall
from scraper.labels.vote import Question
from scraper.place.folder import disk_faults, written_whole

HELP = "label houses by rules that vote; ask a person about the least sure"
REVIEWED: Final = 50
_WRITERS: Final = (".parquet", ".feather", ".csv")
_WIDTH: Final = 120
"""Characters that the table needs; narrower it would hide the names of the rules."""
_SHARES: Final = ("coverage", "overlap", "conflict", "accuracy")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")
    parser.add_argument("question", metavar="QUESTION", nargs="?", help="without one: the list")
    parser.add_argument("--rules", type=Path, default=BUILT_IN, metavar="FILE", help="your own")
    parser.add_argument("--version", type=int, metavar="N", help="default: the newest")
    parser.add_argument("--as-of", metavar="DATE", help="the version that stood at its end, UTC")
    parser.add_argument("--out", metavar="FILE", help="write the labels: " + ", ".join(_WRITERS))
    parser.add_argument("--review", metavar="CSV", help="write the least sure for a person")
    parser.add_argument("--rows", type=int, default=REVIEWED, metavar="N", help="how many of them")
    parser.add_argument(
        "--answers", type=Path, action="append", default=[], metavar="CSV", help="filled-in reviews"
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Label, say how the rules fared, write what was asked for."""
    questions = load_questions(args.rules)
    if args.question is None:
        for question in questions.values():
            print(f"{question.name}: {question.means} ({len(question.labellers)} rules)")
        return ExitCode.COMPLETE
    question = find_question(questions, args.question)
    _check(args)
    answers = read_answers(args.answers)
    rows = read(args.place, version=args.version, as_of=args.as_of, columns=_columns(question))
    labelled = label(question, rows, answers)
    _tell(labelled)
    if args.out:
        with disk_faults(Path(args.out)), written_whole(Path(args.out)) as path:
            _write(labelled.frame(), PurePath(args.out).suffix.lower(), path)
        print(f"{args.out}: {len(rows):,} houses")
    if args.review:
        with disk_faults(Path(args.review)), written_whole(Path(args.review)) as path:
            count = write_review(labelled, args.rows, path)
        print(f"{args.review}: {count:,} houses to look at: fill in the column answer")
    return ExitCode.COMPLETE


def _columns(question: Question) -> list[str]:
    return list(dict.fromkeys([*columns_for(question), *SHOWN]))


def _check(args: argparse.Namespace) -> None:
    if args.out and PurePath(args.out).suffix.lower() not in _WRITERS:
        raise UsageError(f"{args.out}: the file's format is one of {', '.join(_WRITERS)}")
    if args.rows < 1:
        raise UsageError(f"--rows {args.rows} is no number of houses: name 1 or more")
    for out in filter(None, (args.out, args.review)):
        if not Path(out).absolute().parent.is_dir():
            raise UsageError(f"{Path(out).parent} is no folder: make it first, or check its name")


def _write(labels: pd.DataFrame, suffix: str, path: Path) -> None:
    if suffix == ".csv":
        labels.to_csv(path, index=False)
    elif suffix == ".feather":
        labels.to_feather(path)
    else:
        labels.to_parquet(path, index=False)


def _tell(labelled: Labelled) -> None:
    whole = overall(labelled)
    print(
        f"{labelled.question.means}: {whole['yes']:.1%} of the labelled; {whole['houses']:,.0f} "
        f"houses, {whole['covered']:.1%} covered, {whole['conflicting']:.1%} in conflict, "
        f"{whole['answered']:,.0f} answered by a person"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    found = by_rule(labelled)
    for column in found:
        left = column == "rule"
        table.add_column(str(column), justify="left" if left else "right", no_wrap=True)
    for row in found.to_dict("records"):
        table.add_row(*(_cell(str(name), value) for name, value in row.items()))
    console = Console(highlight=False)
    console.width = max(console.width, _WIDTH)
    console.print(table)


def _cell(name: str, value: Any) -> str:
    if name in _SHARES:
        return "" if pd.isna(value) else f"{value:.1%}"
    return f"{value:.2f}" if name == "weight" else str(value)
