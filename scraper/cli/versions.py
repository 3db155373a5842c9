"""`housecrawl versions`: the history of a dataset."""

from __future__ import annotations

import argparse

from rich import box
from rich.console import Console
from rich.table import Table

from scraper.dataset.vacuumed import vacuumed
from scraper.dataset.version import Version, versions
from scraper.errors import ExitCode
from scraper.place.open import open_place

HELP = "list the published versions and what each brought"
_COLUMNS = ("version", "published (UTC)", "houses", "new", "changed", "gone")
_MOST = 12
"""Columns that are named of a version; its file names all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("place", metavar="PLACE", help="folder or s3://bucket/prefix")


def run(args: argparse.Namespace) -> ExitCode:
    """Print the versions, newest last, and below them what each changed by column."""
    place = open_place(args.place, create=False)
    known = versions(place)
    if not known:
        print("nothing was published yet: a crawl that ends publishes the first version")
        return ExitCode.COMPLETE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("from", overflow="fold")
    gone = vacuumed(place)
    for version in known:
        *cells, source = _cells(version)
        table.add_row(*cells, f"{source} (vacuumed)" if version.number in gone else source)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 1000  # a file or a pipe has no edge to wrap at
    console.print(table)
    for line in filter(None, map(_changed, known)):
        print(line)
    return ExitCode.COMPLETE


def _cells(version: Version) -> tuple[str, ...]:
    counts = (version.rows, version.new, version.changed, version.gone)
    return (
        str(version.number),
        version.published_at.strftime("%Y-%m-%d %H:%M"),
        *(f"{count:,}" for count in counts),
        _origin(version),
    )


def _changed(version: Version) -> str:
    """In how many houses which column changed, the most first; empty where none did."""
    counts = sorted(version.changed_columns.items(), key=lambda pair: (-pair[1], pair[0]))
    if not counts:
        return ""
    said = [f"{column} {count:,}" for column, count in counts[:_MOST]]
    more = [f"and {len(counts) - _MOST} more columns"] if len(counts) > _MOST else []
    return f"version {version.number} changed: {', '.join([*said, *more])}"


def _origin(version: Version) -> str:
    """Where its rows come from, and why they were taken where something spoke against them."""
    origin = f"version {version.restores}" if version.restores else ", ".join(version.run_ids)
    accepted = version.accepted
    return f"{origin}; accepted: {accepted['reason']}" if accepted else origin
